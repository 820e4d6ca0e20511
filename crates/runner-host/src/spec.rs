//! What the caller asks for: which runner, with which folders, how strongly fenced. Pure data and its validation;
//! nothing is started here.

use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::error::RunnerError;

/// Everything needed to start one runner.
#[derive(Debug, Clone)]
pub struct RunnerSpec {
    /// The Node executable (22.19 or newer; the caller checks the version).
    pub node: PathBuf,
    /// The runner bundle, one file.
    pub bundle: PathBuf,
    /// The folders that the runner may see.
    pub grants: Vec<Grant>,
    /// Container, jailed process, or whichever is possible (container first).
    pub mode: RunnerMode,
    /// How the two sides speak.
    pub transport: Transport,
    /// Resource limits.
    pub limits: Limits,
    /// The person's engine setting; it wins over everything that can be found.
    pub docker_host: Option<String>,
    /// `$AXION_HOME`: run folders (sockets, private tmp) are made in its `run/`, mode 0700.
    pub home: PathBuf,
    /// Set only after the person was asked: start as a plain process where this system cannot jail one.
    pub allow_unjailed: bool,
    /// For the escape suite: behave as on a kernel whose Landlock is this old.
    #[doc(hidden)]
    pub landlock_at_most: Option<u32>,
}

impl RunnerSpec {
    /// A specification with safe defaults: no folders, automatic mode.
    pub fn new(node: impl Into<PathBuf>, bundle: impl Into<PathBuf>, home: impl Into<PathBuf>) -> Self {
        Self {
            node: node.into(),
            bundle: bundle.into(),
            grants: Vec::new(),
            mode: RunnerMode::Auto,
            transport: Transport::Auto,
            limits: Limits::default(),
            docker_host: None,
            home: home.into(),
            allow_unjailed: false,
            landlock_at_most: None,
        }
    }
}

/// A folder that a graph knows by its slot.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Grant {
    /// Name in the graph: letters, digits, `-` and `_`, at most 64.
    pub slot: String,
    /// The folder on this machine.
    pub path: PathBuf,
    /// What the runner may do there.
    pub access: Access,
}

/// What a grant allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
pub enum Access {
    /// List and read.
    #[serde(rename = "ro")]
    ReadOnly,
    /// List, read, create, change, delete.
    #[serde(rename = "rw")]
    ReadWrite,
}

/// Where the runner lives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum RunnerMode {
    /// A container where an engine answers, else a jailed process.
    #[default]
    Auto,
    /// A container, or an error.
    Docker,
    /// A jailed process, or an error.
    Process,
}

/// How host and runner speak.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Transport {
    /// A socket where it can work, else stdio.
    #[default]
    Auto,
    /// Inherited socket (process) or a socket in a mounted 0700 folder (container).
    Socket,
    /// Standard input and output (attached, for a container).
    Stdio,
}

/// What a runner may use up.
#[derive(Debug, Clone, PartialEq)]
pub struct Limits {
    /// Memory in MiB, all of the runner together.
    pub memory_mib: u64,
    /// Processors, as a fraction (1.5 = one and a half).
    pub cpus: f64,
    /// Processes and threads.
    pub pids: u32,
    /// Largest file that it may write, in MiB (process runner only).
    pub file_mib: u64,
    /// Open files.
    pub open_files: u64,
    /// Size of the private `/tmp` in MiB (container only; on disk for a process).
    pub tmp_mib: u64,
    /// Processor time after which the host ends the runner, by the host's clock. `None`: no such limit.
    pub cpu_time: Option<Duration>,
}

impl Default for Limits {
    fn default() -> Self {
        Self { memory_mib: 1024, cpus: 2.0, pids: 128, file_mib: 2048, open_files: 1024, tmp_mib: 64, cpu_time: None }
    }
}

/// A grant after validation: real folder, real path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct BoundGrant {
    pub slot: String,
    pub path: PathBuf,
    pub access: Access,
}

/// The validated specification that the launchers work from.
#[derive(Debug, Clone)]
pub(crate) struct Checked {
    pub node: PathBuf,
    pub bundle: PathBuf,
    pub home: PathBuf,
    pub grants: Vec<BoundGrant>,
    pub limits: Limits,
}

/// Checks the specification against this machine and resolves every path.
pub(crate) fn check(spec: &RunnerSpec) -> Result<Checked, RunnerError> {
    let node = real_file(&spec.node).map_err(|source| RunnerError::NodeMissing { path: spec.node.clone(), source })?;
    let bundle = real_file(&spec.bundle).map_err(|source| RunnerError::BundleMissing { path: spec.bundle.clone(), source })?;
    let home = crate::folder::open_home(&spec.home)?;
    let mut grants: Vec<BoundGrant> = Vec::with_capacity(spec.grants.len());
    for grant in &spec.grants {
        if grants.iter().any(|known| known.slot == grant.slot) {
            return Err(refuse(grant, "this slot is named twice"));
        }
        grants.push(check_grant(grant, &home)?);
    }
    check_limits(&spec.limits)?;
    Ok(Checked { node, bundle, home, grants, limits: spec.limits.clone() })
}

fn check_grant(grant: &Grant, home: &Path) -> Result<BoundGrant, RunnerError> {
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    if grant.slot.is_empty() || grant.slot.len() > 64 || !grant.slot.chars().all(plain) {
        return Err(refuse(grant, "a slot name is 1 to 64 letters, digits, - or _"));
    }
    if !grant.path.is_absolute() {
        return Err(refuse(grant, "the folder must be given by its absolute path"));
    }
    let path = grant.path.canonicalize().map_err(|error| refuse(grant, &error.to_string()))?;
    if !path.is_dir() {
        return Err(refuse(grant, "it is not a folder"));
    }
    if path.to_str().is_none() {
        return Err(refuse(grant, "its path is not valid UTF-8"));
    }
    if path.parent().is_none() {
        return Err(refuse(grant, "the root of the file system cannot be granted"));
    }
    if home.starts_with(&path) || path.starts_with(home.join(crate::folder::RUN)) {
        return Err(refuse(grant, "it holds Axion's own data, which a runner must never reach"));
    }
    Ok(BoundGrant { slot: grant.slot.clone(), path, access: grant.access })
}

fn check_limits(limits: &Limits) -> Result<(), RunnerError> {
    let sound = limits.memory_mib >= 128
        && limits.cpus.is_finite()
        && limits.cpus >= 0.05
        && limits.pids >= 24
        && limits.open_files >= 64
        && limits.tmp_mib >= 1
        && limits.file_mib >= 1;
    if sound {
        return Ok(());
    }
    Err(RunnerError::Limits {
        why: "at least 128 MiB of memory, 0.05 processors, 24 threads, 64 open files, 1 MiB of tmp and file size".into(),
    })
}

fn refuse(grant: &Grant, why: &str) -> RunnerError {
    RunnerError::Grant { slot: grant.slot.clone(), path: grant.path.clone(), why: why.to_owned() }
}

fn real_file(path: &Path) -> std::io::Result<PathBuf> {
    let real = path.canonicalize()?;
    if real.is_file() { Ok(real) } else { Err(std::io::Error::other("not a file")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place() -> (tempfile::TempDir, RunnerSpec) {
        let dir = tempfile::tempdir().unwrap();
        for name in ["home", "data"] {
            std::fs::create_dir(dir.path().join(name)).unwrap();
        }
        std::fs::write(dir.path().join("node"), "").unwrap();
        let spec = RunnerSpec::new(dir.path().join("node"), dir.path().join("node"), dir.path().join("home"));
        (dir, spec)
    }

    fn with(spec: &RunnerSpec, slot: &str, path: PathBuf) -> Result<Checked, RunnerError> {
        let mut spec = spec.clone();
        spec.grants = vec![Grant { slot: slot.into(), path, access: Access::ReadOnly }];
        check(&spec)
    }

    #[test]
    fn a_grant_is_a_real_absolute_folder_under_a_plain_name() {
        let (dir, spec) = place();
        assert!(with(&spec, "data", dir.path().join("data")).is_ok());
        for slot in ["", "a/b", "..", "a b", &"x".repeat(65)] {
            assert!(with(&spec, slot, dir.path().join("data")).is_err(), "{slot:?}");
        }
        for path in [PathBuf::from("data"), dir.path().join("none"), dir.path().join("node"), PathBuf::from("/")] {
            assert!(with(&spec, "data", path.clone()).is_err(), "{path:?}");
        }
    }

    #[test]
    fn a_grant_never_covers_the_home() {
        let (dir, spec) = place();
        for path in [dir.path().to_path_buf(), dir.path().join("home")] {
            let error = with(&spec, "data", path).unwrap_err();
            assert_eq!(error.code(), "grant_refused");
        }
    }

    #[test]
    fn a_slot_is_bound_once() {
        let (dir, mut spec) = place();
        let grant = Grant { slot: "in".into(), path: dir.path().join("data"), access: Access::ReadOnly };
        spec.grants = vec![grant.clone(), grant];
        assert!(check(&spec).is_err());
    }

    #[test]
    fn a_symlink_is_resolved_before_it_is_granted() {
        let (dir, spec) = place();
        #[cfg(unix)]
        {
            std::os::unix::fs::symlink(dir.path().join("home"), dir.path().join("link")).unwrap();
            assert!(with(&spec, "data", dir.path().join("link")).is_err());
        }
    }

    #[test]
    fn limits_that_nothing_could_live_in_are_refused() {
        let (_dir, mut spec) = place();
        spec.limits.memory_mib = 1;
        assert_eq!(check(&spec).unwrap_err().code(), "limits_refused");
    }
}
