//! A process runner on Windows: in a job object that ends it with its host and limits memory and processes, over a named
//! pipe. **That is no jail**: files and network stay open to it, so it is started only after the person allowed it.
//!
//! Written from documentation and not tried: this project has no Windows machine.

use std::ffi::c_void;
use std::process::Stdio;
use std::sync::Arc;

use tokio::process::Command;
use tokio::sync::{Notify, watch};

use super::{Asked, Launched};
use crate::door::Door;
use crate::error::{HandshakeFault, RunnerError};
use crate::handshake;
use crate::jail::jail_support;
use crate::link::{Body, BodyEnd, Link, Tail};
use crate::spec::{Limits, Transport};

/// Starts the runner.
pub(crate) async fn launch(asked: Asked<'_>) -> Result<Launched, RunnerError> {
    let report = jail_support();
    if !asked.allow_unjailed {
        return Err(RunnerError::CannotJail { report });
    }
    let fault = |stage| move |source| RunnerError::Spawn { stage, source };
    let job = Job::limited(&asked.checked.limits).map_err(fault("limits"))?;
    let pipe = format!(r"\\.\pipe\axion-{}", asked.name);
    let (channel, door) = match asked.transport {
        Transport::Stdio => ("stdio".to_owned(), None),
        // Node connects to a pipe by its path, as to a Unix socket.
        _ => (format!("unix:{pipe}"), Some(Door::open(pipe.as_ref()).map_err(fault("channel"))?)),
    };
    let tmp = asked.folder.tmp();
    let mut command = Command::new(&asked.checked.node);
    command.args(super::node_flags(&asked.checked.limits)).arg(&asked.checked.bundle).current_dir(&tmp).env_clear();
    command.envs(super::environment(&asked, &channel, &tmp).iter().filter_map(|line| line.split_once('=')));
    // Without it Node cannot open its random source.
    command.envs(std::env::var_os("SystemRoot").map(|root| ("SystemRoot", root)));
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
    let mut child = command.spawn().map_err(fault("starting Node"))?;
    job.take_in(child.raw_handle()).map_err(fault("limits"))?;
    let missing = || fault("channel")(std::io::Error::other("a pipe is missing"));
    let (output, input) = (child.stdout.take().ok_or_else(missing)?, child.stdin.take().ok_or_else(missing)?);
    let stderr = Tail::default();
    tokio::spawn(stderr.clone().drain(child.stderr.take().ok_or_else(missing)?));
    let pid = child.id();
    let link = match door {
        None => Link::new(output, input),
        Some(door) => {
            tokio::spawn(stderr.clone().drain(output));
            let is_it = |peer: &interprocess::local_socket::PeerCreds| match (peer.pid(), pid) {
                (Some(peer), Some(child)) if peer == child => Ok(()),
                _ => Err("it is not the runner that was started".to_owned()),
            };
            match tokio::time::timeout(handshake::LIMIT, door.admit(is_it)).await {
                Ok(Ok((link, _))) => link,
                Ok(Err(error)) => return Err(fault("channel")(error)),
                Err(_) => {
                    let why = HandshakeFault::Silence(handshake::LIMIT.as_secs());
                    return Err(RunnerError::Handshake { why, stderr: stderr.text() });
                }
            }
        }
    };
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
            Ok(status) => BodyEnd::Code(status.code().unwrap_or(-1)),
            Err(error) => BodyEnd::Lost(error.to_string()),
        };
        tell.send_replace(Some(end));
    });
    let kill: Arc<dyn Fn() + Send + Sync> = Arc::new(move || killed.notify_one());
    let body = Body { pid, kill, ended, stderr, keep: vec![Box::new(job), Box::new(asked.folder)] };
    Ok(Launched { link, body, jail: report.unjailed() })
}

#[link(name = "kernel32")]
unsafe extern "system" {
    fn CreateJobObjectW(attributes: *const c_void, name: *const u16) -> *mut c_void;
    fn SetInformationJobObject(job: *mut c_void, class: i32, information: *const c_void, length: u32) -> i32;
    fn AssignProcessToJobObject(job: *mut c_void, process: *mut c_void) -> i32;
    fn CloseHandle(handle: *mut c_void) -> i32;
}

#[repr(C)]
#[derive(Default)]
struct BasicLimits {
    process_time: i64,
    job_time: i64,
    flags: u32,
    minimum_set: usize,
    maximum_set: usize,
    active_processes: u32,
    affinity: usize,
    priority: u32,
    scheduling: u32,
}

#[repr(C)]
#[derive(Default)]
struct ExtendedLimits {
    basic: BasicLimits,
    io: [u64; 6],
    process_memory: usize,
    job_memory: usize,
    peak_process_memory: usize,
    peak_job_memory: usize,
}

/// A job whose processes end when its last handle closes, which the system does when the host ends in any way.
struct Job(*mut c_void);

// SAFETY: a kernel handle may be used and closed from any thread.
unsafe impl Send for Job {}
// SAFETY: as above; nothing is changed through a shared reference.
unsafe impl Sync for Job {}

impl Job {
    fn limited(limits: &Limits) -> std::io::Result<Self> {
        const EXTENDED: i32 = 9;
        const ACTIVE_PROCESS: u32 = 0x8;
        const JOB_MEMORY: u32 = 0x200;
        const KILL_ON_CLOSE: u32 = 0x2000;
        // SAFETY: both arguments may be null.
        let job = Self(unsafe { CreateJobObjectW(std::ptr::null(), std::ptr::null()) });
        if job.0.is_null() {
            return Err(std::io::Error::last_os_error());
        }
        let mut wanted = ExtendedLimits::default();
        wanted.basic.flags = ACTIVE_PROCESS | JOB_MEMORY | KILL_ON_CLOSE;
        wanted.basic.active_processes = 1;
        wanted.job_memory = usize::try_from(limits.memory_mib << 20).unwrap_or(usize::MAX);
        let length = u32::try_from(size_of::<ExtendedLimits>()).unwrap_or(0);
        // SAFETY: the structure lives through the call and has the length that is told.
        match unsafe { SetInformationJobObject(job.0, EXTENDED, (&raw const wanted).cast(), length) } {
            0 => Err(std::io::Error::last_os_error()),
            _ => Ok(job),
        }
    }

    fn take_in(&self, process: Option<std::os::windows::io::RawHandle>) -> std::io::Result<()> {
        let process = process.ok_or_else(|| std::io::Error::other("the process has ended"))?;
        // SAFETY: both handles live through the call.
        match unsafe { AssignProcessToJobObject(self.0, process.cast()) } {
            0 => Err(std::io::Error::last_os_error()),
            _ => Ok(()),
        }
    }
}

impl Drop for Job {
    fn drop(&mut self) {
        // SAFETY: the handle is ours and closed once.
        unsafe { CloseHandle(self.0) };
    }
}
