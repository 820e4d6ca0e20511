//! Looking at folders for the person: choosing one, and showing a text file that a run wrote. Listing names only; opening
//! goes down from the granted folder part by part and follows no link, so nothing outside it can be shown.

use std::path::Path;

use axion_protocol::{ErrorCode, ErrorInfo, FolderEntry, FolderListing, RunFile, clip};

use crate::failure::invalid;

/// Most folders in one listing.
const MOST: usize = 1000;
/// Most of a file that is shown.
const LARGEST_TEXT: usize = 2 << 20;

/// The folders in a folder; without a path, in the person's own.
pub fn list(path: Option<&str>) -> Result<FolderListing, ErrorInfo> {
    let path = match path {
        Some(path) => std::path::PathBuf::from(path),
        None => std::env::home_dir().unwrap_or_else(|| "/".into()),
    };
    if !path.is_absolute() {
        return Err(invalid("The folder must be given by its absolute path."));
    }
    let shown = path.display();
    let entries = std::fs::read_dir(&path).map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => ErrorInfo::new(ErrorCode::NotFound, format!("There is no folder {shown}.")),
        std::io::ErrorKind::PermissionDenied => ErrorInfo::new(ErrorCode::Forbidden, format!("You may not open {shown}.")),
        _ => invalid(format!("{shown} cannot be opened: {error}.")),
    })?;
    let mut folders: Vec<FolderEntry> = Vec::new();
    let mut truncated = false;
    for entry in entries.flatten() {
        let (Ok(name), true) = (entry.file_name().into_string(), entry.path().is_dir()) else { continue };
        let Some(path) = entry.path().to_str().map(str::to_owned) else { continue };
        if folders.len() == MOST * 4 {
            // Enough to sort the hidden ones behind the others and still stop somewhere.
            truncated = true;
            break;
        }
        folders.push(FolderEntry { name, path });
    }
    folders.sort_by_cached_key(|folder| (folder.name.starts_with('.'), folder.name.to_lowercase(), folder.name.clone()));
    truncated |= folders.len() > MOST;
    folders.truncate(MOST);
    let text = |path: &Path| path.to_str().map(str::to_owned);
    Ok(FolderListing {
        path: text(&path).ok_or_else(|| invalid("The name of this folder is not Unicode."))?,
        parent: path.parent().and_then(text),
        folders,
        truncated,
        writable: writable(&path),
    })
}

/// A text file below a granted folder.
pub fn read(root: &str, path: &str) -> Result<RunFile, ErrorInfo> {
    let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty() && *part != ".").collect();
    let outside = path.starts_with('/')
        || parts.iter().any(|part| *part == ".." || part.contains(['\\', '\0']) || (cfg!(windows) && part.contains(':')));
    if outside || parts.is_empty() {
        return Err(invalid(format!("{:?} is not a path inside the folder.", clip(path, 200))));
    }
    let (bytes, size) = open(Path::new(root), &parts).map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => {
            ErrorInfo::new(ErrorCode::NotFound, format!("There is no file {:?} in this folder.", clip(path, 200)))
        }
        std::io::ErrorKind::PermissionDenied => ErrorInfo::new(ErrorCode::Forbidden, format!("{:?} may not be opened.", clip(path, 200))),
        _ => invalid(format!("{:?} cannot be shown: it is not a plain file inside the folder.", clip(path, 200))),
    })?;
    if bytes.iter().take(8192).any(|byte| *byte == 0) {
        return Err(invalid("This file is not text."));
    }
    let mut text = String::from_utf8_lossy(&bytes).into_owned();
    let truncated = size > bytes.len() as u64;
    if truncated && text.ends_with('\u{fffd}') {
        // The cut went through a character.
        text.truncate(text.trim_end_matches('\u{fffd}').len());
    }
    Ok(RunFile { path: parts.join("/"), text, bytes: size, truncated })
}

#[cfg(unix)]
fn open(root: &Path, parts: &[&str]) -> std::io::Result<(Vec<u8>, u64)> {
    use rustix::fs::{Mode, OFlags, openat};
    use std::io::Read;

    let folder = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
    let mut here = rustix::fs::open(root, folder, Mode::empty())?;
    let Some((name, folders)) = parts.split_last() else { return Err(std::io::ErrorKind::NotFound.into()) };
    for part in folders {
        here = openat(&here, *part, folder | OFlags::NOFOLLOW, Mode::empty())?;
    }
    // Not blocking: a pipe of that name must not hold this thread.
    let file = openat(&here, *name, OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC, Mode::empty())?;
    let file = std::fs::File::from(file);
    let found = file.metadata()?;
    if !found.is_file() {
        return Err(std::io::Error::other("not a plain file"));
    }
    let mut bytes = Vec::new();
    file.take(LARGEST_TEXT as u64).read_to_end(&mut bytes)?;
    Ok((bytes, found.len()))
}

#[cfg(not(unix))]
fn open(root: &Path, parts: &[&str]) -> std::io::Result<(Vec<u8>, u64)> {
    use std::io::Read;

    let root = root.canonicalize()?;
    let path = parts.iter().fold(root.clone(), |path, part| path.join(part));
    if !path.canonicalize()?.starts_with(&root) || std::fs::symlink_metadata(&path)?.is_symlink() {
        return Err(std::io::Error::other("outside the folder"));
    }
    let file = std::fs::File::open(path)?;
    let size = file.metadata()?.len();
    let mut bytes = Vec::new();
    file.take(LARGEST_TEXT as u64).read_to_end(&mut bytes)?;
    Ok((bytes, size))
}

#[cfg(unix)]
fn writable(path: &Path) -> bool {
    rustix::fs::access(path, rustix::fs::Access::WRITE_OK | rustix::fs::Access::EXEC_OK).is_ok()
}

#[cfg(not(unix))]
fn writable(path: &Path) -> bool {
    std::fs::metadata(path).is_ok_and(|found| !found.permissions().readonly())
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn folders_are_listed_hidden_ones_last_and_files_not() {
        let dir = tempfile::tempdir().unwrap();
        for name in [".git", "beta", "Alpha"] {
            std::fs::create_dir(dir.path().join(name)).unwrap();
        }
        std::fs::write(dir.path().join("file"), "").unwrap();
        let listing = list(dir.path().to_str()).unwrap();
        assert_eq!(listing.folders.iter().map(|folder| folder.name.as_str()).collect::<Vec<_>>(), ["Alpha", "beta", ".git"]);
        assert!(!listing.truncated && listing.writable);
        assert_eq!(list(Some("relative")).unwrap_err().code, ErrorCode::InvalidParams);
        assert_eq!(list(dir.path().join("none").to_str()).unwrap_err().code, ErrorCode::NotFound);
    }

    #[test]
    fn a_listing_is_bounded() {
        let dir = tempfile::tempdir().unwrap();
        for n in 0..MOST + 1 {
            std::fs::create_dir(dir.path().join(format!("{n:05}"))).unwrap();
        }
        let listing = list(dir.path().to_str()).unwrap();
        assert!(listing.truncated);
        assert_eq!((listing.folders.len(), listing.folders[0].name.as_str()), (MOST, "00000"));
    }

    #[test]
    fn only_plain_files_below_the_folder_are_shown() {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path().join("root");
        std::fs::create_dir_all(root.join("sub")).unwrap();
        std::fs::write(dir.path().join("secret"), "secret").unwrap();
        std::fs::write(root.join("sub/report.html"), "<b>é</b>").unwrap();
        std::fs::write(root.join("binary"), [0, 1, 2]).unwrap();
        std::os::unix::fs::symlink(dir.path().join("secret"), root.join("link")).unwrap();
        std::os::unix::fs::symlink(dir.path(), root.join("folder")).unwrap();
        std::process::Command::new("mkfifo").arg(root.join("pipe")).status().unwrap();
        let root = root.to_str().unwrap();
        let file = read(root, "sub/report.html").unwrap();
        assert_eq!((file.text.as_str(), file.bytes, file.truncated), ("<b>é</b>", 9, false));
        for path in [
            "",
            "/etc/passwd",
            "../secret",
            "sub/../../secret",
            "link",
            "folder/secret",
            "sub",
            "pipe",
            "none",
            "binary",
            "sub\\..\\x",
            "a\0b",
        ] {
            assert!(read(root, path).is_err(), "{path}");
        }
    }

    #[test]
    fn a_long_file_is_cut_at_a_character() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("long"), "é".repeat(LARGEST_TEXT)).unwrap();
        let file = read(dir.path().to_str().unwrap(), "long").unwrap();
        assert!(file.truncated && file.text.chars().all(|c| c == 'é'));
        assert_eq!(file.bytes, 2 * LARGEST_TEXT as u64);
    }
}
