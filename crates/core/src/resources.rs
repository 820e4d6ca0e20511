//! Where the parts that ship beside the executable are: the runner bundle, the examples, the page.
//!
//! `AXION_RESOURCES` wins, then `../lib/axion` beside the executable (an installed package), then the repository that
//! holds the executable (a developer's build). Each part may be missing; who needs it says so.

use std::path::{Path, PathBuf};

/// Places of the shipped parts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Resources {
    /// The runner program, one file.
    pub runner_bundle: PathBuf,
    /// Folder of `.axion` examples.
    pub examples: PathBuf,
    /// Folder of the page (`index.html` and its assets).
    pub web: PathBuf,
}

impl Resources {
    /// Finds the parts for the running executable.
    pub fn find() -> Self {
        let named = std::env::var_os("AXION_RESOURCES").filter(|value| !value.is_empty()).map(PathBuf::from);
        let executable = std::env::current_exe().and_then(|path| path.canonicalize()).ok();
        Self::find_for(named.as_deref(), executable.as_deref())
    }

    /// The same as a function of its inputs.
    pub fn find_for(named: Option<&Path>, executable: Option<&Path>) -> Self {
        if let Some(root) = named {
            return Self::packed(root);
        }
        let Some(executable) = executable else { return Self::packed(Path::new(".")) };
        if let Some(bin) = executable.parent() {
            let library = bin.join("..").join("lib").join("axion");
            if library.is_dir() {
                return Self::packed(&library.canonicalize().unwrap_or(library));
            }
        }
        executable
            .ancestors()
            .find(|folder| folder.join("services/runner").is_dir() && folder.join("examples").is_dir())
            .map_or_else(|| Self::packed(Path::new("/usr/lib/axion")), Self::repository)
    }

    /// The layout of an installed package.
    pub fn packed(root: &Path) -> Self {
        Self { runner_bundle: root.join("runner.mjs"), examples: root.join("examples"), web: root.join("web") }
    }

    /// The layout of the repository.
    pub fn repository(root: &Path) -> Self {
        Self {
            runner_bundle: root.join("services/runner/dist/runner.mjs"),
            examples: root.join("examples"),
            web: root.join("apps/web/dist"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folders(root: &Path, names: &[&str]) {
        for name in names {
            std::fs::create_dir_all(root.join(name)).unwrap();
        }
    }

    #[test]
    fn the_named_place_wins_then_the_package_then_the_repository() {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path().canonicalize().unwrap();
        folders(&root, &["services/runner", "examples", "target/debug/bin"]);
        let executable = root.join("target/debug/bin/axion");
        let found = |named| Resources::find_for(named, Some(&executable));
        assert_eq!(found(None), Resources::repository(&root));
        folders(&root, &["target/debug/lib/axion"]);
        assert_eq!(found(None), Resources::packed(&root.join("target/debug/lib/axion")));
        assert_eq!(found(Some(Path::new("/opt/parts"))), Resources::packed(Path::new("/opt/parts")));
    }
}
