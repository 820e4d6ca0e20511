//! The system call half of the jail: what a runner never needs and could leave its jail with is denied.
//!
//! Landlock governs files only. Here: no sockets of any family (the one connected channel is inherited), no processes
//! (threads only), no tracing, no mounts and namespaces, no keys, no other process's signals, limits or memory, no
//! change of a file's mode, owner, times or attributes, and nothing newer than this list.

use std::collections::BTreeMap;

use seccompiler::{
    BpfProgram, SeccompAction, SeccompCmpArgLen as Len, SeccompCmpOp as Op, SeccompCondition as Condition, SeccompFilter,
    SeccompRule as Rule, sock_filter,
};

/// The newest call that was considered (mseal, Linux 6.10). Later ones, and the x32 numbers beyond them, do not exist
/// for a runner.
const NEWEST_KNOWN: u32 = 462;

/// Numbers that this list needs and the C library crate does not name everywhere.
const SYS_FCHMODAT2: i64 = 452;

/// Both programs, to be installed in this order.
pub(crate) struct Filters {
    /// Answers "no such call" where a library has another way.
    pub absent: BpfProgram,
    /// Answers "not permitted".
    pub denied: BpfProgram,
}

/// Whether this kernel filters calls and this processor is one we wrote the list for.
pub(crate) fn available() -> bool {
    const GET_ACTION_AVAIL: libc::c_uint = 2;
    let action: u32 = libc::SECCOMP_RET_ERRNO;
    // SAFETY: the kernel reads four bytes behind the pointer, which lives through the call.
    let there = unsafe { libc::syscall(libc::SYS_seccomp, GET_ACTION_AVAIL, 0, &raw const action) == 0 };
    there && cfg!(any(target_arch = "x86_64", target_arch = "aarch64"))
}

/// Builds the filters. `scoped`: Landlock keeps signals inside, so a thread may signal its own process (as `abort` does).
pub(crate) fn filters(scoped: bool) -> Result<Filters, seccompiler::Error> {
    let absent = [libc::SYS_clone3, libc::SYS_openat2].map(|call| (call, Vec::new()));
    let mut denied: BTreeMap<i64, Vec<Rule>> = NEVER.iter().map(|call| (*call, Vec::new())).collect();
    denied.extend(NEVER_HERE.iter().map(|call| (*call, Vec::new())));
    denied.extend(conditional()?);
    if !scoped {
        denied.insert(libc::SYS_tgkill, Vec::new());
    }
    Ok(Filters { absent: ceiling(compile(absent.into_iter().collect(), libc::ENOSYS)?), denied: compile(denied, libc::EPERM)? })
}

fn compile(rules: BTreeMap<i64, Vec<Rule>>, errno: i32) -> Result<BpfProgram, seccompiler::Error> {
    let answer = SeccompAction::Errno(errno.unsigned_abs());
    let arch = std::env::consts::ARCH.try_into()?;
    Ok(SeccompFilter::new(rules, SeccompAction::Allow, answer, arch)?.try_into()?)
}

/// Puts "every number above the newest known one does not exist" before a program. Jumps are relative, so what follows
/// stays right. On x86-64 this also closes the x32 numbers, which pass the architecture check.
fn ceiling(program: BpfProgram) -> BpfProgram {
    const LOAD_WORD_ABSOLUTE: u16 = 0x20;
    const JUMP_IF_GREATER: u16 = 0x25;
    const RETURN: u16 = 0x06;
    let no_such_call = libc::SECCOMP_RET_ERRNO | libc::ENOSYS.unsigned_abs();
    let mut whole = vec![
        sock_filter { code: LOAD_WORD_ABSOLUTE, jt: 0, jf: 0, k: 0 },
        sock_filter { code: JUMP_IF_GREATER, jt: 0, jf: 1, k: NEWEST_KNOWN },
        sock_filter { code: RETURN, jt: 0, jf: 0, k: no_such_call },
    ];
    whole.extend(program);
    whole
}

/// Calls that are denied for some arguments only.
fn conditional() -> Result<Vec<(i64, Vec<Rule>)>, seccompiler::Error> {
    let when = |argument: u8, length: Len, op: Op, value: u64| Condition::new(argument, length, op, value);
    let one = |condition: Condition| Rule::new(vec![condition]);
    // Truncating through a read-only descriptor: Landlock sees it only since its third ABI.
    let opens_to_empty = |argument: u8| -> Result<Rule, seccompiler::Error> {
        let reading = when(argument, Len::Dword, Op::MaskedEq(libc::O_ACCMODE as u64), libc::O_RDONLY as u64)?;
        let emptying = when(argument, Len::Dword, Op::MaskedEq(libc::O_TRUNC as u64), libc::O_TRUNC as u64)?;
        Ok(Rule::new(vec![reading, emptying])?)
    };
    let ioctls_of_a_program = IOCTLS.iter().map(|request| when(1, Len::Dword, Op::Ne, *request));
    let others = |call: i64| -> Result<(i64, Vec<Rule>), seccompiler::Error> { Ok((call, vec![one(when(0, Len::Dword, Op::Ne, 0)?)?])) };
    let fcntl =
        |command: i32| -> Result<Rule, seccompiler::Error> { Ok(one(when(1, Len::Dword, Op::Eq, command.unsigned_abs().into())?)?) };
    let prctl = |option: i32| -> Result<Rule, seccompiler::Error> { Ok(one(when(0, Len::Dword, Op::Eq, option.unsigned_abs().into())?)?) };
    let thread = libc::CLONE_THREAD as u64;
    let mut rules = vec![
        // Only threads: a clone without CLONE_THREAD is a process.
        (libc::SYS_clone, vec![one(when(0, Len::Qword, Op::MaskedEq(thread), 0)?)?]),
        (libc::SYS_openat, vec![opens_to_empty(2)?]),
        (libc::SYS_ioctl, vec![Rule::new(ioctls_of_a_program.collect::<Result<_, _>>()?)?]),
        (libc::SYS_fcntl, vec![fcntl(libc::F_SETOWN)?, fcntl(15)?]),
        // It must not outlive its parent, nor be traced or dumped.
        (libc::SYS_prctl, vec![prctl(libc::PR_SET_PDEATHSIG)?, prctl(libc::PR_SET_PTRACER)?]),
        others(libc::SYS_prlimit64)?,
        others(libc::SYS_sched_setaffinity)?,
        others(libc::SYS_sched_setscheduler)?,
        others(libc::SYS_sched_setparam)?,
        others(libc::SYS_sched_setattr)?,
    ];
    #[cfg(target_arch = "x86_64")]
    rules.push((libc::SYS_open, vec![opens_to_empty(1)?]));
    rules.sort_by_key(|(call, _)| *call);
    Ok(rules)
}

/// The requests that Node and its libraries make: close-on-exec, non-blocking, bytes waiting, terminal questions, reflink.
const IOCTLS: [u64; 7] = [0x5451, 0x5450, 0x5421, 0x541b, 0x5401, 0x5413, 0x4004_9409];

/// Denied whatever the arguments.
#[rustfmt::skip]
const NEVER: &[i64] = &[
    // Sockets. The channel to the host is inherited and connected; a datagram pair could be re-aimed at any path.
    libc::SYS_socket, libc::SYS_socketpair, libc::SYS_connect, libc::SYS_bind, libc::SYS_listen, libc::SYS_accept,
    libc::SYS_accept4,
    // Ways around the filter.
    libc::SYS_io_uring_setup, libc::SYS_io_uring_enter, libc::SYS_io_uring_register,
    // Other processes.
    libc::SYS_ptrace, libc::SYS_process_vm_readv, libc::SYS_process_vm_writev, libc::SYS_process_madvise,
    libc::SYS_process_mrelease, libc::SYS_kcmp, libc::SYS_pidfd_open, libc::SYS_pidfd_getfd,
    libc::SYS_pidfd_send_signal, libc::SYS_kill, libc::SYS_tkill, libc::SYS_rt_sigqueueinfo,
    libc::SYS_rt_tgsigqueueinfo, libc::SYS_setpriority, libc::SYS_ioprio_set, libc::SYS_migrate_pages,
    libc::SYS_move_pages, libc::SYS_setsid, libc::SYS_setpgid,
    // Mounts, roots, namespaces.
    libc::SYS_mount, libc::SYS_umount2, libc::SYS_pivot_root, libc::SYS_chroot, libc::SYS_move_mount,
    libc::SYS_open_tree, libc::SYS_fsopen, libc::SYS_fsconfig, libc::SYS_fsmount, libc::SYS_fspick,
    libc::SYS_mount_setattr, libc::SYS_unshare, libc::SYS_setns, libc::SYS_name_to_handle_at,
    libc::SYS_open_by_handle_at,
    // What Landlock does not govern in files: mode, owner, times, attributes, truncation by path, watching names.
    libc::SYS_fchmod, libc::SYS_fchmodat, SYS_FCHMODAT2, libc::SYS_fchown, libc::SYS_fchownat, libc::SYS_utimensat,
    libc::SYS_setxattr, libc::SYS_lsetxattr, libc::SYS_fsetxattr, libc::SYS_removexattr, libc::SYS_lremovexattr,
    libc::SYS_fremovexattr, libc::SYS_truncate, libc::SYS_inotify_init1, libc::SYS_inotify_add_watch,
    libc::SYS_fanotify_init, libc::SYS_fanotify_mark, libc::SYS_mknodat,
    // Keys, shared memory and queues of the person's other programs.
    libc::SYS_add_key, libc::SYS_request_key, libc::SYS_keyctl, libc::SYS_shmget, libc::SYS_shmat, libc::SYS_shmctl,
    libc::SYS_semget, libc::SYS_semctl, libc::SYS_semop, libc::SYS_semtimedop, libc::SYS_msgget, libc::SYS_msgctl,
    libc::SYS_msgsnd, libc::SYS_msgrcv, libc::SYS_mq_open, libc::SYS_mq_unlink, libc::SYS_mq_notify,
    // The kernel.
    libc::SYS_bpf, libc::SYS_perf_event_open, libc::SYS_userfaultfd, libc::SYS_kexec_load, libc::SYS_init_module,
    libc::SYS_finit_module, libc::SYS_delete_module, libc::SYS_reboot, libc::SYS_swapon, libc::SYS_swapoff,
    libc::SYS_syslog, libc::SYS_acct, libc::SYS_quotactl, libc::SYS_quotactl_fd, libc::SYS_personality,
    libc::SYS_settimeofday, libc::SYS_clock_settime, libc::SYS_clock_adjtime, libc::SYS_adjtimex,
    libc::SYS_sethostname, libc::SYS_setdomainname, libc::SYS_vhangup, libc::SYS_lookup_dcookie, libc::SYS_nfsservctl,
];

/// Denied calls that only this processor has.
#[cfg(target_arch = "x86_64")]
#[rustfmt::skip]
const NEVER_HERE: &[i64] = &[
    libc::SYS_fork, libc::SYS_vfork, libc::SYS_chmod, libc::SYS_chown, libc::SYS_lchown, libc::SYS_utime,
    libc::SYS_utimes, libc::SYS_futimesat, libc::SYS_mknod, libc::SYS_inotify_init, libc::SYS_iopl, libc::SYS_ioperm,
    libc::SYS_modify_ldt, libc::SYS_kexec_file_load, libc::SYS_uselib, libc::SYS_ustat, libc::SYS_sysfs,
    libc::SYS__sysctl,
];
/// Denied calls that only this processor has.
#[cfg(not(target_arch = "x86_64"))]
const NEVER_HERE: &[i64] = &[];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_filters_compile_and_begin_with_the_ceiling() {
        for scoped in [false, true] {
            let filters = filters(scoped).unwrap();
            assert_eq!(filters.absent[1].k, NEWEST_KNOWN);
            assert!(filters.denied.len() > NEVER.len() && filters.denied.len() < 4096);
        }
    }

    #[test]
    fn no_denied_call_lies_above_the_ceiling_and_none_is_named_twice() {
        let mut all: Vec<i64> = NEVER.iter().chain(NEVER_HERE).copied().collect();
        let before = all.len();
        all.sort_unstable();
        all.dedup();
        assert_eq!(all.len(), before);
        assert!(all.iter().all(|call| *call <= i64::from(NEWEST_KNOWN)));
        let conditional: Vec<i64> = conditional().unwrap().into_iter().map(|(call, _)| call).collect();
        assert!(conditional.iter().all(|call| !all.contains(call)), "a call is denied in full and in part");
    }
}
