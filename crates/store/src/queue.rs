//! The bounded queue before the writer thread: what waits, and how much of it is taken for one transaction.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::ThreadId;
use std::time::Duration;

use crate::error::StoreError;
use crate::pending::Promise;
use crate::writer::WriteTx;

const QUEUE_JOBS: usize = 4096;
const QUEUE_BYTES: usize = 64 << 20;
const GROUP_JOBS: usize = 512;
const GROUP_BYTES: usize = 8 << 20;

/// A write that waits for its turn.
pub(crate) trait Job: Send {
    fn bytes(&self) -> usize;
    fn run(&mut self, tx: &mut WriteTx<'_>) -> Result<(), StoreError>;
    /// Answers; called once.
    fn settle(&mut self, outcome: Result<(), StoreError>);
}

/// A write whose caller holds the other end of `promise`.
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

    /// Says that the calling thread is the writer.
    pub(crate) fn serve_from_here(&self) {
        self.lock().writer = Some(std::thread::current().id());
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
    pub(crate) fn take_all(&self) -> VecDeque<Box<dyn Job>> {
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

    pub(crate) fn take(&self, idle: Duration) -> Taken {
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

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::pending::{Pending, promise};

    fn nothing(queue: &Queue, bytes: usize) -> Pending<()> {
        let (promise, pending) = promise();
        queue.push(Box::new(Work { body: Some(|_: &mut WriteTx<'_>| Ok(())), bytes, value: None, promise: Some(promise) }));
        pending
    }

    #[test]
    fn a_full_queue_holds_its_callers_back() {
        let queue = Arc::new(Queue::default());
        let first = nothing(&queue, QUEUE_BYTES);
        let (started, begun) = std::sync::mpsc::channel();
        let caller = std::thread::spawn({
            let queue = Arc::clone(&queue);
            move || {
                started.send(()).unwrap();
                nothing(&queue, 1).wait()
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
