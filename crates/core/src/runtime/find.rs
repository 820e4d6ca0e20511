//! Finding Node on this machine: `AXION_NODE`, then the PATH, then the copy that the person let Axion fetch.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use super::version::{OLDEST, Version, ask};

/// Where to look; passed in so that a test can say.
#[derive(Debug, Clone, Default)]
pub struct Places {
    /// `AXION_NODE`: if set, nothing else is tried.
    pub named: Option<PathBuf>,
    /// `PATH`.
    pub path: Option<OsString>,
    /// `$AXION_HOME/runtime`.
    pub runtime: PathBuf,
}

impl Places {
    /// The places of this process and home.
    pub fn of(home: &Path) -> Self {
        Self {
            named: std::env::var_os("AXION_NODE").filter(|value| !value.is_empty()).map(PathBuf::from),
            path: std::env::var_os("PATH"),
            runtime: home.join("runtime"),
        }
    }
}

/// A Node that can run the runner.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Node {
    /// The executable, its real path.
    pub path: PathBuf,
    /// Its version.
    pub version: Version,
}

/// One place that was looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Try {
    /// The place.
    pub what: String,
    /// What was found there.
    pub result: String,
    /// Whether it can be used.
    pub ok: bool,
}

/// What the search brought.
#[derive(Debug, Clone, Default)]
pub struct Search {
    /// The first Node that is new enough.
    pub node: Option<Node>,
    /// All places that were looked at, in order.
    pub tries: Vec<Try>,
}

/// Looks at each place in turn until one will do. Starts processes: call it where blocking is allowed.
pub fn search(places: &Places) -> Search {
    let mut search = Search::default();
    if let Some(named) = &places.named {
        search.look("AXION_NODE", named);
        return search;
    }
    for folder in places.path.iter().flat_map(std::env::split_paths).filter(|folder| folder.is_absolute()) {
        let node = folder.join(executable());
        if node.is_file() && search.look("PATH", &node) {
            return search;
        }
    }
    if search.tries.is_empty() {
        search.tries.push(Try { what: "PATH".into(), result: "there is no node".into(), ok: false });
    }
    let fetched = fetched(&places.runtime);
    if fetched.is_file() {
        search.look("the Axion folder", &fetched);
    } else {
        search.tries.push(Try { what: "the Axion folder".into(), result: "none was fetched yet".into(), ok: false });
    }
    search
}

impl Search {
    fn look(&mut self, place: &str, node: &Path) -> bool {
        let what = format!("{place}: {}", node.display());
        let asked = node.canonicalize().map_err(|error| error.to_string()).and_then(|real| Ok((ask(&real)?, real)));
        let (result, ok) = match asked {
            Ok((version, _)) if version < OLDEST => (format!("Node {version}, older than {OLDEST}"), false),
            Ok((version, path)) => {
                self.node = Some(Node { path, version });
                (format!("Node {version}"), true)
            }
            Err(why) => (why, false),
        };
        self.tries.push(Try { what, result, ok });
        ok
    }
}

/// Name of the executable.
pub fn executable() -> &'static str {
    if cfg!(windows) { "node.exe" } else { "node" }
}

/// Where a fetched Node lies.
pub fn fetched(runtime: &Path) -> PathBuf {
    runtime.join(format!("node-v{}", super::pins::VERSION)).join("bin").join(executable())
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    fn fake(path: &Path, version: &str) {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, format!("#!/bin/sh\necho v{version}\n")).unwrap();
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755)).unwrap();
    }

    #[test]
    fn the_first_that_is_new_enough_is_taken_and_each_try_is_told() {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path().canonicalize().unwrap();
        fake(&root.join("old/node"), "20.1.0");
        fake(&root.join("new/node"), "22.19.0");
        let mut places = Places {
            named: None,
            path: Some(std::env::join_paths([root.join("none"), root.join("old"), root.join("new")]).unwrap()),
            runtime: root.join("runtime"),
        };
        let found = search(&places);
        assert_eq!(found.node, Some(Node { path: root.join("new/node"), version: Version(22, 19, 0) }));
        assert_eq!(found.tries.iter().map(|t| t.ok).collect::<Vec<_>>(), [false, true]);

        places.path = Some(root.join("old").into());
        assert!(search(&places).node.is_none());
        fake(&fetched(&places.runtime), super::super::pins::VERSION);
        assert_eq!(search(&places).node.unwrap().path, fetched(&places.runtime));

        places.named = Some(root.join("old/node"));
        let named = search(&places);
        assert!(named.node.is_none() && named.tries.len() == 1, "what is named is not silently replaced");
    }
}
