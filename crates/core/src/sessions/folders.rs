//! Folders that a person gives to a session. A folder is given on this machine by a person; no message and no model brings one.

use std::path::Path;

use axion_protocol::{Access, ErrorCode, ErrorInfo, FolderId, SessionFolder};

use super::Sessions;
use super::events::Own;
use super::store::Write;
use crate::failure::{internal, invalid, storage};
use crate::grants;
use crate::wire;

/// Folders of one session.
const MOST_FOLDERS: usize = 16;

impl Sessions {
    /// The folders of a session, with the word on those that are gone.
    pub(crate) async fn folders(&self, session: &str) -> Result<Vec<SessionFolder>, ErrorInfo> {
        let mut folders: Vec<SessionFolder> = wire::of(&self.store.folders(session).await.map_err(storage)?)?;
        let looked = tokio::task::spawn_blocking(move || {
            for folder in &mut folders {
                folder.missing = (!Path::new(&folder.path).is_dir()).then_some(true);
            }
            folders
        });
        looked.await.map_err(|error| internal("The folders could not be looked at", error))
    }

    /// Gives a folder, or gives it otherwise. A running answer works with what it began with.
    pub(crate) async fn set_folder(
        &self,
        session: &str,
        folder_id: FolderId,
        path: String,
        access: Access,
    ) -> Result<Vec<SessionFolder>, ErrorInfo> {
        let home = self.home.clone();
        let real = tokio::task::spawn_blocking(move || allowed(&path, &home)).await;
        let path = real.map_err(|error| internal("The folder could not be looked at", error))??;
        let desk = self.desk(session).await?;
        let mut folders = self.kept(session).await?;
        let full = folders.len() >= MOST_FOLDERS;
        match folders.iter_mut().find(|folder| folder.folder_id == folder_id) {
            Some(known) => {
                let less = known.path != path || (known.access == Access::Rw && access == Access::Ro);
                if less {
                    self.quiet(&desk)?;
                }
                (known.path, known.access) = (path, access);
            }
            None if full => {
                return Err(invalid(format!("A session has at most {MOST_FOLDERS} folders.")));
            }
            None => folders.push(SessionFolder { folder_id, path, access, missing: None }),
        }
        self.write_folders(&desk, &folders).await?;
        self.folders(session).await
    }

    /// Takes a folder back. Not while an answer is being given: its runner would still see it.
    pub(crate) async fn remove_folder(&self, session: &str, folder_id: &FolderId) -> Result<Vec<SessionFolder>, ErrorInfo> {
        let desk = self.desk(session).await?;
        let mut folders = self.kept(session).await?;
        let before = folders.len();
        folders.retain(|folder| folder.folder_id != *folder_id);
        if folders.len() < before {
            self.quiet(&desk)?;
            self.write_folders(&desk, &folders).await?;
        }
        self.folders(session).await
    }

    async fn kept(&self, session: &str) -> Result<Vec<SessionFolder>, ErrorInfo> {
        wire::of(&self.store.folders(session).await.map_err(storage)?)
    }

    async fn write_folders(&self, desk: &super::Desk, folders: &[SessionFolder]) -> Result<(), ErrorInfo> {
        let ts = self.host.now();
        let draft = Own::FoldersChanged { ts, folders }.draft()?;
        self.write(desk, Write { drafts: vec![draft], ts, ..Write::default() }).await.map(|_| ())
    }
}

/// The real path of a folder that a session may have.
fn allowed(path: &str, home: &Path) -> Result<String, ErrorInfo> {
    let real = grants::folder(path)
        .map_err(|why| invalid(format!("The folder {path} cannot be given to an agent: it {why}.")).with_hint("Choose another folder."))?;
    let forbidden = |why: &str| {
        Err(ErrorInfo::new(ErrorCode::Forbidden, format!("The folder {real} cannot be given to an agent: it {why}."))
            .with_hint("Choose the folder of one project."))
    };
    if grants::reaches_home(&real, home) {
        return forbidden("holds Axion's own data");
    }
    let person = std::env::home_dir().and_then(|home| home.canonicalize().ok());
    if person.is_some_and(|person| person == Path::new(&real)) {
        return forbidden("is your whole home folder");
    }
    Ok(real)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_session_reaches_axion_itself_or_everything() {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path().canonicalize().unwrap();
        let (home, project) = (root.join("home"), root.join("project"));
        std::fs::create_dir_all(home.join("run")).unwrap();
        std::fs::create_dir_all(&project).unwrap();
        let allow = |path: &Path| allowed(path.to_str().unwrap(), &home);
        assert_eq!(allow(&project.join("../project")).unwrap(), project.to_str().unwrap());
        for path in [&root, &home, &home.join("run"), Path::new("/"), &root.join("none")] {
            assert!(allow(path).is_err(), "{}", path.display());
        }
        if let Some(person) = std::env::home_dir().filter(|person| person.is_dir()) {
            assert_eq!(allow(&person).unwrap_err().code, ErrorCode::Forbidden);
        }
        #[cfg(unix)]
        {
            std::os::unix::fs::symlink(&home, root.join("link")).unwrap();
            assert_eq!(allow(&root.join("link")).unwrap_err().code, ErrorCode::Forbidden);
        }
    }
}
