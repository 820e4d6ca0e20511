//! The runner as a process: `linux` (jailed by Landlock and seccomp), `macos` (sandbox-exec), `windows` (job object, no
//! jail). What they share is here: the clean environment and Node's own flags.

#[cfg(target_os = "linux")]
mod cgroup;
#[cfg(target_os = "linux")]
mod linux;
#[cfg(target_os = "macos")]
mod macos;
#[cfg(target_os = "linux")]
pub(crate) mod spawn;
#[cfg(windows)]
mod windows;

#[cfg(target_os = "linux")]
pub(crate) use linux::launch;
#[cfg(target_os = "macos")]
pub(crate) use macos::{SANDBOX_EXEC, launch};
#[cfg(windows)]
pub(crate) use windows::launch;

use std::path::Path;

use serde::Serialize;

use crate::folder::RunFolder;
use crate::jail::JailReport;
use crate::link::{Body, Link};
use crate::spec::{Access, BoundGrant, Checked, Limits, Transport};

/// How a process runner is spoken to unless something else is asked.
pub(crate) const USUAL: Transport = if cfg!(target_os = "macos") { Transport::Stdio } else { Transport::Socket };

/// What is asked of a launcher.
pub(crate) struct Asked<'a> {
    pub checked: &'a Checked,
    pub transport: Transport,
    pub token: &'a str,
    pub allow_unjailed: bool,
    pub folder: RunFolder,
    /// Random, for names.
    pub name: &'a str,
    /// See `jail::files::ruleset`.
    pub landlock_at_most: Option<u32>,
}

/// A started process.
pub(crate) struct Launched {
    pub link: Link,
    pub body: Body,
    pub jail: JailReport,
}

/// A grant as the runner is told of it.
#[derive(Serialize)]
struct Told<'a> {
    slot: &'a str,
    path: String,
    access: Access,
}

/// The `AXION_GRANTS` text. `inside` says where a grant is found by the runner.
pub(crate) fn told(grants: &[BoundGrant], inside: impl Fn(&BoundGrant) -> String) -> String {
    let list: Vec<Told<'_>> = grants.iter().map(|grant| Told { slot: &grant.slot, path: inside(grant), access: grant.access }).collect();
    serde_json::to_string(&list).unwrap_or_else(|_| "[]".to_owned())
}

/// Node's own limits. Old space is what a program's data is in; the rest of the memory is for young objects, buffers
/// and code.
pub(crate) fn node_flags(limits: &Limits) -> Vec<String> {
    vec![format!("--max-old-space-size={}", (limits.memory_mib * 3 / 4).max(64)), "--no-addons".to_owned()]
}

/// The whole environment of a process runner.
fn environment(asked: &Asked<'_>, channel: &str, tmp: &Path) -> Vec<String> {
    let tmp = tmp.display();
    let grants = told(&asked.checked.grants, |grant| grant.path.display().to_string());
    vec![
        format!("AXION_CHANNEL={channel}"),
        format!("AXION_TOKEN={}", asked.token),
        format!("AXION_GRANTS={grants}"),
        format!("TMPDIR={tmp}"),
        format!("HOME={tmp}"),
        "LANG=C.UTF-8".to_owned(),
        "TZ=UTC".to_owned(),
        "OPENSSL_CONF=/dev/null".to_owned(),
        "UV_USE_IO_URING=0".to_owned(),
    ]
}
