//! The one Node version that Axion offers to fetch, with the SHA-256 of each archive as its signed release list names it.
//! A build that is not listed here cannot be installed, from the network or by hand.

/// One official build.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pin {
    /// `std::env::consts::OS`.
    pub os: &'static str,
    /// `std::env::consts::ARCH`.
    pub arch: &'static str,
    /// Path below the release folder; its last part is the file's name.
    pub path: &'static str,
    /// Lower-case hex.
    pub sha256: &'static str,
}

impl Pin {
    /// The file's name, as a person sees it in a download folder.
    pub fn file_name(&self) -> &'static str {
        self.path.rsplit('/').next().unwrap_or(self.path)
    }
}

/// The offered version.
pub const VERSION: &str = "24.18.0";
/// Where the release lies; `AXION_NODE_MIRROR` replaces it (the hashes stay).
pub const RELEASE: &str = "https://nodejs.org/dist/v24.18.0";

/// All builds of that version that Axion runs on.
pub const PINS: &[Pin] = &[
    pin("linux", "x86_64", "node-v24.18.0-linux-x64.tar.gz", "783130984963db7ba9cbd01089eaf2c2efb055c7c1693c943174b967b3050cb8"),
    pin("linux", "aarch64", "node-v24.18.0-linux-arm64.tar.gz", "6b4484c2190274175df9aa8f28e2d758a819cb1c1fe6ab481e2f95b463ab8508"),
    pin("macos", "x86_64", "node-v24.18.0-darwin-x64.tar.gz", "dfd0dbd3e721503434df7b7205e719f61b3a3a31b2bcf9729b8b91fea240f080"),
    pin("macos", "aarch64", "node-v24.18.0-darwin-arm64.tar.gz", "e1a97e14c99c803e96c7339403282ea05a499c32f8d83defe9ef5ec66f979ed1"),
    pin("windows", "x86_64", "win-x64/node.exe", "9a4eb5f1c29c6a2e93852ead46b999e284a6a5ca8bab4d4e241d587d025a52de"),
    pin("windows", "aarch64", "win-arm64/node.exe", "c7225670c3f477778e18c43a55867f7a0d76468221245e5981ab80eb953c8102"),
];

const fn pin(os: &'static str, arch: &'static str, path: &'static str, sha256: &'static str) -> Pin {
    Pin { os, arch, path, sha256 }
}

/// The build for this machine.
pub fn for_this_machine() -> Option<Pin> {
    PINS.iter().copied().find(|pin| pin.os == std::env::consts::OS && pin.arch == std::env::consts::ARCH)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pin_is_a_whole_hash_of_the_named_version() {
        for pin in PINS {
            assert_eq!(pin.sha256.len(), 64, "{}", pin.path);
            assert!(pin.sha256.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f')), "{}", pin.path);
            assert!(pin.path.contains(VERSION) || pin.path.ends_with("/node.exe"), "{}", pin.path);
        }
        assert!(RELEASE.ends_with(VERSION));
    }
}
