//! The answer to a write that was queued: a one-shot value that a thread can wait for and a task can await.
//!
//! It is made of std alone, so that the store knows no async runtime. Dropping it does not undo the write.

use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

use crate::error::StoreError;

enum State<T> {
    Open(Option<Waker>),
    Settled(Option<Result<T, StoreError>>),
}

struct Shared<T> {
    state: Mutex<State<T>>,
    settled: Condvar,
}

impl<T> Shared<T> {
    fn lock(&self) -> MutexGuard<'_, State<T>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What a write will answer once it is on disk. `wait()` it on a thread or `.await` it in a task.
#[must_use = "a write that nobody waits for may fail unseen"]
pub struct Pending<T>(Arc<Shared<T>>);

/// The writer's end. Dropped unsettled, it answers `Closed`.
pub(crate) struct Promise<T>(Option<Arc<Shared<T>>>);

pub(crate) fn promise<T>() -> (Promise<T>, Pending<T>) {
    let shared = Arc::new(Shared { state: Mutex::new(State::Open(None)), settled: Condvar::new() });
    (Promise(Some(Arc::clone(&shared))), Pending(shared))
}

impl<T> Pending<T> {
    /// Blocks this thread until the write is on disk or failed.
    ///
    /// # Errors
    /// What the write ended with.
    pub fn wait(self) -> Result<T, StoreError> {
        let mut state = self.0.lock();
        loop {
            if let State::Settled(value) = &mut *state {
                return value.take().unwrap_or(Err(StoreError::Closed));
            }
            state = self.0.settled.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }
}

impl<T> Future for Pending<T> {
    type Output = Result<T, StoreError>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let mut state = self.0.lock();
        match &mut *state {
            State::Settled(value) => Poll::Ready(value.take().unwrap_or(Err(StoreError::Closed))),
            State::Open(waker) => {
                *waker = Some(cx.waker().clone());
                Poll::Pending
            }
        }
    }
}

impl<T> Promise<T> {
    pub(crate) fn settle(mut self, value: Result<T, StoreError>) {
        self.settle_once(value);
    }

    fn settle_once(&mut self, value: Result<T, StoreError>) {
        let Some(shared) = self.0.take() else { return };
        let previous = std::mem::replace(&mut *shared.lock(), State::Settled(Some(value)));
        shared.settled.notify_all();
        if let State::Open(Some(waker)) = previous {
            waker.wake();
        }
    }
}

impl<T> Drop for Promise<T> {
    fn drop(&mut self) {
        self.settle_once(Err(StoreError::Closed));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_across_threads() {
        let (promise, pending) = promise::<u32>();
        let thread = std::thread::spawn(move || pending.wait());
        promise.settle(Ok(7));
        assert_eq!(thread.join().unwrap(), Ok(7));
    }

    #[test]
    fn a_dropped_promise_answers_closed() {
        let (promise, pending) = promise::<u32>();
        drop(promise);
        assert_eq!(pending.wait(), Err(StoreError::Closed));
    }

    #[test]
    fn wakes_a_task() {
        struct Count(std::sync::atomic::AtomicU32);
        impl std::task::Wake for Count {
            fn wake(self: Arc<Self>) {
                self.0.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
            }
        }
        let count = Arc::new(Count(std::sync::atomic::AtomicU32::new(0)));
        let waker = Waker::from(Arc::clone(&count));
        let (promise, mut pending) = promise::<u32>();
        let mut cx = Context::from_waker(&waker);
        assert!(Pin::new(&mut pending).poll(&mut cx).is_pending());
        promise.settle(Ok(1));
        assert_eq!(count.0.load(std::sync::atomic::Ordering::SeqCst), 1);
        assert_eq!(Pin::new(&mut pending).poll(&mut cx), Poll::Ready(Ok(1)));
    }
}
