//! The fence of a process runner: what this system can enforce (`JailReport`) and, on Linux, the two halves that do it:
//! `files` (Landlock) and `calls` (seccomp). Applied between fork and exec in `process`, never in the host itself.

#[cfg(target_os = "linux")]
pub(crate) mod calls;
#[cfg(target_os = "linux")]
pub(crate) mod files;

use serde::Serialize;

/// How much of the fence the kernel holds up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Enforcement {
    /// Every part by the mechanism made for it.
    FullyEnforced,
    /// Files by Landlock; what this kernel's Landlock lacks is denied by the system call filter instead.
    PartiallyEnforced,
    /// Not enough to call it a jail.
    NotEnforced,
}

/// What can be told about the jail on this system.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct JailReport {
    /// The verdict.
    pub enforcement: Enforcement,
    /// By what means.
    pub by: Vec<String>,
    /// Landlock's ABI; 0 where there is none.
    pub landlock_abi: u32,
    /// Whether system calls can be filtered.
    pub seccomp: bool,
    /// What is missing, in words.
    pub missing: Vec<String>,
}

impl JailReport {
    /// Whether a process runner may be started without asking.
    pub fn can_jail(&self) -> bool {
        self.enforcement != Enforcement::NotEnforced
    }

    /// A stable word for why not; `ok` where it can.
    pub fn code(&self) -> &'static str {
        match self {
            _ if self.can_jail() => "ok",
            _ if !cfg!(any(target_os = "linux", target_os = "macos")) => "no_jail_on_this_system",
            _ if cfg!(target_os = "linux") && self.landlock_abi == 0 => "no_landlock",
            _ if cfg!(target_os = "linux") && !self.seccomp => "no_seccomp",
            _ => "no_jail_tool",
        }
    }

    /// One sentence.
    pub fn reason(&self) -> String {
        if self.missing.is_empty() { "everything needed is there".to_owned() } else { self.missing.join("; ") }
    }

    pub(crate) fn unjailed(mut self) -> Self {
        self.enforcement = Enforcement::NotEnforced;
        self
    }
}

/// What this system can do.
#[cfg(target_os = "linux")]
pub fn jail_support() -> JailReport {
    judge(files::abi(), calls::available())
}

/// The verdict from what was found. Pure.
#[cfg(target_os = "linux")]
fn judge(landlock_abi: u32, seccomp: bool) -> JailReport {
    const ADDED: [(u32, &str); 3] = [
        (3, "Landlock cannot stop truncation before Linux 6.2: denied by the system call filter"),
        (5, "Landlock cannot stop device ioctls before Linux 6.10: denied by the system call filter"),
        (6, "Landlock cannot scope signals and abstract sockets before Linux 6.12: denied by the system call filter"),
    ];
    let mut missing = Vec::new();
    if landlock_abi == 0 {
        missing.push("this kernel has no Landlock, or it is switched off (needs Linux 5.13 or newer)".to_owned());
    }
    if !seccomp {
        missing.push("this kernel or processor has no usable system call filter (seccomp)".to_owned());
    }
    let enforcement = match missing.is_empty() {
        false => Enforcement::NotEnforced,
        true if landlock_abi >= 6 => Enforcement::FullyEnforced,
        true => Enforcement::PartiallyEnforced,
    };
    if enforcement == Enforcement::PartiallyEnforced {
        missing.extend(ADDED.iter().filter(|(since, _)| landlock_abi < *since).map(|(_, text)| (*text).to_owned()));
    }
    let by = match enforcement {
        Enforcement::NotEnforced => Vec::new(),
        _ => vec![format!("Landlock ABI {landlock_abi}"), "seccomp".to_owned(), "no_new_privs".to_owned()],
    };
    JailReport { enforcement, by, landlock_abi, seccomp, missing }
}

/// What this system can do.
#[cfg(target_os = "macos")]
pub fn jail_support() -> JailReport {
    let there = std::path::Path::new(crate::process::SANDBOX_EXEC).exists();
    JailReport {
        enforcement: if there { Enforcement::PartiallyEnforced } else { Enforcement::NotEnforced },
        by: if there { vec!["sandbox-exec".to_owned()] } else { Vec::new() },
        landlock_abi: 0,
        seccomp: false,
        missing: vec!["limits of memory and processes are those of Node and of the host's watch".to_owned()],
    }
}

/// What this system can do.
#[cfg(not(any(target_os = "linux", target_os = "macos")))]
pub fn jail_support() -> JailReport {
    JailReport {
        enforcement: Enforcement::NotEnforced,
        by: Vec::new(),
        landlock_abi: 0,
        seccomp: false,
        missing: vec!["this system only limits resources (job object); files and network stay open to the runner".to_owned()],
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn the_verdict_follows_what_the_kernel_has() {
        for (abi, seccomp, verdict, lacking, code) in [
            (7, true, Enforcement::FullyEnforced, 0, "ok"),
            (6, true, Enforcement::FullyEnforced, 0, "ok"),
            (5, true, Enforcement::PartiallyEnforced, 1, "ok"),
            (2, true, Enforcement::PartiallyEnforced, 3, "ok"),
            (0, true, Enforcement::NotEnforced, 1, "no_landlock"),
            (7, false, Enforcement::NotEnforced, 1, "no_seccomp"),
            (0, false, Enforcement::NotEnforced, 2, "no_landlock"),
        ] {
            let report = judge(abi, seccomp);
            assert_eq!((report.enforcement, report.missing.len(), report.code()), (verdict, lacking, code), "{abi} {seccomp}");
        }
    }
}
