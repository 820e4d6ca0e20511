//! What can go wrong, as types that Core branches on. Nothing here knows the wire's error codes: Core maps them.
//!
//! Every message says what happened; `hint` says what to do. A write that ends in an error left nothing behind.

use std::path::PathBuf;

use rusqlite::ErrorCode as Sqlite;

use crate::home::Holder;

/// A failed read or write. The database is as it was before.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// There is no such thing.
    #[error("There is no {what} `{id}`.")]
    NotFound {
        /// The kind of thing, as a person calls it: `graph`, `run`, `approval`.
        what: &'static str,
        /// Its id.
        id: String,
    },
    /// The thing exists already, or is in another state than the change needs.
    #[error("{0}")]
    Conflict(String),
    /// A value that the store does not take.
    #[error("{0}")]
    Invalid(InvalidValue),
    /// The disk has no room left.
    #[error("The disk that holds the Axion folder is full. Nothing that was saved before is lost; this change was not saved.")]
    DiskFull,
    /// The folder or the file cannot be written.
    #[error("The Axion folder cannot be written. What was saved before is whole; this change was not saved.")]
    ReadOnly,
    /// Another program kept the database locked for longer than we wait.
    #[error("Another program holds a lock on the Axion database. This change was not saved.")]
    Locked,
    /// The file is damaged. The next start sets it aside and restores the last backup.
    #[error("The Axion database is damaged: {0}")]
    Damaged(String),
    /// The store was closed, or is closing.
    #[error("The store is closed.")]
    Closed,
    /// The operating system failed a read or a write.
    #[error("The Axion database could not be read or written: {0}")]
    Io(String),
    /// A fault of this program.
    #[error("A fault in the store: {0}")]
    Internal(String),
}

/// A value that was refused, with its place when it belongs to a graph.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct InvalidValue {
    /// What is wrong.
    pub message: String,
    /// `graph`, `slot`, `node`, `edge` or `note`.
    pub entity: Option<&'static str>,
    /// The id of that entity.
    pub id: Option<String>,
    /// The field of that entity.
    pub field: Option<String>,
}

impl std::fmt::Display for InvalidValue {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if let (Some(entity), Some(id)) = (self.entity, &self.id) {
            write!(f, "{entity} `{id}`")?;
            if let Some(field) = &self.field {
                write!(f, ", field `{field}`")?;
            }
            f.write_str(": ")?;
        }
        f.write_str(&self.message)
    }
}

impl StoreError {
    /// A refused value that belongs to no graph entity.
    pub(crate) fn invalid(message: impl Into<String>) -> Self {
        Self::Invalid(InvalidValue { message: message.into(), ..InvalidValue::default() })
    }

    pub(crate) fn not_found(what: &'static str, id: &str) -> Self {
        Self::NotFound { what, id: id.to_owned() }
    }

    /// What a person can do about it, if anything.
    #[must_use]
    pub fn hint(&self) -> Option<&'static str> {
        match self {
            Self::DiskFull => Some("Free some space on that disk and try again."),
            Self::ReadOnly => Some("Make the folder writable for your user, or choose another one with --home."),
            Self::Locked => Some("Close the program that has axion.db open (for example a database browser) and try again."),
            Self::Damaged(_) => Some("Restart Axion: it keeps the damaged file and restores the last backup."),
            _ => None,
        }
    }
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        let (failure, detail) = match &error {
            rusqlite::Error::SqliteFailure(failure, detail) => (failure, detail),
            // What we read is not what we wrote.
            rusqlite::Error::FromSqlConversionFailure(..)
            | rusqlite::Error::InvalidColumnType(..)
            | rusqlite::Error::IntegralValueOutOfRange(..)
            | rusqlite::Error::Utf8Error(..) => return Self::Damaged(error.to_string()),
            _ => return Self::Internal(error.to_string()),
        };
        let detail = detail.clone().unwrap_or_else(|| failure.to_string());
        match failure.code {
            Sqlite::DiskFull => Self::DiskFull,
            Sqlite::ReadOnly | Sqlite::PermissionDenied => Self::ReadOnly,
            Sqlite::DatabaseBusy | Sqlite::DatabaseLocked => Self::Locked,
            Sqlite::DatabaseCorrupt | Sqlite::NotADatabase => Self::Damaged(detail),
            // A short read is a file that ends before its own header says.
            Sqlite::SystemIoFailure if failure.extended_code == rusqlite::ffi::SQLITE_IOERR_SHORT_READ => Self::Damaged(detail),
            Sqlite::SystemIoFailure | Sqlite::CannotOpen => Self::Io(detail),
            Sqlite::TooBig => Self::invalid("The value is too large for the database."),
            _ => Self::Internal(detail),
        }
    }
}

impl From<std::io::Error> for StoreError {
    fn from(error: std::io::Error) -> Self {
        match error.kind() {
            std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded => Self::DiskFull,
            std::io::ErrorKind::ReadOnlyFilesystem | std::io::ErrorKind::PermissionDenied => Self::ReadOnly,
            _ => Self::Io(error.to_string()),
        }
    }
}

/// Why a home could not be opened. Nothing in it was changed.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Another instance has it.
    #[error("{}", held(.home, .holder.as_ref()))]
    HomeInUse {
        /// The folder.
        home: PathBuf,
        /// Who has it, if that could be read.
        holder: Option<Holder>,
    },
    /// Made by a newer version of Axion.
    #[error("The database in {} was made by a newer Axion (schema {found}; this one knows up to {known}). It was not touched. Install the newer version, or choose another folder with --home.", .home.display())]
    Newer {
        /// The folder.
        home: PathBuf,
        /// Its schema.
        found: u32,
        /// The newest schema that this program knows.
        known: u32,
    },
    /// A database, but not ours.
    #[error("{} is a database of another program. It was not touched. Choose another folder with --home.", .path.display())]
    Foreign {
        /// The file.
        path: PathBuf,
    },
    /// The folder holds other things and others can read it, so it cannot be made private without breaking something.
    #[error("{} is open to other users and holds other things, so Axion will not make it private by itself. Run `chmod 700` on it, or choose an empty folder with --home.", .home.display())]
    HomeNotPrivate {
        /// The folder.
        home: PathBuf,
    },
    /// The folder cannot be made or written.
    #[error("The folder {} cannot be used: {source}", .home.display())]
    Home {
        /// The folder.
        home: PathBuf,
        /// Why.
        source: StoreError,
    },
}

fn held(home: &std::path::Path, holder: Option<&Holder>) -> String {
    match holder {
        Some(h) => {
            format!("{} is in use by another Axion ({}, process {}). Use that one, or close it first.", home.display(), h.shell, h.pid)
        }
        None => format!("{} is in use by another Axion. Use that one, or close it first.", home.display()),
    }
}
