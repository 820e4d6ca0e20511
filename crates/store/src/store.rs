//! The open store: opening and closing, and the two doors `read` and `write`.

use std::path::PathBuf;
use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::connect::{Pool, ReadTx};
use crate::error::{OpenError, StoreError};
use crate::events::EventDraft;
use crate::home::Home;
use crate::pending::{Pending, promise};
use crate::queue::{Queue, Work};
use crate::recover::{self, RecoveryReport};
use crate::stream_name::StreamName;
use crate::streams::{Appended, Page};
use crate::upkeep::{Background, OnHealth, Vitals, WriterUpkeep};
use crate::writer::{self, OnCommit, WriteTx};

/// How to open a home.
pub struct OpenOptions {
    /// The folder; made if it is not there.
    pub home: PathBuf,
    /// Who opens it: `desktop`, `serve` or `cli`. Shown to whoever finds it in use.
    pub shell: String,
    /// Told what was committed.
    pub on_commit: Option<OnCommit>,
    /// Told what the background check and backups found.
    pub on_health: Option<OnHealth>,
    /// How often a changed database is backed up while it is open.
    pub backup_every: Duration,
    /// How long a write waits for another program's lock.
    pub busy: Duration,
}

impl OpenOptions {
    /// The usual options.
    #[must_use]
    pub fn new(home: impl Into<PathBuf>, shell: impl Into<String>) -> Self {
        Self {
            home: home.into(),
            shell: shell.into(),
            on_commit: None,
            on_health: None,
            backup_every: Duration::from_secs(3600),
            busy: Duration::from_secs(5),
        }
    }
}

/// What opening did besides opening.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OpenReport {
    /// The database was damaged; this is what was done.
    pub recovery: Option<RecoveryReport>,
    /// It was migrated from this schema (a backup was made first).
    pub migrated_from: Option<u32>,
}

/// A home while it is open. Cloning gives another handle; `close` (or dropping the last one) ends it for all.
#[derive(Clone)]
pub struct Store(Arc<Inner>);

struct Inner {
    queue: Arc<Queue>,
    readers: Pool,
    vitals: Arc<Vitals>,
    closing: Mutex<Option<Closing>>,
}

struct Closing {
    writer: JoinHandle<()>,
    background: JoinHandle<()>,
    stop: Sender<()>,
    // Given back last: only then may another process open the home.
    home: Home,
}

impl Store {
    /// Opens a home: locks it, restores it if it is damaged, migrates it.
    ///
    /// # Errors
    /// Why it cannot be used; nothing was changed then.
    pub fn open(options: OpenOptions) -> Result<(Self, OpenReport), OpenError> {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |d| d.as_millis() as u64);
        let home = Home::open(&options.home, &options.shell, now)?;
        let fail = |source: StoreError| OpenError::Home { home: options.home.clone(), source };
        let opened = recover::open(&home, options.busy)?;
        let (mut conn, database, backups) = (opened.conn, home.database(), home.backups());
        let vitals = Arc::new(Vitals::default());
        let mut upkeep = WriterUpkeep::new(&mut conn, Arc::clone(&vitals), database.clone(), backups.clone()).map_err(fail)?;
        let queue = Arc::new(Queue::default());
        let (for_writer, on_commit) = (Arc::clone(&queue), options.on_commit);
        let writer = std::thread::Builder::new()
            .name("axion-store-writer".to_owned())
            .spawn(move || writer::run(&for_writer, &conn, on_commit.as_ref(), &mut upkeep))
            .map_err(|e| fail(e.into()))?;
        let background = Background {
            home: home.path().to_owned(),
            database: database.clone(),
            backups,
            vitals: Arc::clone(&vitals),
            check: !opened.checked,
            backup_every: options.backup_every,
            on_health: options.on_health,
        };
        let (stop, stopped) = channel();
        let background = std::thread::Builder::new()
            .name("axion-store-background".to_owned())
            .spawn(move || background.run(&stopped))
            .map_err(|e| fail(e.into()))?;
        let closing = Mutex::new(Some(Closing { writer, background, stop, home }));
        let report = OpenReport { recovery: opened.recovery, migrated_from: opened.migrated_from };
        Ok((Self(Arc::new(Inner { queue, readers: Pool::new(database), vitals, closing })), report))
    }

    /// Finishes what was queued, tidies up and gives the home back. Later calls answer `Closed`. Blocks; not to be called
    /// from inside [`Store::read`], which it waits for.
    pub fn close(&self) {
        self.0.close();
    }

    /// Reads; everything inside sees one state of the database. Blocks for as long as the reading takes.
    ///
    /// # Errors
    /// What the body answers, or why nothing can be read.
    pub fn read<T>(&self, body: impl FnOnce(&ReadTx<'_>) -> Result<T, StoreError>) -> Result<T, StoreError> {
        let reader = self.0.readers.take()?;
        let conn = reader.conn()?;
        conn.prepare_cached("BEGIN DEFERRED")?.execute([])?;
        let result = body(&ReadTx { conn });
        conn.prepare_cached("ROLLBACK")?.execute([])?;
        result
    }

    /// Queues a write: all of it happens or nothing. Writes happen in the order in which they were queued.
    ///
    /// `bytes` is about how much the body holds, for the bound of the queue; while that is full this call waits.
    /// The body runs on the writer thread, so it should be quick, and must not have effects outside the transaction: that may
    /// still fail after it. When the disk or the database fails, everything that was queued by then fails with it.
    pub fn write_sized<T: Send + 'static>(
        &self,
        bytes: usize,
        body: impl FnOnce(&mut WriteTx<'_>) -> Result<T, StoreError> + Send + 'static,
    ) -> Pending<T> {
        let (promise, pending) = promise();
        self.0.queue.push(Box::new(Work { body: Some(body), bytes: bytes + 256, value: None, promise: Some(promise) }));
        pending
    }

    /// [`Store::write_sized`] for a body that holds little.
    pub fn write<T: Send + 'static>(&self, body: impl FnOnce(&mut WriteTx<'_>) -> Result<T, StoreError> + Send + 'static) -> Pending<T> {
        self.write_sized(0, body)
    }

    /// Appends events to a stream as one group.
    pub fn append(&self, stream: &StreamName, drafts: Vec<EventDraft>) -> Pending<Appended> {
        let stream = stream.clone();
        let bytes = drafts.iter().map(|draft| draft.as_str().len() + 64).sum();
        self.write_sized(bytes, move |tx| tx.append(&stream, &drafts))
    }

    /// Events of a stream after a place.
    ///
    /// # Errors
    /// As [`ReadTx::read_stream`].
    pub fn read_stream(&self, stream: &StreamName, after: u64, limit: u64) -> Result<Page, StoreError> {
        self.read(|tx| tx.read_stream(stream, after, limit))
    }
}

impl Inner {
    fn close(&self) {
        let mut closing = self.closing.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(closing) = closing.take() else { return };
        self.vitals.interrupt();
        self.queue.close();
        let here = std::thread::current().id();
        if [closing.writer.thread().id(), closing.background.thread().id()].contains(&here) {
            // The last handle was dropped by a hook or a write: a thread cannot wait for itself.
            std::thread::spawn(move || closing.finish());
        } else {
            self.readers.close();
            closing.finish();
        }
    }
}

impl Closing {
    fn finish(self) {
        drop(self.stop);
        for thread in [self.background, self.writer] {
            if thread.join().is_err() {
                tracing::error!("a thread of the store panicked");
            }
        }
        drop(self.home);
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        self.close();
    }
}
