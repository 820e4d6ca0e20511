//! The one thread that writes.
//!
//! Jobs queue up (bounded by count and bytes). The thread takes what is there, runs each job in a savepoint of one
//! transaction, commits once, tells the subscribers' hook, then answers everybody. A job that fails by itself takes only
//! itself back. If the disk or the database fails, the whole transaction is taken back, and with it fails everything that was
//! queued by then: a write does not outlive the loss of one that was queued before it. The next write is tried afresh.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::ThreadId;
use std::time::Duration;

use rusqlite::Connection;

use crate::connect::ReadTx;
use crate::error::StoreError;
use crate::events::Events;
use crate::stream_name::StreamName;
use crate::pending::Promise;

const QUEUE_JOBS: usize = 4096;
const QUEUE_BYTES: usize = 64 << 20;
const GROUP_JOBS: usize = 512;
const GROUP_BYTES: usize = 8 << 20;

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

pub(crate) trait Job: Send {
    fn bytes(&self) -> usize;
    fn run(&mut self, tx: &mut WriteTx<'_>) -> Result<(), StoreError>;
    /// Answers; called once.
    fn settle(&mut self, outcome: Result<(), StoreError>);
}

pub(crate) struct Work<T, F> {
    pub(crate) body: Option<F>,
    pub(crate) bytes: usize,
    pub(crate) value: Option<T>,
    pub(crate) promise: Option<Promise<T>>,
}

impl<T: Send, F: FnOnce(&mut WriteTx<'_>) -> Result<T, StoreError> + Send> Job for Work<T, F> {
    fn bytes(&self) -> usize {
        self.bytes
    }

    fn run(&mut self, tx: &mut WriteTx<'_>) -> Result<(), StoreError> {
        let body = self.body.take().ok_or(StoreError::Closed)?;
        self.value = Some(body(tx)?);
        Ok(())
    }

    fn settle(&mut self, outcome: Result<(), StoreError>) {
        let value = self.value.take();
        if let Some(promise) = self.promise.take() {
            promise.settle(outcome.and_then(|()| value.ok_or(StoreError::Closed)));
        }
    }
}

#[derive(Default)]
struct Waiting {
    jobs: VecDeque<Box<dyn Job>>,
    bytes: usize,
    closed: bool,
    writer: Option<ThreadId>,
}

/// The queue before the writer.
#[derive(Default)]
pub(crate) struct Queue {
    waiting: Mutex<Waiting>,
    filled: Condvar,
    drained: Condvar,
}

pub(crate) enum Taken {
    Jobs(Vec<Box<dyn Job>>),
    Idle,
    Closed,
}

impl Queue {
    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Queues a job. Waits while the queue is full, except on the writer's own thread, which would wait for itself.
    pub(crate) fn push(&self, mut job: Box<dyn Job>) {
        let mut waiting = self.lock();
        let bytes = job.bytes();
        while !waiting.closed
            && (waiting.jobs.len() >= QUEUE_JOBS || (waiting.bytes + bytes > QUEUE_BYTES && !waiting.jobs.is_empty()))
            && waiting.writer != Some(std::thread::current().id())
        {
            waiting = self.drained.wait(waiting).unwrap_or_else(PoisonError::into_inner);
        }
        if waiting.closed {
            drop(waiting);
            job.settle(Err(StoreError::Closed));
            return;
        }
        waiting.bytes += bytes;
        waiting.jobs.push_back(job);
        self.filled.notify_one();
    }

    /// Everything that waits.
    fn take_all(&self) -> VecDeque<Box<dyn Job>> {
        let mut waiting = self.lock();
        waiting.bytes = 0;
        self.drained.notify_all();
        std::mem::take(&mut waiting.jobs)
    }

    /// No job comes in any more; those that are in will be done.
    pub(crate) fn close(&self) {
        self.lock().closed = true;
        self.filled.notify_all();
        self.drained.notify_all();
    }

    fn take(&self, idle: Duration) -> Taken {
        let mut waiting = self.lock();
        while waiting.jobs.is_empty() {
            if waiting.closed {
                return Taken::Closed;
            }
            let (guard, timeout) = self.filled.wait_timeout(waiting, idle).unwrap_or_else(PoisonError::into_inner);
            waiting = guard;
            if timeout.timed_out() && waiting.jobs.is_empty() && !waiting.closed {
                return Taken::Idle;
            }
        }
        let (mut group, mut bytes) = (Vec::new(), 0);
        while group.len() < GROUP_JOBS && (group.is_empty() || bytes < GROUP_BYTES) {
            let Some(job) = waiting.jobs.pop_front() else { break };
            bytes += job.bytes();
            group.push(job);
        }
        waiting.bytes -= bytes;
        self.drained.notify_all();
        Taken::Jobs(group)
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
    queue.lock().writer = Some(std::thread::current().id());
    let mut idle = Duration::from_millis(200);
    loop {
        match queue.take(idle) {
            Taken::Jobs(group) => {
                if let Err(error) = commit_group(conn, group, on_commit) {
                    for mut job in queue.take_all() {
                        job.settle(Err(error.clone()));
                    }
                }
                upkeep.committed(conn);
                idle = Duration::from_millis(200);
            }
            Taken::Idle => idle = upkeep.idle(conn),
            Taken::Closed => break,
        }
    }
    upkeep.closing(conn);
}

fn commit_group(conn: &Connection, mut group: Vec<Box<dyn Job>>, on_commit: Option<&OnCommit>) -> Result<(), StoreError> {
    match attempt(conn, &mut group) {
        Ok((outcomes, committed)) => {
            tell(on_commit, &committed);
            // Everybody is answered before the jobs and what they hold are dropped.
            for (job, outcome) in group.iter_mut().zip(outcomes) {
                job.settle(outcome);
            }
            Ok(())
        }
        Err(error) => {
            tracing::warn!(%error, jobs = group.len(), "a group of writes failed");
            for job in &mut group {
                job.settle(Err(error.clone()));
            }
            Err(error)
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

    #[test]
    fn a_full_queue_holds_its_callers_back() {
        let queue = Arc::new(Queue::default());
        let first = insert(&queue, QUEUE_BYTES);
        let (started, begun) = std::sync::mpsc::channel();
        let caller = std::thread::spawn({
            let queue = Arc::clone(&queue);
            move || {
                started.send(()).unwrap();
                insert(&queue, 1).wait()
            }
        });
        begun.recv().unwrap();
        queue.close();
        assert_eq!(caller.join().unwrap(), Err(StoreError::Closed));
        assert_eq!(queue.lock().jobs.len(), 1, "the second never came in");
        drop(queue);
        assert_eq!(first.wait(), Err(StoreError::Closed));
    }
}
