//! Names of files in a session's folders, for a composer that completes them. Names only; bounded in number, depth and time; links
//! are not followed.

use std::collections::VecDeque;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use axion_protocol::{ErrorInfo, FolderId, SessionFile, SessionFiles};

use super::Sessions;
use crate::failure::{internal, storage};

/// Entries that are looked at, and for how long.
const MOST_SEEN: usize = 50_000;
const LONGEST: Duration = Duration::from_millis(400);
const DEEPEST: usize = 24;
/// What nobody means when they name a file.
const IGNORED: [&str; 9] = [".git", "node_modules", ".hg", ".svn", "target", ".venv", "__pycache__", ".cache", "dist"];

impl Sessions {
    /// Files whose path has all words of the query.
    pub(crate) async fn files(&self, session: &str, query: &str, limit: usize) -> Result<SessionFiles, ErrorInfo> {
        let folders = self.store.folders(session).await.map_err(storage)?;
        let roots = folders
            .into_iter()
            .map(|row| {
                let id = FolderId::new(row.folder_id).map_err(|error| internal("A stored id is not valid", error))?;
                Ok((id, PathBuf::from(row.path)))
            })
            .collect::<Result<Vec<_>, ErrorInfo>>()?;
        let query = query.to_owned();
        let found = tokio::task::spawn_blocking(move || walk(roots, &query, limit, LONGEST)).await;
        found.map_err(|error| internal("The files could not be listed", error))
    }
}

fn walk(roots: Vec<(FolderId, PathBuf)>, query: &str, limit: usize, longest: Duration) -> SessionFiles {
    let words: Vec<String> = query.to_lowercase().split_whitespace().map(str::to_owned).collect();
    let (since, mut seen, mut truncated) = (Instant::now(), 0, false);
    let mut found: Vec<(usize, SessionFile)> = Vec::new();
    'folders: for (folder_id, root) in roots {
        // Breadth first: what lies near is what is meant.
        let mut left: VecDeque<(PathBuf, usize)> = VecDeque::from([(root.clone(), 0)]);
        while let Some((folder, depth)) = left.pop_front() {
            let Ok(entries) = std::fs::read_dir(&folder) else { continue };
            let mut names: Vec<_> = entries.flatten().collect();
            names.sort_by_key(std::fs::DirEntry::file_name);
            for entry in names {
                seen += 1;
                if seen > MOST_SEEN || since.elapsed() > longest || left.len() > MOST_SEEN {
                    truncated = true;
                    break 'folders;
                }
                let Ok(kind) = entry.file_type() else { continue };
                if kind.is_dir() {
                    let ignored = entry.file_name().to_str().is_none_or(|name| IGNORED.contains(&name));
                    match depth < DEEPEST {
                        _ if ignored => {}
                        true => left.push_back((entry.path(), depth + 1)),
                        false => truncated = true,
                    }
                } else if kind.is_file()
                    && let Some(path) = below(&root, &entry.path())
                    && let Some(rank) = rank(&path, &words)
                {
                    found.push((rank, SessionFile { folder_id: folder_id.clone(), path }));
                }
            }
        }
    }
    found.sort_by(|(a, x), (b, y)| a.cmp(b).then_with(|| x.path.len().cmp(&y.path.len())).then_with(|| x.path.cmp(&y.path)));
    truncated |= found.len() > limit;
    found.truncate(limit);
    SessionFiles { files: found.into_iter().map(|(_, file)| file).collect(), truncated }
}

fn below(root: &Path, path: &Path) -> Option<String> {
    let parts: Option<Vec<&str>> = path.strip_prefix(root).ok()?.components().map(|part| part.as_os_str().to_str()).collect();
    Some(parts?.join("/")).filter(|path| path.len() <= 4096)
}

/// How well a path fits: the name begins with the words, has them, or the path has. `None` if it does not.
fn rank(path: &str, words: &[String]) -> Option<usize> {
    let path = path.to_lowercase();
    if !words.iter().all(|word| path.contains(word.as_str())) {
        return None;
    }
    let name = path.rsplit('/').next().unwrap_or_default();
    Some(match words.first() {
        Some(first) if name.starts_with(first.as_str()) => 0,
        Some(_) if words.iter().all(|word| name.contains(word.as_str())) => 1,
        Some(_) => 2,
        None => 0,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_and_fitting_names_first_and_nothing_behind_links() {
        let dir = tempfile::tempdir().unwrap();
        for path in ["src/main.rs", "src/domain.rs", "README.md", "node_modules/x/main.js", ".git/main", "docs/main/notes.md"] {
            let path = dir.path().join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, "").unwrap();
        }
        #[cfg(unix)]
        std::os::unix::fs::symlink("/", dir.path().join("everything")).unwrap();
        let roots = || vec![(FolderId::new("f").unwrap(), dir.path().to_owned())];
        let names = |query: &str, limit| {
            let found = walk(roots(), query, limit, Duration::from_secs(60));
            (found.files.into_iter().map(|file| file.path).collect::<Vec<_>>(), found.truncated)
        };
        assert_eq!(names("MAIN", 9), (vec!["src/main.rs".into(), "src/domain.rs".into(), "docs/main/notes.md".into()], false));
        assert_eq!(names("main notes", 9).0, ["docs/main/notes.md"]);
        assert_eq!((names("", 2).0.len(), names("", 2).1), (2, true));
        assert!(walk(roots(), "", 9, Duration::ZERO).truncated);
    }
}
