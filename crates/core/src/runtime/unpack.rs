//! Taking the one executable (and its licence) out of a checked archive into `runtime/node-vX`, whole or not at all.

use std::fs::File;
use std::io::{Error, Read, Result, Write};
use std::path::{Component, Path, PathBuf};

use flate2::read::GzDecoder;

use super::find::fetched;

/// No executable of Node is larger.
const LARGEST: u64 = 512 << 20;

/// Unpacks `archive`, whose name is `name`, and returns the executable's path.
pub fn unpack(archive: &Path, name: &str, runtime: &Path) -> Result<PathBuf> {
    let target = fetched(runtime);
    let folder = target.parent().and_then(Path::parent).ok_or_else(|| Error::other("no folder to unpack into"))?;
    let fresh = runtime.join(".unpacking");
    if fresh.exists() {
        std::fs::remove_dir_all(&fresh)?;
    }
    std::fs::create_dir_all(fresh.join("bin"))?;
    let executable = fresh.join("bin").join(super::find::executable());
    if name.ends_with(".tar.gz") {
        from_tar(archive, &fresh, &executable)?;
    } else {
        write_new(&mut File::open(archive)?, &executable)?;
    }
    make_executable(&executable)?;
    if folder.exists() {
        std::fs::remove_dir_all(folder)?;
    }
    std::fs::rename(&fresh, folder)?;
    Ok(target)
}

fn from_tar(archive: &Path, fresh: &Path, executable: &Path) -> Result<()> {
    let mut found = false;
    for entry in tar::Archive::new(GzDecoder::new(File::open(archive)?)).entries()? {
        let mut entry = entry?;
        if !entry.header().entry_type().is_file() {
            continue;
        }
        // Only two known names are written, to places of our choosing: a hostile path in the archive has no effect.
        let path = entry.path()?.into_owned();
        let parts: Vec<&str> =
            path.components().filter_map(|part| if let Component::Normal(part) = part { part.to_str() } else { None }).collect();
        match parts.as_slice() {
            [_, "bin", "node"] => {
                write_new(&mut entry, executable)?;
                found = true;
            }
            [_, "LICENSE"] => write_new(&mut entry, &fresh.join("LICENSE"))?,
            _ => {}
        }
    }
    if found { Ok(()) } else { Err(Error::other("the archive holds no bin/node")) }
}

fn write_new(from: &mut impl Read, to: &Path) -> Result<()> {
    let mut file = File::create_new(to)?;
    let copied = std::io::copy(&mut from.take(LARGEST), &mut file)?;
    if copied == LARGEST {
        return Err(Error::other("a file in the archive is too large"));
    }
    file.flush()?;
    file.sync_all()
}

#[cfg(unix)]
fn make_executable(path: &Path) -> Result<()> {
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755))
}

#[cfg(not(unix))]
fn make_executable(_path: &Path) -> Result<()> {
    Ok(())
}
