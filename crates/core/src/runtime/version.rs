//! Asking a Node executable for its version, and comparing versions.

use std::io::Read;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// The oldest Node that runs the runner.
pub const OLDEST: Version = Version(22, 19, 0);

/// Major, minor, patch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Version(pub u32, pub u32, pub u32);

impl Version {
    /// Reads `v24.18.0`, with or without the `v`.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let mut parts = text.strip_prefix('v').unwrap_or(text).split(['.', '-']);
        let mut next = || parts.next()?.parse().ok();
        Some(Self(next()?, next()?, next()?))
    }
}

impl std::fmt::Display for Version {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}.{}.{}", self.0, self.1, self.2)
    }
}

/// Runs `node --version` with an empty environment and a limit of five seconds.
pub fn ask(node: &Path) -> Result<Version, String> {
    let mut command = Command::new(node);
    command.arg("--version").env_clear().stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
    // Node reads the system's OpenSSL configuration at start and ends when it cannot; nothing here needs one.
    command.env("OPENSSL_CONF", if cfg!(windows) { "nul" } else { "/dev/null" });
    #[cfg(windows)]
    if let Some(root) = std::env::var_os("SystemRoot") {
        command.env("SystemRoot", root);
    }
    let mut child = command.spawn().map_err(|error| error.to_string())?;
    let deadline = Instant::now() + Duration::from_secs(5);
    let status = loop {
        match child.try_wait() {
            Ok(Some(status)) => break status,
            Ok(None) if Instant::now() < deadline => std::thread::sleep(Duration::from_millis(4)),
            Ok(None) => {
                let _ = child.kill();
                let _ = child.wait();
                return Err("it did not answer within 5 seconds".into());
            }
            Err(error) => return Err(error.to_string()),
        }
    };
    let mut said = String::new();
    if let Some(out) = child.stdout.take() {
        out.take(200).read_to_string(&mut said).map_err(|error| error.to_string())?;
    }
    if !status.success() {
        return Err(format!("it ended with {status}"));
    }
    Version::parse(&said).ok_or_else(|| format!("it does not say a version but {:?}", said.trim()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_compare_as_numbers() {
        assert_eq!(Version::parse("v24.18.0\n"), Some(Version(24, 18, 0)));
        assert_eq!(Version::parse("25.0.0-nightly"), Some(Version(25, 0, 0)));
        assert_eq!(Version::parse("node"), None);
        assert!(Version(22, 9, 0) < OLDEST && OLDEST <= Version(22, 19, 0) && Version(100, 0, 0) > OLDEST);
    }

    #[cfg(unix)]
    #[test]
    fn what_is_not_node_is_told_apart() {
        assert!(ask(Path::new("/bin/false")).is_err());
        assert!(ask(Path::new("/nowhere/node")).is_err());
    }
}
