//! One JSON-RPC conversation with a runner after its handshake: requests both ways, bounded queues, heartbeat.
//!
//! Back-pressure: what waits to be written is bounded in bytes, so a runner that does not read makes callers wait; at
//! most [`IN_FLIGHT`] of the runner's own requests are served at a time, after which its frames stay in the pipe.
//! The session never ends a process: it reports its end, and `handle` acts.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures_util::stream::FuturesUnordered;
use futures_util::{FutureExt, StreamExt};
use serde_json::value::RawValue;
use tokio::io::AsyncWriteExt;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc, oneshot, watch};

use crate::codec::{FrameError, TO_RUNNER_LIMIT};
use crate::error::RpcError;
use crate::link::{Frames, Link, Output};
use crate::rpc::{self, Frame};

/// Requests of the runner that are served at the same time.
const IN_FLIGHT: usize = 64;
/// Requests of the host that may wait for an answer.
const PENDING: usize = 1024;
/// Frames that may wait to be written.
const QUEUE: usize = 256;
/// Bytes that may wait to be written, in KiB: one frame of the largest size and a little.
const QUEUE_KIB: usize = (TO_RUNNER_LIMIT >> 10) + 1024;

/// What a runner asks and tells. Implemented by core.
///
/// Calls are first polled in the order of arrival, so an implementation that enters its queue before its first real
/// wait keeps the order; answers may come in any order.
#[async_trait::async_trait]
pub trait RunnerEvents: Send + Sync {
    /// A request; the answer goes back to the runner.
    async fn request(&self, method: &str, params: &RawValue) -> Result<Box<RawValue>, RpcError>;
    /// A notification. Nothing else is read from this runner until it returns.
    async fn notification(&self, method: &str, params: &RawValue);
}

/// Why a conversation ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum SessionEnd {
    /// The other side closed.
    Closed,
    /// The other side broke the rules.
    Protocol(String),
    /// The other side did not answer the heartbeat.
    Silent,
}

impl std::fmt::Display for SessionEnd {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Closed => write!(f, "the connection closed"),
            Self::Protocol(why) => write!(f, "it broke the protocol ({why})"),
            Self::Silent => write!(f, "it did not answer for too long"),
        }
    }
}

/// How often to ask, and how long to wait for the answer.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Heartbeat {
    pub every: Duration,
    pub limit: Duration,
}

impl Default for Heartbeat {
    fn default() -> Self {
        Self { every: Duration::from_secs(5), limit: Duration::from_secs(15) }
    }
}

type Answer = oneshot::Sender<Result<Box<RawValue>, RpcError>>;

struct Outgoing {
    bytes: Vec<u8>,
    _room: OwnedSemaphorePermit,
}

/// The host's side of the conversation.
pub(crate) struct Session {
    queue: mpsc::Sender<Outgoing>,
    room: Arc<Semaphore>,
    slots: Arc<Semaphore>,
    pending: Mutex<HashMap<u64, Answer>>,
    next_id: AtomicU64,
    stalled: AtomicBool,
    end: watch::Sender<Option<SessionEnd>>,
}

impl Session {
    /// Starts the tasks of a conversation.
    pub fn open(link: Link, sink: Arc<dyn RunnerEvents>, heartbeat: Heartbeat) -> Arc<Self> {
        let (queue, outgoing) = mpsc::channel(QUEUE);
        let session = Arc::new(Self {
            queue,
            room: Arc::new(Semaphore::new(QUEUE_KIB)),
            slots: Arc::new(Semaphore::new(PENDING)),
            pending: Mutex::default(),
            next_id: AtomicU64::new(1),
            stalled: AtomicBool::new(false),
            end: watch::Sender::new(None),
        });
        tokio::spawn(write_all(session.clone(), link.output, outgoing));
        tokio::spawn(read_all(session.clone(), link.frames, sink));
        tokio::spawn(beat(session.clone(), heartbeat));
        session
    }

    /// Asks the runner.
    pub async fn request(&self, method: &str, params: &RawValue) -> Result<Box<RawValue>, RpcError> {
        let slot = self.slots.clone().acquire_owned().await.map_err(|_| self.gone())?;
        let id = self.next_id.fetch_add(1, Ordering::Relaxed);
        let (answer, answered) = oneshot::channel();
        self.pending().insert(id, answer);
        // The end is looked at after the insertion: whoever sets it empties the map afterwards.
        if self.end.borrow().is_some() {
            self.pending().remove(&id);
            return Err(self.gone());
        }
        if let Err(error) = self.send(rpc::write_call(Some(id), method, params)).await {
            self.pending().remove(&id);
            return Err(error);
        }
        // A caller that loses interest leaves its entry behind, so that the late answer is known when it comes.
        let result = answered.await.unwrap_or_else(|_| Err(self.gone()));
        drop(slot);
        result
    }

    /// Tells the runner.
    pub async fn notify(&self, method: &str, params: &RawValue) -> Result<(), RpcError> {
        self.send(rpc::write_call(None, method, params)).await
    }

    /// Ends the conversation; the first reason stays.
    pub fn close(&self, end: SessionEnd) {
        self.end.send_if_modified(|now| {
            let first = now.is_none();
            if first {
                *now = Some(end);
            }
            first
        });
        self.queue_closed();
    }

    /// Resolves when the conversation has ended.
    pub async fn ended(&self) -> SessionEnd {
        let mut end = self.end.subscribe();
        match end.wait_for(Option::is_some).await {
            Ok(end) => end.clone().unwrap_or(SessionEnd::Closed),
            Err(_) => SessionEnd::Closed,
        }
    }

    /// Whether it still goes on.
    pub fn is_open(&self) -> bool {
        self.end.borrow().is_none()
    }

    fn queue_closed(&self) {
        self.room.close();
        self.slots.close();
        self.pending().clear();
    }

    fn pending(&self) -> std::sync::MutexGuard<'_, HashMap<u64, Answer>> {
        self.pending.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn gone(&self) -> RpcError {
        match &*self.end.borrow() {
            Some(end) => RpcError::gone(end),
            None => RpcError::gone("the connection closed"),
        }
    }

    async fn send(&self, bytes: Vec<u8>) -> Result<(), RpcError> {
        if bytes.len() > TO_RUNNER_LIMIT {
            return Err(RpcError::new(
                RpcError::INVALID_PARAMS,
                format!("this message has {} bytes; a runner takes at most {TO_RUNNER_LIMIT}", bytes.len()),
            ));
        }
        let kib = u32::try_from(bytes.len() >> 10).unwrap_or(u32::MAX) + 1;
        let room = self.room.clone().acquire_many_owned(kib).await.map_err(|_| self.gone())?;
        self.queue.send(Outgoing { bytes, _room: room }).await.map_err(|_| self.gone())
    }
}

async fn write_all(session: Arc<Session>, mut output: Output, mut outgoing: mpsc::Receiver<Outgoing>) {
    let writing = async {
        while let Some(next) = outgoing.recv().await {
            output.write_all(&next.bytes).await?;
            if outgoing.is_empty() {
                output.flush().await?;
            }
        }
        std::io::Result::Ok(())
    };
    tokio::select! {
        _ = writing => session.close(SessionEnd::Closed),
        _ = session.ended() => {}
    }
    // Half-close where the transport can: a runner that reads sees the end.
    let _ = output.shutdown().await;
}

async fn read_all(session: Arc<Session>, frames: Frames, sink: Arc<dyn RunnerEvents>) {
    // Whatever happens to this task, even a panic in the sink, the conversation counts as ended.
    struct Closing(Arc<Session>);
    impl Drop for Closing {
        fn drop(&mut self) {
            self.0.close(SessionEnd::Closed);
        }
    }
    let closing = Closing(session);
    let session = &closing.0;
    tokio::select! {
        end = serve(session, frames, sink) => session.close(end),
        _ = session.ended() => {}
    }
}

async fn serve(session: &Arc<Session>, mut frames: Frames, sink: Arc<dyn RunnerEvents>) -> SessionEnd {
    let mut calls = FuturesUnordered::new();
    loop {
        let full = calls.len() >= IN_FLIGHT;
        session.stalled.store(full, Ordering::Relaxed);
        let frame = tokio::select! {
            Some(()) = calls.next(), if !calls.is_empty() => continue,
            frame = frames.next(), if !full => frame,
        };
        let frame = match frame {
            Some(Ok(frame)) => frame,
            Some(Err(FrameError::Io(_))) | None => return SessionEnd::Closed,
            Some(Err(error)) => return SessionEnd::Protocol(error.to_string()),
        };
        match rpc::read(&frame) {
            Ok(Frame::Request { method, .. } | Frame::Notification { method, .. }) if method == "hello" => {
                return SessionEnd::Protocol("a second hello".into());
            }
            Ok(Frame::Request { id, method, params }) => {
                let call = answer(session.clone(), sink.clone(), id.to_owned(), method.into_owned(), own(params));
                let mut call = Box::pin(call);
                if call.as_mut().now_or_never().is_none() {
                    calls.push(call);
                }
            }
            Ok(Frame::Notification { method, params }) => {
                session.stalled.store(true, Ordering::Relaxed);
                sink.notification(&method, params.unwrap_or(RawValue::NULL)).await;
            }
            Ok(Frame::Response { id, answer }) => {
                let Some(waiting) = session.pending().remove(&id) else {
                    return SessionEnd::Protocol("an answer to something that was not asked".into());
                };
                let _ = waiting.send(answer.map(RawValue::to_owned));
            }
            Err(why) => return SessionEnd::Protocol(why),
        }
    }
}

fn own(params: Option<&RawValue>) -> Box<RawValue> {
    params.unwrap_or(RawValue::NULL).to_owned()
}

async fn answer(session: Arc<Session>, sink: Arc<dyn RunnerEvents>, id: Box<RawValue>, method: String, params: Box<RawValue>) {
    let result = sink.request(&method, &params).await;
    let bytes = rpc::write_answer(&id, &result);
    if session.send(bytes).await.is_err() && session.is_open() {
        let too_big = Err(RpcError::new(RpcError::INTERNAL, "the answer is too large for one message"));
        let _ = session.send(rpc::write_answer(&id, &too_big)).await;
    }
}

async fn beat(session: Arc<Session>, heartbeat: Heartbeat) {
    let beating = async {
        loop {
            tokio::time::sleep(heartbeat.every).await;
            let mut ping = Box::pin(session.request("ping", RawValue::NULL));
            loop {
                match tokio::time::timeout(heartbeat.limit, &mut ping).await {
                    Ok(_) => break,
                    // It is the host that does not read at present; the answer may be waiting.
                    Err(_) if session.stalled.load(Ordering::Relaxed) => {}
                    Err(_) => return,
                }
            }
        }
    };
    tokio::select! {
        () = beating => session.close(SessionEnd::Silent),
        _ = session.ended() => {}
    }
}

#[cfg(test)]
#[path = "session_tests.rs"]
mod tests;
