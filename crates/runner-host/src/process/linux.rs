//! A process runner on Linux: works out what the jail must allow, makes the channel, starts, watches for the end.

use std::ffi::CString;
use std::io::Error;
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::net::unix::pipe;
use tokio::sync::watch;

use super::cgroup::{self, Group};
use super::spawn::{Jail, Plan, spawn};
use super::{Asked, Launched};
use crate::error::RunnerError;
use crate::jail::{JailReport, calls, files, jail_support};
use crate::libraries;
use crate::link::{Body, BodyEnd, Link, Tail};
use crate::spec::{Checked, Transport};

/// Starts the runner.
pub(crate) async fn launch(asked: Asked<'_>) -> Result<Launched, RunnerError> {
    let mut report = jail_support();
    let (jail, report_now) = match (report.can_jail(), asked.allow_unjailed) {
        (true, _) => (Some(fence(&asked, &report)?), report),
        (false, true) => {
            report = report.unjailed();
            (None, report)
        }
        (false, false) => return Err(RunnerError::CannotJail { report }),
    };
    let mut report = report_now;
    let pipes = Pipes::make(asked.transport).map_err(|source| RunnerError::Spawn { stage: "channel", source })?;
    let plan = Plan {
        program: text(asked.checked.node.as_os_str().as_bytes())?,
        arguments: arguments(&asked)?,
        environment: environment(&asked)?,
        folder: text(asked.folder.tmp().as_os_str().as_bytes())?,
        standard: pipes.standard,
        channel: pipes.channel,
        jail,
        limits: limits(asked.checked),
    };
    let pid = spawn(plan).await?;
    let group = Group::around(pid, &asked.checked.limits, &cgroup::name(asked.name)).map(Arc::new);
    match &group {
        Some(group) => report.by.push(format!("cgroup ({})", group.limits.join(", "))),
        None => report.by.push("resource limits and the host's watch (no cgroup can be made here)".to_owned()),
    }
    let stderr = Tail::default();
    for output in pipes.read_out {
        tokio::spawn(stderr.clone().drain(output));
    }
    let (kill, ended) = watch_over(pid, group.clone());
    let mut keep: Vec<Box<dyn Send + Sync>> = vec![Box::new(asked.folder)];
    keep.extend(group.map(|group| Box::new(group) as Box<dyn Send + Sync>));
    let body = Body { pid: u32::try_from(pid).ok(), kill, ended, stderr, keep };
    Ok(Launched { link: pipes.link, body, jail: report })
}

fn fence(asked: &Asked<'_>, report: &JailReport) -> Result<Jail, RunnerError> {
    let stage = |source: Error| RunnerError::Spawn { stage: "preparing the jail", source };
    let needed = libraries::of(&asked.checked.node).map_err(|error| stage(Error::other(format!("the libraries of Node: {error}"))))?;
    let mut programs: Vec<PathBuf> = vec![asked.checked.node.clone()];
    programs.extend(needed.loader.as_ref().map(|loader| loader.real.clone()));
    let mut read: Vec<PathBuf> = needed.libraries.iter().map(|library| library.real.clone()).collect();
    read.push(asked.checked.bundle.clone());
    read.extend([Path::new("/etc/ld.so.cache")].iter().filter(|path| path.exists()).map(|path| path.to_path_buf()));
    let tmp = asked.folder.tmp();
    let allowed = files::Allowed { programs: &programs, files: &read, grants: &asked.checked.grants, tmp: &tmp };
    let ruleset = files::ruleset(&allowed, asked.landlock_at_most)
        .map_err(|error| stage(Error::other(error)))?
        .ok_or_else(|| RunnerError::CannotJail { report: report.clone() })?;
    let abi = asked.landlock_at_most.unwrap_or(report.landlock_abi).min(report.landlock_abi);
    let filters = calls::filters(abi >= 6).map_err(|error| stage(Error::other(error)))?;
    Ok(Jail { ruleset, filters })
}

fn text(bytes: &[u8]) -> Result<CString, RunnerError> {
    CString::new(bytes).map_err(|_| RunnerError::Spawn { stage: "arguments", source: Error::other("a path holds a zero byte") })
}

fn arguments(asked: &Asked<'_>) -> Result<Vec<CString>, RunnerError> {
    let mut list = vec![text(asked.checked.node.as_os_str().as_bytes())?];
    for flag in super::node_flags(&asked.checked.limits) {
        list.push(text(flag.as_bytes())?);
    }
    list.push(text(asked.checked.bundle.as_os_str().as_bytes())?);
    Ok(list)
}

/// Nothing is inherited.
fn environment(asked: &Asked<'_>) -> Result<Vec<CString>, RunnerError> {
    let channel = match asked.transport {
        Transport::Stdio => "stdio",
        _ => "fd:3",
    };
    let tmp = asked.folder.tmp();
    super::environment(asked, channel, &tmp).into_iter().map(|line| text(line.as_bytes())).collect()
}

fn limits(checked: &Checked) -> Vec<(libc::__rlimit_resource_t, u64)> {
    let limits = &checked.limits;
    // V8 reserves far more address space than it uses, so that is not limited; private writable memory is. It counts
    // thread stacks and reserves of the allocator in full, hence the allowance.
    const OVERHEAD_MIB: u64 = 640;
    vec![
        (libc::RLIMIT_CORE, 0),
        (libc::RLIMIT_FSIZE, limits.file_mib << 20),
        (libc::RLIMIT_NOFILE, limits.open_files),
        (libc::RLIMIT_DATA, (limits.memory_mib + OVERHEAD_MIB) << 20),
        // Counted for the whole user, so it is a distance from what runs now. Root is exempt; there the cgroup counts.
        (libc::RLIMIT_NPROC, tasks_of_this_user() + u64::from(limits.pids)),
        (libc::RLIMIT_MSGQUEUE, 0),
        (libc::RLIMIT_MEMLOCK, 1 << 20),
    ]
}

/// Processes and threads of this user. Others come and go, so the figure is only a base to add to.
fn tasks_of_this_user() -> u64 {
    use std::os::unix::fs::MetadataExt;
    // SAFETY: has no preconditions.
    let user = unsafe { libc::getuid() };
    let Ok(entries) = std::fs::read_dir("/proc") else { return 4096 };
    let threads = |path: PathBuf| {
        let status = std::fs::read_to_string(path.join("status")).ok()?;
        status.lines().find_map(|line| line.strip_prefix("Threads:")?.trim().parse::<u64>().ok())
    };
    let own = entries.flatten().filter(|entry| {
        entry.file_name().as_bytes().first().is_some_and(u8::is_ascii_digit) && entry.metadata().is_ok_and(|data| data.uid() == user)
    });
    own.filter_map(|entry| threads(entry.path())).sum()
}

struct Pipes {
    link: Link,
    standard: [OwnedFd; 3],
    channel: Option<OwnedFd>,
    read_out: Vec<pipe::Receiver>,
}

impl Pipes {
    fn make(transport: Transport) -> Result<Self, Error> {
        let (errors, errors_in) = from_child()?;
        if transport == Transport::Stdio {
            let (output, output_in) = from_child()?;
            let (input, input_out) = to_child()?;
            let link = Link::new(output, input);
            return Ok(Self { link, standard: [input_out, output_in, errors_in], channel: None, read_out: vec![errors] });
        }
        let (ours, theirs) = UnixStream::pair()?;
        ours.set_nonblocking(true)?;
        let (input, output) = tokio::net::UnixStream::from_std(ours)?.into_split();
        let nothing: OwnedFd = std::fs::File::open("/dev/null")?.into();
        let (talk, talk_in) = from_child()?;
        let standard = [nothing, talk_in, errors_in];
        Ok(Self { link: Link::new(input, output), standard, channel: Some(theirs.into()), read_out: vec![talk, errors] })
    }
}

fn from_child() -> Result<(pipe::Receiver, OwnedFd), Error> {
    let (writer, reader) = pipe::pipe()?;
    Ok((reader, writer.into_blocking_fd()?))
}

fn to_child() -> Result<(pipe::Sender, OwnedFd), Error> {
    let (writer, reader) = pipe::pipe()?;
    Ok((writer, reader.into_blocking_fd()?))
}

type Kill = Arc<dyn Fn() + Send + Sync>;

/// A thread that waits for the end, and a way to bring it about. The process id is only ever used while the process has
/// not been waited for, so it cannot mean another one.
fn watch_over(pid: libc::pid_t, group: Option<Arc<Group>>) -> (Kill, watch::Receiver<Option<BodyEnd>>) {
    let alive = Arc::new(Mutex::new(true));
    let (tell, ended) = watch::channel(None);
    let watched = alive.clone();
    let wait = move || {
        let end = wait_for(pid, &watched);
        let ran_out = end == BodyEnd::Signal(libc::SIGKILL) && group.as_ref().is_some_and(|g| g.ran_out_of_memory());
        drop(group);
        tell.send_replace(Some(if ran_out { BodyEnd::OutOfMemory } else { end }));
    };
    let started = std::thread::Builder::new().name("axion-runner-wait".into()).stack_size(128 << 10).spawn(wait);
    if let Err(error) = started {
        tracing::error!(%error, "no thread to wait for the runner; it is ended");
        end_group(pid);
    }
    let kill = move || {
        let alive = alive.lock().unwrap_or_else(PoisonError::into_inner);
        if *alive {
            end_group(pid);
        }
    };
    (Arc::new(kill), ended)
}

fn end_group(pid: libc::pid_t) {
    // SAFETY: the runner leads its own session and group, and has not been waited for.
    unsafe {
        libc::kill(-pid, libc::SIGKILL);
        libc::kill(pid, libc::SIGKILL);
    }
}

fn wait_for(pid: libc::pid_t, alive: &Mutex<bool>) -> BodyEnd {
    // SAFETY: zeroed is a valid siginfo_t; the call fills it.
    unsafe {
        let mut info: libc::siginfo_t = std::mem::zeroed();
        while libc::waitid(libc::P_PID, pid.unsigned_abs(), &raw mut info, libc::WEXITED | libc::WNOWAIT) == -1
            && Error::last_os_error().kind() == std::io::ErrorKind::Interrupted
        {}
    }
    let mut alive = alive.lock().unwrap_or_else(PoisonError::into_inner);
    // What an unjailed runner may have left behind in its group.
    end_group(pid);
    *alive = false;
    let mut status = 0;
    // SAFETY: collects the process that was just seen to have ended.
    unsafe { libc::waitpid(pid, &raw mut status, 0) };
    match libc::WIFSIGNALED(status) {
        true => BodyEnd::Signal(libc::WTERMSIG(status)),
        false => BodyEnd::Code(libc::WEXITSTATUS(status)),
    }
}
