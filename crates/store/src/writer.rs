//! The one thread that writes.
//!
//! Jobs queue up (bounded by count and bytes). The thread takes what is there, runs each job in a savepoint of one
//! transaction, commits once, tells the subscribers' hook, then answers everybody. A job that fails by itself takes only
//! itself back. If the disk or the database fails, the whole transaction is taken back, and with it fails everything that was
//! queued by then: a write does not outlive the loss of one that was queued before it. The next write is tried afresh.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Duration;

use rusqlite::Connection;

use crate::connect::ReadTx;
use crate::error::StoreError;
use crate::events::Events;
use crate::queue::{Job, Queue, Taken};
use crate::stream_name::StreamName;

/// Events that are now on disk.
#[derive(Debug, Clone)]
pub struct Committed {
    /// Where they were appended.
    pub stream: StreamName,
    /// The stream's epoch.
    pub epoch: Arc<str>,
    /// The events.
    pub events: Events,
}

/// Called by the writer thread after each commit, in commit order, before the writes are acknowledged.
/// It must be quick and must not wait for a write of its own.
pub type OnCommit = Box<dyn Fn(&[Committed]) + Send>;

/// A transaction that can write. What it reads includes what it wrote.
pub struct WriteTx<'c> {
    pub(crate) read: ReadTx<'c>,
    pub(crate) committed: Vec<Committed>,
}

impl<'c> std::ops::Deref for WriteTx<'c> {
    type Target = ReadTx<'c>;
    fn deref(&self) -> &ReadTx<'c> {
        &self.read
    }
}

impl WriteTx<'_> {
    pub(crate) fn conn(&self) -> &Connection {
        self.read.conn
    }
}

/// What the writer does between groups.
pub(crate) trait Upkeep {
    /// After each commit; the log holds about `wal_pages` pages.
    fn committed(&mut self, conn: &Connection);
    /// Nothing was queued for a while. Returns how long to wait before asking again.
    fn idle(&mut self, conn: &Connection) -> Duration;
    /// The last job is done.
    fn closing(&mut self, conn: &Connection);
}

pub(crate) fn run(queue: &Queue, conn: &Connection, on_commit: Option<&OnCommit>, upkeep: &mut dyn Upkeep) {
    queue.serve_from_here();
    let mut idle = Duration::from_millis(200);
    loop {
        match queue.take(idle) {
            Taken::Jobs(group) => {
                commit_group(queue, conn, group, on_commit);
                upkeep.committed(conn);
                idle = Duration::from_millis(200);
            }
            Taken::Idle => idle = upkeep.idle(conn),
            Taken::Closed => break,
        }
    }
    upkeep.closing(conn);
}

fn commit_group(queue: &Queue, conn: &Connection, mut group: Vec<Box<dyn Job>>, on_commit: Option<&OnCommit>) {
    match attempt(conn, &mut group) {
        Ok((outcomes, committed)) => {
            tell(on_commit, &committed);
            // Everybody is answered before the jobs and what they hold are dropped.
            for (job, outcome) in group.iter_mut().zip(outcomes) {
                job.settle(outcome);
            }
        }
        Err(error) => {
            // Taken before anybody is answered: who hears of the failure and writes again is not among them.
            group.extend(queue.take_all());
            tracing::warn!(%error, jobs = group.len(), "a group of writes failed");
            for job in &mut group {
                job.settle(Err(error.clone()));
            }
        }
    }
}

type Attempt = Result<(Vec<Result<(), StoreError>>, Vec<Committed>), StoreError>;

/// Ok: the transaction is on disk, with the outcome of each job. Err: nothing is.
fn attempt(conn: &Connection, group: &mut [Box<dyn Job>]) -> Attempt {
    conn.prepare_cached("BEGIN IMMEDIATE")?.execute([])?;
    let guard = Rollback(conn);
    let mut tx = WriteTx { read: ReadTx { conn }, committed: Vec::new() };
    let mut outcomes = Vec::with_capacity(group.len());
    for job in group.iter_mut() {
        let mark = tx.committed.len();
        conn.prepare_cached("SAVEPOINT job")?.execute([])?;
        let outcome = catch_unwind(AssertUnwindSafe(|| job.run(&mut tx)))
            .unwrap_or_else(|_| Err(StoreError::Internal("a write panicked".to_owned())));
        if let Err(error) = &outcome {
            let machine = matches!(error, StoreError::DiskFull | StoreError::ReadOnly | StoreError::Locked | StoreError::Io(_));
            if machine || conn.is_autocommit() {
                return Err(error.clone());
            }
            tx.committed.truncate(mark);
            conn.prepare_cached("ROLLBACK TO job")?.execute([])?;
        }
        conn.prepare_cached("RELEASE job")?.execute([])?;
        outcomes.push(outcome);
    }
    conn.prepare_cached("COMMIT")?.execute([])?;
    drop(guard);
    Ok((outcomes, tx.committed))
}

/// Leaves no transaction open, however the attempt ended.
struct Rollback<'c>(&'c Connection);

impl Drop for Rollback<'_> {
    fn drop(&mut self) {
        if !self.0.is_autocommit()
            && let Err(error) = self.0.execute_batch("ROLLBACK")
        {
            tracing::error!(%error, "a failed write could not be rolled back");
        }
    }
}

fn tell(on_commit: Option<&OnCommit>, committed: &[Committed]) {
    if let Some(hook) = on_commit
        && !committed.is_empty()
        && catch_unwind(AssertUnwindSafe(|| hook(committed))).is_err()
    {
        tracing::error!("the subscribers' hook panicked");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pending::{Pending, promise};
    use crate::queue::Work;

    struct Still;
    impl Upkeep for Still {
        fn committed(&mut self, _: &Connection) {}
        fn idle(&mut self, _: &Connection) -> Duration {
            Duration::from_secs(1)
        }
        fn closing(&mut self, _: &Connection) {}
    }

    fn insert(queue: &Queue, bytes: usize) -> Pending<usize> {
        let (promise, pending) = promise();
        let body = move |tx: &mut WriteTx<'_>| {
            tx.conn().execute("INSERT INTO t VALUES (zeroblob(?1))", [bytes as i64])?;
            Ok(bytes)
        };
        queue.push(Box::new(Work { body: Some(body), bytes, value: None, promise: Some(promise) }));
        pending
    }

    /// A database that may not grow behaves as a full disk does, also where nobody may mount a small one.
    #[test]
    fn a_full_database_fails_what_was_queued_and_nothing_after_it() {
        let conn = Connection::open_in_memory().unwrap();
        conn.execute_batch("CREATE TABLE t (a); PRAGMA max_page_count = 40").unwrap();
        let queue = Arc::new(Queue::default());
        // All is queued before the writer starts, so it is one group.
        let group: Vec<_> = [1000, 2000, 1_000_000, 3000].map(|bytes| insert(&queue, bytes)).into();
        let (writer_queue, writer) = (Arc::clone(&queue), move |queue: Arc<Queue>| {
            run(&queue, &conn, None, &mut Still);
            conn.query_row("SELECT group_concat(length(a)) FROM t", [], |row| row.get::<_, String>(0)).unwrap()
        });
        let thread = std::thread::spawn(move || writer(writer_queue));
        for pending in group {
            assert_eq!(pending.wait(), Err(StoreError::DiskFull));
        }
        assert_eq!(insert(&queue, 4000).wait(), Ok(4000));
        queue.close();
        assert_eq!(insert(&queue, 1).wait(), Err(StoreError::Closed));
        assert_eq!(thread.join().unwrap(), "4000");
    }
}
