//! Where the home folder is. That it is private and held by one process at a time is the store's work.

use std::path::{Path, PathBuf};

/// Folder of things that live only as long as a process: sockets, private tmp.
pub const RUN: &str = "run";

/// Finds the home: what the person named, else `AXION_HOME`, else `~/.axion`. `None` on a system without home folders.
pub fn locate(named: Option<&Path>) -> Option<PathBuf> {
    let set = std::env::var_os("AXION_HOME").filter(|value| !value.is_empty()).map(PathBuf::from);
    let path = named.map(Path::to_path_buf).or(set).or_else(usual)?;
    std::path::absolute(path).ok()
}

/// `~/.axion`.
pub fn usual() -> Option<PathBuf> {
    std::env::home_dir().filter(|home| home.is_absolute()).map(|home| home.join(".axion"))
}

/// Makes a folder below the home that only its owner can enter.
pub fn private_folder(path: &Path) -> std::io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o700))?;
    }
    Ok(())
}
