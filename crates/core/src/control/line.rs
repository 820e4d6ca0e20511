//! The second process's side: a line to the one that holds the home.
//!
//! Answers and events come in on one stream. Events that nobody takes are kept up to a bound; then the stream counts as
//! lagged, exactly as if Core had said so, and the reader subscribes again from its place. The stream of an answer (seed 004)
//! has no second reading: it is kept whole, which the length of a message bounds.

use std::collections::{HashMap, HashSet, VecDeque};
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axion_protocol::{Envelope, EnvelopeId, ErrorCode, ErrorInfo, Request, Version};
use futures_util::StreamExt;
use interprocess::local_socket::tokio::Stream;
use interprocess::local_socket::tokio::prelude::*;
use serde::Deserialize;
use serde_json::value::RawValue;
use tokio::io::{AsyncWriteExt, ReadHalf, WriteHalf};
use tokio::sync::{Notify, oneshot};
use tokio_util::codec::{FramedRead, LinesCodec};

use super::{HAND_OVER, place};
use crate::host::Address;
use crate::rpc::LARGEST_MESSAGE;
use crate::streams::{EVENTS, Said};

/// Bytes of events that are kept for a reader that is busy.
const KEPT: usize = 8 << 20;

type Answer = Result<Box<RawValue>, ErrorInfo>;

#[derive(Default)]
struct State {
    waiting: HashMap<u64, oneshot::Sender<Answer>>,
    events: VecDeque<Said>,
    bytes: usize,
    lagging: HashSet<String>,
    ended: bool,
}

#[derive(Default)]
struct Shared {
    state: Mutex<State>,
    arrived: Notify,
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A line to the instance that holds a home.
pub struct Line {
    shared: Arc<Shared>,
    output: tokio::sync::Mutex<WriteHalf<Stream>>,
    next: AtomicU64,
    reader: tokio::task::JoinHandle<()>,
}

impl Drop for Line {
    fn drop(&mut self) {
        self.reader.abort();
    }
}

impl Line {
    /// Reaches the holder, if its socket answers.
    pub async fn reach(home: &Path) -> std::io::Result<Self> {
        let place = place::of(home)?;
        let stream = Stream::connect(place.name()?).await?;
        let (input, output) = tokio::io::split(stream);
        let shared: Arc<Shared> = Arc::default();
        let reader = tokio::spawn(read(input, shared.clone()));
        Ok(Self { shared, output: tokio::sync::Mutex::new(output), next: AtomicU64::new(1), reader })
    }

    /// Calls a command with the JSON text of its parameters.
    pub async fn call(&self, command: &str, params: &str) -> Answer {
        let params = RawValue::from_string(params.to_owned())
            .map_err(|error| ErrorInfo::new(ErrorCode::InvalidParams, format!("The parameters are not JSON: {error}.")))?;
        let id = self.next.fetch_add(1, Ordering::Relaxed);
        let request = Request { jsonrpc: Version, id: Some(EnvelopeId::Number(id)), method: command.to_owned(), params: Some(params) };
        let text = serde_json::to_string(&request).map_err(|error| crate::failure::internal("A command could not be written", error))?;
        // JSON has no raw line breaks inside strings; between tokens they are only space.
        let mut text = text.replace(['\n', '\r'], " ");
        text.push('\n');
        let (sender, answer) = oneshot::channel();
        {
            let mut state = self.shared.lock();
            if state.ended {
                return Err(gone());
            }
            state.waiting.insert(id, sender);
        }
        let sent = self.output.lock().await.write_all(text.as_bytes()).await;
        if sent.is_err() {
            self.shared.lock().waiting.remove(&id);
            return Err(gone());
        }
        answer.await.unwrap_or_else(|_| Err(gone()))
    }

    /// Where the holder serves a browser, if it does.
    pub async fn hand_over(&self) -> Result<Option<Address>, ErrorInfo> {
        crate::wire::text_of(self.call(HAND_OVER, "{}").await?.get())
    }

    /// The next message; `None` when the line is dead. Cancel safe.
    pub async fn next(&self) -> Option<Said> {
        loop {
            {
                let mut state = self.shared.lock();
                if let Some(event) = state.events.pop_front() {
                    state.bytes -= event.json.len();
                    if state.events.is_empty() {
                        state.lagging.clear();
                    }
                    return Some(event);
                }
                if state.ended {
                    return None;
                }
            }
            self.shared.arrived.notified().await;
        }
    }
}

fn gone() -> ErrorInfo {
    ErrorInfo::new(ErrorCode::Offline, "The Axion instance that holds this home has ended.")
}

async fn read(input: ReadHalf<Stream>, shared: Arc<Shared>) {
    let mut lines = FramedRead::new(input, LinesCodec::new_with_max_length(LARGEST_MESSAGE * 2));
    while let Some(Ok(line)) = lines.next().await {
        match Envelope::parse(&line) {
            Ok(Envelope::Response(response)) => {
                let Some(EnvelopeId::Number(id)) = response.id else { continue };
                if let Some(waiting) = shared.lock().waiting.remove(&id) {
                    // Whoever asked may have stopped waiting.
                    let _ = waiting.send(response.into_outcome());
                }
            }
            Ok(Envelope::Request(request)) => {
                keep(&shared, &request.method, request.params_text());
                shared.arrived.notify_one();
            }
            Err(error) => {
                tracing::warn!(%error, "the holder of the home sent something unreadable");
                break;
            }
        }
    }
    let mut state = shared.lock();
    state.ended = true;
    state.waiting.clear();
    drop(state);
    shared.arrived.notify_one();
}

/// What Core sends by itself, by its names; anything else a newer Core may send is not for this program.
const NAMES: [&str; 5] = [EVENTS, "stream-start", "stream-chunk", "stream-end", "stream-error"];

fn keep(shared: &Shared, method: &str, event: &str) {
    #[derive(Deserialize)]
    struct Of {
        stream: String,
        epoch: String,
    }
    let Some(method) = NAMES.into_iter().find(|name| *name == method) else { return };
    let mut state = shared.lock();
    if method != EVENTS || (state.bytes + event.len() <= KEPT && state.lagging.is_empty()) {
        state.bytes += event.len();
        state.events.push_back(Said { method, json: event.to_owned() });
        return;
    }
    // What is said ahead of the store has no stream: it is healed by what follows.
    let Ok(of) = serde_json::from_str::<Of>(event) else { return };
    if state.lagging.insert(of.stream.clone()) {
        let json = serde_json::json!({ "type": "stream-lagged", "stream": of.stream, "epoch": of.epoch, "head": 0 }).to_string();
        state.bytes += json.len();
        state.events.push_back(Said { method: EVENTS, json });
    }
}
