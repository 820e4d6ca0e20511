//! The half that runs in the jail: speaks the runner protocol on descriptor 3 and makes forbidden calls.

#![allow(clippy::unwrap_used, reason = "in tests a panic is how a failure is told")]

use std::ffi::CString;
use std::io::{BufRead, BufReader, Write};
use std::os::fd::FromRawFd;
use std::os::unix::net::UnixStream;

use serde_json::{Value, json};

pub fn main() {
    // SAFETY: the host put its end of the channel there.
    let channel = unsafe { UnixStream::from_raw_fd(3) };
    let mut output = channel.try_clone().unwrap();
    let mut say = |message: Value| output.write_all(format!("{message}\n").as_bytes()).unwrap();
    let token = std::env::var("AXION_TOKEN").unwrap();
    let hello = json!({"token": token, "protocol": 1, "capabilities": [], "version": "1", "node": "none", "pid": 1});
    say(json!({"jsonrpc": "2.0", "id": 1, "method": "hello", "params": hello}));
    for line in BufReader::new(channel).lines() {
        let message: Value = serde_json::from_str(&line.unwrap()).unwrap();
        let result = match message["method"].as_str() {
            Some("attempts") => attempts(&message["params"]),
            Some(_) => Value::Null,
            None => continue,
        };
        say(json!({"jsonrpc": "2.0", "id": message["id"], "result": result}));
        if message["method"] == "shutdown" {
            return;
        }
    }
}

/// What a call must give.
#[derive(Clone, Copy)]
enum Must {
    /// Fail with exactly this error.
    Fail(i32),
    /// Return exactly this.
    Give(i64),
}

struct Attempts(Vec<Value>);

impl Attempts {
    fn note(&mut self, name: &str, got: i64, must: Must) {
        // SAFETY: reads this thread's errno.
        let errno = unsafe { *libc::__errno_location() };
        let right = match must {
            Must::Fail(error) => got == -1 && errno == error,
            Must::Give(value) => got == value,
        };
        let got = if got == -1 { format!("errno {errno}") } else { format!("returned {got}") };
        self.0.push(json!({"name": name, "right": right, "got": got}));
    }

    /// A raw call that must not be permitted.
    fn refused(&mut self, name: &str, number: i64, arguments: [usize; 6]) {
        self.call(name, number, arguments, Must::Fail(libc::EPERM));
    }

    fn call(&mut self, name: &str, number: i64, [a, b, c, d, e, f]: [usize; 6], must: Must) {
        // SAFETY: each call is one that the filter answers; those that reach the kernel get valid arguments.
        let got = unsafe { libc::syscall(number, a, b, c, d, e, f) };
        self.note(name, got, must);
    }
}

fn attempts(told: &Value) -> Value {
    let text = |name: &str| CString::new(told[name].as_str().unwrap()).unwrap();
    let (secret, given) = (text("secret"), text("given"));
    let host = told["host"].as_u64().unwrap() as usize;
    let mut list = Attempts(Vec::new());
    state(&mut list);
    sockets(&mut list);
    processes(&mut list, host);
    files(&mut list, secret.as_ptr() as usize, given.as_ptr() as usize);
    kernel(&mut list);
    Value::Array(list.0)
}

/// What it was started with.
fn state(list: &mut Attempts) {
    for fd in 4..512 {
        // SAFETY: asks about a descriptor number.
        let got = unsafe { libc::fcntl(fd, libc::F_GETFD) };
        // Only what a copy of the channel made here may be open.
        if got != -1 && fd > 6 {
            list.note(&format!("descriptor {fd} was handed down"), got.into(), Must::Fail(libc::EBADF));
        }
    }
    // SAFETY: plain questions.
    unsafe {
        list.note("no_new_privs", libc::prctl(libc::PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0).into(), Must::Give(1));
        list.note("seccomp", libc::prctl(libc::PR_GET_SECCOMP, 0, 0, 0, 0).into(), Must::Give(2));
        let mut signal = 0;
        libc::prctl(libc::PR_GET_PDEATHSIG, &raw mut signal, 0, 0, 0);
        list.note("dies with its parent", signal.into(), Must::Give(libc::SIGKILL.into()));
        // Only root can empty the bounding set; for anybody else no_new_privs already says that nothing is regained.
        if libc::geteuid() == 0 {
            let held = (0..=40).filter(|capability| libc::prctl(libc::PR_CAPBSET_READ, *capability, 0, 0, 0) == 1).count();
            list.note("capabilities that could be regained", held as i64, Must::Give(0));
        }
        let header = [0x2008_0522u32, 0];
        let mut sets = [u32::MAX; 6];
        list.call("capget", libc::SYS_capget, [header.as_ptr() as usize, sets.as_mut_ptr() as usize, 0, 0, 0, 0], Must::Give(0));
        list.note("capabilities held", sets.iter().map(|set| i64::from(set.count_ones())).sum(), Must::Give(0));
        list.note("leads its own session", libc::getsid(0).into(), Must::Give(libc::getpid().into()));
        list.note("no controlling terminal", libc::open(c"/dev/tty".as_ptr(), libc::O_RDWR).into(), Must::Fail(libc::EACCES));
    }
}

fn sockets(list: &mut Attempts) {
    let families = [
        ("unix", libc::AF_UNIX),
        ("inet", libc::AF_INET),
        ("inet6", libc::AF_INET6),
        ("netlink", libc::AF_NETLINK),
        ("packet", libc::AF_PACKET),
        ("vsock", libc::AF_VSOCK),
        ("alg", libc::AF_ALG),
        ("bluetooth", libc::AF_BLUETOOTH),
    ];
    for (name, family) in families {
        for (kind, number) in [("stream", libc::SOCK_STREAM), ("datagram", libc::SOCK_DGRAM), ("raw", libc::SOCK_RAW)] {
            let arguments = [family as usize, number as usize, 0, 0, 0, 0];
            list.refused(&format!("socket {name} {kind}"), libc::SYS_socket, arguments);
        }
    }
    let mut pair = [0i32; 2];
    let place = pair.as_mut_ptr() as usize;
    list.refused("socketpair", libc::SYS_socketpair, [libc::AF_UNIX as usize, libc::SOCK_DGRAM as usize, 0, place, 0, 0]);
    // The channel itself cannot be turned elsewhere.
    let mut address: libc::sockaddr_un = unsafe { std::mem::zeroed() };
    address.sun_family = libc::AF_UNIX as u16;
    let place = &raw const address as usize;
    for (name, number) in [("connect", libc::SYS_connect), ("bind", libc::SYS_bind)] {
        list.refused(name, number, [3, place, size_of::<libc::sockaddr_un>(), 0, 0, 0]);
    }
    list.refused("listen", libc::SYS_listen, [3, 1, 0, 0, 0, 0]);
    list.refused("io_uring_setup", libc::SYS_io_uring_setup, [8, 0, 0, 0, 0, 0]);
    #[cfg(target_arch = "x86_64")]
    list.call("socket by its x32 number", 0x4000_0000 | libc::SYS_socket, [1, 1, 0, 0, 0, 0], Must::Fail(libc::ENOSYS));
    list.call("a call newer than the list", 463, [0; 6], Must::Fail(libc::ENOSYS));
}

fn processes(list: &mut Attempts, host: usize) {
    const ATTACH: usize = 16;
    const TRACEME: usize = 0;
    // Signal 0 only asks: were the filter broken, a test must not stop the machine.
    list.refused("ptrace attach", libc::SYS_ptrace, [ATTACH, host, 0, 0, 0, 0]);
    list.refused("ptrace traceme", libc::SYS_ptrace, [TRACEME, 0, 0, 0, 0, 0]);
    list.refused("process_vm_readv", libc::SYS_process_vm_readv, [host, 0, 0, 0, 0, 0]);
    list.refused("process_vm_writev", libc::SYS_process_vm_writev, [host, 0, 0, 0, 0, 0]);
    list.refused("kill", libc::SYS_kill, [host, 0, 0, 0, 0, 0]);
    list.refused("kill everything", libc::SYS_kill, [usize::MAX, 0, 0, 0, 0, 0]);
    list.refused("tkill", libc::SYS_tkill, [host, 0, 0, 0, 0, 0]);
    list.refused("tgkill", libc::SYS_tgkill, [host, host, 0, 0, 0, 0]);
    list.refused("pidfd_open", libc::SYS_pidfd_open, [host, 0, 0, 0, 0, 0]);
    list.refused("prlimit", libc::SYS_prlimit64, [host, libc::RLIMIT_NOFILE as usize, 0, 0, 0, 0]);
    list.refused("sched_setaffinity", libc::SYS_sched_setaffinity, [host, 0, 0, 0, 0, 0]);
    list.refused("setpriority", libc::SYS_setpriority, [0, host, 19, 0, 0, 0]);
    list.refused("setsid", libc::SYS_setsid, [0; 6]);
    list.refused("setpgid", libc::SYS_setpgid, [0, host, 0, 0, 0, 0]);
    list.refused("clone as fork does", libc::SYS_clone, [libc::SIGCHLD as usize, 0, 0, 0, 0, 0]);
    list.refused("clone into a user namespace", libc::SYS_clone, [libc::CLONE_NEWUSER as usize | 17, 0, 0, 0, 0, 0]);
    list.call("clone3", libc::SYS_clone3, [0; 6], Must::Fail(libc::ENOSYS));
    #[cfg(target_arch = "x86_64")]
    {
        list.refused("fork", libc::SYS_fork, [0; 6]);
        list.refused("vfork", libc::SYS_vfork, [0; 6]);
    }
    list.refused("outliving the host", libc::SYS_prctl, [libc::PR_SET_PDEATHSIG as usize, 0, 0, 0, 0, 0]);
    list.refused("inviting a tracer", libc::SYS_prctl, [libc::PR_SET_PTRACER as usize, usize::MAX, 0, 0, 0, 0]);
    let arguments = [c"/bin/sh".as_ptr(), std::ptr::null()];
    let place = arguments.as_ptr() as usize;
    list.call("execve", libc::SYS_execve, [arguments[0] as usize, place, 0, 0, 0, 0], Must::Fail(libc::EACCES));
    list.refused("signals by a file's owner", libc::SYS_fcntl, [3, libc::F_SETOWN as usize, host, 0, 0, 0]);
    let threads = std::thread::spawn(|| 7).join().unwrap();
    list.note("threads still work", threads, Must::Give(7));
}

fn files(list: &mut Attempts, secret: usize, given: usize) {
    const HERE: usize = libc::AT_FDCWD as isize as usize;
    let denied = Must::Fail(libc::EACCES);
    list.call("open a secret", libc::SYS_openat, [HERE, secret, 0, 0, 0, 0], denied);
    list.call("open for writing", libc::SYS_openat, [HERE, given, libc::O_WRONLY as usize, 0, 0, 0], denied);
    let emptying = (libc::O_RDONLY | libc::O_TRUNC) as usize;
    list.refused("empty while opening", libc::SYS_openat, [HERE, given, emptying, 0, 0, 0]);
    list.call("openat2", libc::SYS_openat2, [HERE, given, 0, 24, 0, 0], Must::Fail(libc::ENOSYS));
    list.refused("truncate", libc::SYS_truncate, [given, 0, 0, 0, 0, 0]);
    list.refused("fchmodat", libc::SYS_fchmodat, [HERE, given, 0o777, 0, 0, 0]);
    list.refused("fchmodat2", 452, [HERE, given, 0o777, 0, 0, 0]);
    list.refused("fchownat", libc::SYS_fchownat, [HERE, secret, 1, 1, 0, 0]);
    list.refused("utimensat", libc::SYS_utimensat, [HERE, secret, 0, 0, 0, 0]);
    list.refused("setxattr", libc::SYS_setxattr, [secret, c"user.x".as_ptr() as usize, given, 1, 0, 0]);
    list.refused("inotify_init1", libc::SYS_inotify_init1, [0; 6]);
    list.refused("open_by_handle_at", libc::SYS_open_by_handle_at, [HERE, given, 0, 0, 0, 0]);
    list.refused("mknodat", libc::SYS_mknodat, [HERE, given, libc::S_IFIFO as usize, 0, 0, 0]);
    // SAFETY: opens a file that it may read.
    let fd = unsafe { libc::open(given as *const libc::c_char, libc::O_RDONLY) };
    list.note("a granted file opens", i64::from(fd >= 0), Must::Give(1));
    list.refused("fchmod", libc::SYS_fchmod, [fd as usize, 0o777, 0, 0, 0, 0]);
    let flags: libc::c_int = 0;
    const SET_FLAGS: usize = 0x4008_6602;
    list.refused("attributes by ioctl", libc::SYS_ioctl, [fd as usize, SET_FLAGS, &raw const flags as usize, 0, 0, 0]);
    list.refused("typing into a terminal", libc::SYS_ioctl, [0, libc::TIOCSTI as usize, given, 0, 0, 0]);
}

fn kernel(list: &mut Attempts) {
    let calls = [
        ("mount", libc::SYS_mount),
        ("umount2", libc::SYS_umount2),
        ("pivot_root", libc::SYS_pivot_root),
        ("chroot", libc::SYS_chroot),
        ("unshare", libc::SYS_unshare),
        ("setns", libc::SYS_setns),
        ("open_tree", libc::SYS_open_tree),
        ("fsopen", libc::SYS_fsopen),
        ("bpf", libc::SYS_bpf),
        ("perf_event_open", libc::SYS_perf_event_open),
        ("userfaultfd", libc::SYS_userfaultfd),
        ("keyctl", libc::SYS_keyctl),
        ("add_key", libc::SYS_add_key),
        ("request_key", libc::SYS_request_key),
        ("kexec_load", libc::SYS_kexec_load),
        ("init_module", libc::SYS_init_module),
        ("reboot", libc::SYS_reboot),
        ("syslog", libc::SYS_syslog),
        ("personality", libc::SYS_personality),
        ("shmget", libc::SYS_shmget),
        ("msgget", libc::SYS_msgget),
        ("semget", libc::SYS_semget),
        ("mq_open", libc::SYS_mq_open),
        ("process_madvise", libc::SYS_process_madvise),
        ("fanotify_init", libc::SYS_fanotify_init),
    ];
    for (name, number) in calls {
        list.refused(name, number, [0; 6]);
    }
}
