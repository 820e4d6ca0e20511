//! fork, fence, exec: the one place that starts a process runner on Linux.
//!
//! The fences are put up in the child, where only calls that are safe between fork and exec are made: everything that
//! allocates is prepared before. A standing thread does the forking, because `PR_SET_PDEATHSIG` fires when the thread
//! that forked ends, not the process.

use std::ffi::CString;
use std::io::{Error, Read};
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd, RawFd};
use std::sync::{OnceLock, mpsc};

use crate::error::RunnerError;
use crate::jail::calls::Filters;

/// The descriptor under which the runner finds its channel.
pub(crate) const CHANNEL: RawFd = 3;

/// Everything the child needs, made before the fork.
pub(crate) struct Plan {
    pub program: CString,
    pub arguments: Vec<CString>,
    pub environment: Vec<CString>,
    pub folder: CString,
    /// Standard input, output, error.
    pub standard: [OwnedFd; 3],
    /// To become descriptor 3.
    pub channel: Option<OwnedFd>,
    pub jail: Option<Jail>,
    /// Resource, limit.
    pub limits: Vec<(libc::__rlimit_resource_t, u64)>,
}

/// The fences of the jail.
pub(crate) struct Jail {
    pub ruleset: OwnedFd,
    pub filters: Filters,
}

/// Starts the process; its id. It must be waited for by the caller.
pub(crate) async fn spawn(plan: Plan) -> Result<libc::pid_t, RunnerError> {
    let (done, result) = tokio::sync::oneshot::channel();
    let job: Job = Box::new(move || {
        let _ = done.send(fork_and_exec(plan));
    });
    let ended = || fault("spawner", Error::other("its thread is not there"));
    spawner().ok_or_else(ended)?.send(job).map_err(|_| ended())?;
    result.await.map_err(|_| ended())?
}

type Job = Box<dyn FnOnce() + Send>;

fn spawner() -> Option<&'static mpsc::Sender<Job>> {
    static SPAWNER: OnceLock<Option<mpsc::Sender<Job>>> = OnceLock::new();
    let start = || {
        let (jobs, queue) = mpsc::channel::<Job>();
        let body = move || queue.into_iter().for_each(|job| job());
        std::thread::Builder::new().name("axion-spawner".into()).spawn(body).ok().map(|_| jobs)
    };
    SPAWNER.get_or_init(start).as_ref()
}

fn fault(stage: &'static str, source: Error) -> RunnerError {
    RunnerError::Spawn { stage, source }
}

/// Steps of the child, by the number that it reports.
const STAGES: [&str; 9] =
    ["unknown step", "new session", "descriptors", "folder", "limits", "capabilities", "tie to its parent", "jail", "starting Node"];

fn fork_and_exec(plan: Plan) -> Result<libc::pid_t, RunnerError> {
    let (report, low_reporter) = pipe().map_err(|error| fault("status pipe", error))?;
    // Numbers below 10 are where the child puts its own descriptors; what it takes them from must lie above.
    let raised = |fd: &OwnedFd| raise(fd).map_err(|error| fault("descriptors", error));
    let reporter = raised(&low_reporter)?;
    // No copy may stay here: the end of the pipe is the news that exec succeeded.
    drop(low_reporter);
    let [input, output, errors] = &plan.standard;
    let standard = [raised(input)?, raised(output)?, raised(errors)?];
    let channel = plan.channel.as_ref().map(raised).transpose()?;
    let ruleset = plan.jail.as_ref().map(|jail| raised(&jail.ruleset)).transpose()?;
    let pointers =
        |list: &[CString]| -> Vec<*const libc::c_char> { list.iter().map(|text| text.as_ptr()).chain([std::ptr::null()]).collect() };
    let child = Child {
        program: plan.program.as_ptr(),
        arguments: pointers(&plan.arguments),
        environment: pointers(&plan.environment),
        folder: plan.folder.as_ptr(),
        standard: standard.each_ref().map(AsRawFd::as_raw_fd),
        channel: channel.as_ref().map(AsRawFd::as_raw_fd),
        ruleset: ruleset.as_ref().map(AsRawFd::as_raw_fd),
        filters: plan.jail.as_ref().map(|jail| &jail.filters),
        limits: &plan.limits,
        // SAFETY: has no preconditions.
        parent: unsafe { libc::getpid() },
        reporter: reporter.as_raw_fd(),
    };
    // SAFETY: the child makes only async-signal-safe calls and ends in execve or _exit.
    let pid = unsafe { libc::fork() };
    match pid {
        -1 => return Err(fault("fork", Error::last_os_error())),
        0 => child.run(),
        _ => {}
    }
    drop(reporter);
    drop(plan);
    let mut said = Vec::new();
    std::fs::File::from(report).read_to_end(&mut said).map_err(|error| fault("status pipe", error))?;
    if said.is_empty() {
        return Ok(pid);
    }
    // SAFETY: the child is ours and has ended or is about to.
    unsafe { libc::waitpid(pid, std::ptr::null_mut(), 0) };
    let errno = said.get(1..5).and_then(|bytes| bytes.try_into().ok()).map_or(0, i32::from_ne_bytes);
    let stage = STAGES.get(usize::from(said[0])).copied().unwrap_or(STAGES[0]);
    Err(fault(stage, Error::from_raw_os_error(errno)))
}

fn pipe() -> Result<(OwnedFd, OwnedFd), Error> {
    let mut ends = [0; 2];
    // SAFETY: the array has room for both descriptors.
    if unsafe { libc::pipe2(ends.as_mut_ptr(), libc::O_CLOEXEC) } != 0 {
        return Err(Error::last_os_error());
    }
    // SAFETY: both are fresh and ours.
    Ok(unsafe { (OwnedFd::from_raw_fd(ends[0]), OwnedFd::from_raw_fd(ends[1])) })
}

fn raise(fd: &OwnedFd) -> Result<OwnedFd, Error> {
    // SAFETY: duplicates a descriptor that lives.
    match unsafe { libc::fcntl(fd.as_raw_fd(), libc::F_DUPFD_CLOEXEC, 10) } {
        -1 => Err(Error::last_os_error()),
        // SAFETY: fresh and ours.
        raised => Ok(unsafe { OwnedFd::from_raw_fd(raised) }),
    }
}

struct Child<'a> {
    program: *const libc::c_char,
    arguments: Vec<*const libc::c_char>,
    environment: Vec<*const libc::c_char>,
    folder: *const libc::c_char,
    standard: [RawFd; 3],
    channel: Option<RawFd>,
    ruleset: Option<RawFd>,
    filters: Option<&'a Filters>,
    limits: &'a [(libc::__rlimit_resource_t, u64)],
    parent: libc::pid_t,
    reporter: RawFd,
}

impl Child<'_> {
    fn run(&self) -> ! {
        // SAFETY: we are the only thread of a fresh child; every call below is async-signal-safe.
        let stage = unsafe { self.steps() };
        // SAFETY: as above. The errno is read before anything else can change it.
        unsafe {
            let errno = (*libc::__errno_location()).to_ne_bytes();
            let report = [stage, errno[0], errno[1], errno[2], errno[3]];
            libc::write(self.reporter, report.as_ptr().cast(), report.len());
            libc::_exit(127)
        }
    }

    /// Goes through the steps; returns the number of the one that failed.
    unsafe fn steps(&self) -> u8 {
        unsafe {
            for signal in 1..32 {
                libc::signal(signal, libc::SIG_DFL);
            }
            let mut none: libc::sigset_t = std::mem::zeroed();
            libc::sigemptyset(&raw mut none);
            libc::sigprocmask(libc::SIG_SETMASK, &raw const none, std::ptr::null_mut());
            if libc::setsid() == -1 {
                return 1;
            }
            for (number, from) in self.standard.iter().enumerate() {
                if libc::dup2(*from, number as RawFd) == -1 {
                    return 2;
                }
            }
            let mut first_unwanted = CHANNEL;
            if let Some(channel) = self.channel {
                if libc::dup2(channel, CHANNEL) == -1 {
                    return 2;
                }
                first_unwanted = CHANNEL + 1;
            }
            if !close_on_exec_from(first_unwanted) {
                return 2;
            }
            if libc::chdir(self.folder) == -1 {
                return 3;
            }
            for (resource, limit) in self.limits {
                if !limit_to(*resource, *limit) {
                    return 4;
                }
            }
            if !drop_capabilities() || libc::prctl(libc::PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == -1 {
                return 5;
            }
            // After this the kernel ends us with the parent; if it ended before, nobody would.
            if libc::prctl(libc::PR_SET_PDEATHSIG, libc::SIGKILL, 0, 0, 0) == -1 || libc::getppid() != self.parent {
                return 6;
            }
            if let Some(ruleset) = self.ruleset
                && libc::syscall(libc::SYS_landlock_restrict_self, ruleset, 0) != 0
            {
                return 7;
            }
            if let Some(filters) = self.filters
                && !(install(&filters.absent) && install(&filters.denied))
            {
                return 7;
            }
            libc::execve(self.program, self.arguments.as_ptr(), self.environment.as_ptr());
            8
        }
    }
}

/// Marks every descriptor from `first` on, so that exec closes it; the report still works until then.
unsafe fn close_on_exec_from(first: RawFd) -> bool {
    const CLOSE_ON_EXEC: libc::c_uint = 4;
    unsafe {
        if libc::syscall(libc::SYS_close_range, first, libc::c_uint::MAX, CLOSE_ON_EXEC) == 0 {
            return true;
        }
        // Kernels without it (before 5.11) cannot jail either; this serves the runner that the person allowed unjailed.
        let mut most: libc::rlimit = std::mem::zeroed();
        if libc::getrlimit(libc::RLIMIT_NOFILE, &raw mut most) != 0 {
            return false;
        }
        for fd in first..most.rlim_cur.min(1 << 20) as RawFd {
            libc::fcntl(fd, libc::F_SETFD, libc::FD_CLOEXEC);
        }
        true
    }
}

/// Sets both limits, never above what is already the most.
unsafe fn limit_to(resource: libc::__rlimit_resource_t, limit: u64) -> bool {
    unsafe {
        let mut now: libc::rlimit = std::mem::zeroed();
        if libc::getrlimit(resource, &raw mut now) != 0 {
            return false;
        }
        let limit = limit.min(now.rlim_max);
        let wanted = libc::rlimit { rlim_cur: limit, rlim_max: limit };
        libc::setrlimit(resource, &raw const wanted) == 0
    }
}

/// Gives up every capability, now and for what is executed. For anybody but root there are none to begin with.
unsafe fn drop_capabilities() -> bool {
    #[repr(C)]
    struct Header {
        version: u32,
        pid: i32,
    }
    const VERSION_3: u32 = 0x2008_0522;
    // NOROOT, NO_SETUID_FIXUP, KEEP_CAPS off, NO_CAP_AMBIENT_RAISE; each with its lock.
    const SECURE_BITS: libc::c_int = 0x01 | 0x02 | 0x04 | 0x08 | 0x20 | 0x40 | 0x80;
    unsafe {
        for capability in 0..64 {
            libc::prctl(libc::PR_CAPBSET_DROP, capability, 0, 0, 0);
        }
        libc::prctl(libc::PR_SET_SECUREBITS, SECURE_BITS, 0, 0, 0);
        libc::prctl(libc::PR_CAP_AMBIENT, libc::PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
        let header = Header { version: VERSION_3, pid: 0 };
        let nothing = [0u32; 6];
        libc::syscall(libc::SYS_capset, &raw const header, nothing.as_ptr()) == 0
    }
}

unsafe fn install(program: &[seccompiler::sock_filter]) -> bool {
    const SET_MODE_FILTER: libc::c_uint = 1;
    let Ok(len) = libc::c_ushort::try_from(program.len()) else { return false };
    // The two types have the same layout (linux/filter.h).
    let whole = libc::sock_fprog { len, filter: program.as_ptr().cast_mut().cast() };
    unsafe { libc::syscall(libc::SYS_seccomp, SET_MODE_FILTER, 0, &raw const whole) == 0 }
}
