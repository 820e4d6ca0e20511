//! A process runner on macOS: `sandbox-exec` with a profile that denies by default. Apple calls the tool deprecated; it
//! is still what other agents' sandboxes use, and there is no other that needs no signed helper.
//!
//! Written from documentation and not tried: this project has no macOS machine. Standard input and output carry the
//! channel, whose end also tells a runner that its host is gone (there is no parent-death signal here).

use std::path::Path;
use std::process::Stdio;
use std::sync::Arc;

use tokio::process::Command;
use tokio::sync::{Notify, watch};

use super::{Asked, Launched};
use crate::error::RunnerError;
use crate::jail::jail_support;
use crate::link::{Body, BodyEnd, Link, Tail};
use crate::spec::{Access, Transport};

/// The tool.
pub(crate) const SANDBOX_EXEC: &str = "/usr/bin/sandbox-exec";

/// Starts the runner.
pub(crate) async fn launch(asked: Asked<'_>) -> Result<Launched, RunnerError> {
    if asked.transport != Transport::Stdio {
        return Err(RunnerError::NotHere { what: "an inherited socket", why: "on macOS a process runner speaks over stdio" });
    }
    let report = jail_support();
    let (report, jailed) = match (report.can_jail(), asked.allow_unjailed) {
        (true, _) => (report, true),
        (false, true) => (report.unjailed(), false),
        (false, false) => return Err(RunnerError::CannotJail { report }),
    };
    let tmp = asked.folder.tmp();
    let mut command = match jailed {
        true => {
            let mut command = Command::new(SANDBOX_EXEC);
            command.arg("-p").arg(profile(&asked)?).arg(&asked.checked.node);
            command
        }
        false => Command::new(&asked.checked.node),
    };
    command.args(super::node_flags(&asked.checked.limits)).arg(&asked.checked.bundle).current_dir(&tmp).env_clear();
    command.envs(super::environment(&asked, "stdio", &tmp).iter().filter_map(|line| line.split_once('=')));
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).process_group(0).kill_on_drop(true);
    let fault = |source| RunnerError::Spawn { stage: "starting Node", source };
    let mut child = command.spawn().map_err(fault)?;
    let missing = || fault(std::io::Error::other("a pipe is missing"));
    let link = Link::new(child.stdout.take().ok_or_else(missing)?, child.stdin.take().ok_or_else(missing)?);
    let stderr = Tail::default();
    tokio::spawn(stderr.clone().drain(child.stderr.take().ok_or_else(missing)?));
    let pid = child.id();
    let (tell, ended) = watch::channel(None);
    let killed = Arc::new(Notify::new());
    let asked_to_kill = killed.clone();
    tokio::spawn(async move {
        let status = tokio::select! {
            status = child.wait() => status,
            () = asked_to_kill.notified() => {
                let _ = child.start_kill();
                child.wait().await
            }
        };
        let end = match status {
            Ok(status) => match std::os::unix::process::ExitStatusExt::signal(&status) {
                Some(signal) => BodyEnd::Signal(signal),
                None => BodyEnd::Code(status.code().unwrap_or(-1)),
            },
            Err(error) => BodyEnd::Lost(error.to_string()),
        };
        tell.send_replace(Some(end));
    });
    let kill: Arc<dyn Fn() + Send + Sync> = Arc::new(move || killed.notify_one());
    let body = Body { pid, kill, ended, stderr, keep: vec![Box::new(asked.folder)] };
    Ok(Launched { link, body, jail: report })
}

/// Denies by default; network, other processes and every file that is not named are out of reach.
fn profile(asked: &Asked<'_>) -> Result<String, RunnerError> {
    let mut rules = String::from(
        "(version 1)\n(deny default)\n(allow sysctl-read)\n(allow mach-lookup (global-name \"com.apple.system.logger\"))\n\
         (allow signal (target self))\n(allow file-read-metadata)\n\
         (allow file-read* (subpath \"/usr/lib\") (subpath \"/System\") (literal \"/dev/null\") (literal \"/dev/urandom\"))\n\
         (allow file-write-data (literal \"/dev/null\"))\n",
    );
    let node = literal(&asked.checked.node)?;
    rules.push_str(&format!("(allow process-exec (literal {node}))\n(allow file-read* (literal {node}))\n"));
    rules.push_str(&format!("(allow file-read* (literal {}))\n", literal(&asked.checked.bundle)?));
    for grant in &asked.checked.grants {
        let folder = literal(&grant.path)?;
        rules.push_str(&format!("(allow file-read* (subpath {folder}))\n"));
        if grant.access == Access::ReadWrite {
            rules.push_str(&format!("(allow file-write* (subpath {folder}))\n(deny file-write-create (vnode-type SYMLINK))\n"));
        }
    }
    let tmp = literal(&asked.folder.tmp())?;
    rules.push_str(&format!("(allow file-read* file-write* (subpath {tmp}))\n"));
    Ok(rules)
}

/// A path as a string of the profile's language.
fn literal(path: &Path) -> Result<String, RunnerError> {
    let unfit = || RunnerError::Spawn { stage: "preparing the jail", source: std::io::Error::other("a path is not valid UTF-8") };
    let text = path.to_str().ok_or_else(unfit)?;
    Ok(format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\"")))
}
