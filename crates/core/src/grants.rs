//! Which folders may be granted. A grant is made by a person on this machine; no file ever brings one.

use std::path::Path;

/// The real path of a folder that may be granted, or why not (a sentence that goes on after the folder's name).
pub fn folder(path: &str) -> Result<String, String> {
    let given = Path::new(path);
    if !given.is_absolute() {
        return Err("is not an absolute path".into());
    }
    let real = given.canonicalize().map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => "does not exist".to_owned(),
        std::io::ErrorKind::PermissionDenied => "cannot be opened by you".to_owned(),
        _ => format!("cannot be used ({error})"),
    })?;
    if !real.is_dir() {
        return Err("is not a folder".into());
    }
    if real.parent().is_none() {
        return Err("is the root of the whole file system".into());
    }
    real.into_os_string().into_string().map_err(|_| "has a name that is not Unicode".to_owned())
}

/// Whether a folder would let a runner reach Axion's own data. Only `files` below the home is for runs.
pub fn reaches_home(path: &str, home: &Path) -> bool {
    let path = Path::new(path);
    home.starts_with(path) || (path.starts_with(home) && !path.starts_with(home.join(FILES)))
}

/// The folder below the home that runs may work in.
pub const FILES: &str = "files";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_real_folders_by_absolute_path() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("file"), "").unwrap();
        assert!(folder(dir.path().to_str().unwrap()).is_ok());
        for bad in ["", ".", "relative", "/", dir.path().join("none").to_str().unwrap(), dir.path().join("file").to_str().unwrap()] {
            assert!(folder(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn the_home_is_out_of_reach_but_for_its_files() {
        let home = Path::new("/home/p/.axion");
        for path in ["/home/p", "/home/p/.axion", "/home/p/.axion/run", "/home"] {
            assert!(reaches_home(path, home), "{path}");
        }
        for path in ["/home/p/.axion/files/reports", "/home/p/Axion", "/home/q"] {
            assert!(!reaches_home(path, home), "{path}");
        }
    }
}
