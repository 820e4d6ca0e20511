//! What a runner asks of its host while a turn goes on: to write what the agent said and did, to show text ahead of that, to
//! keep a value, to speak HTTP with its provider, to run a graph, to look something up. Nothing else is answered.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use async_trait::async_trait;
use axion_protocol::{
    BlobPutParams, ErrorInfo, GraphRunParams, HttpCloseParams, HttpMoreParams, HttpOpenParams, LogLevel, RecallParams, RunnerLogParams,
    StepError, ToolDeltaParams, TurnAppendResult, TurnDeltaParams,
};
use axion_runner_host::{RpcError, RunnerEvents};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;

use super::drafts::{self, Append};
use super::http::TurnHttp;
use super::live::{Live, Seat};
use super::tools::HostTools;
use crate::runs::json;

/// Values that one session may keep, together.
const MOST_STORED: u64 = 2 << 30;

/// The ear of one attempt at a turn.
pub(crate) struct Sink {
    pub(crate) live: Arc<Live>,
    pub(crate) ticket: u64,
    pub(crate) http: TurnHttp,
    pub(crate) tools: Arc<HostTools>,
}

#[async_trait]
impl RunnerEvents for Sink {
    async fn request(&self, method: &str, params: &RawValue) -> Result<Box<RawValue>, RpcError> {
        match method {
            "turn_append" => self.turn_append(params).await,
            "blob_put" => self.blob_put(params).await,
            "http_open" => self.http_open(params).await,
            "http_more" => {
                self.http.more(&read::<HttpMoreParams>(params)?);
                answer(&Nothing {})
            }
            "http_close" => {
                self.http.close(&read::<HttpCloseParams>(params)?);
                answer(&Nothing {})
            }
            "graph_run" => self.graph_run(params).await,
            "recall" => {
                let asked: RecallParams = self.own(read(params)?, |asked: &RecallParams| asked.turn_id.as_str())?;
                answer(&self.tools.recall(&self.live.session_id, asked).await.map_err(rpc)?)
            }
            _ => Err(RpcError::method_not_found(method)),
        }
    }

    async fn notification(&self, method: &str, params: &RawValue) {
        match method {
            "turn_delta" => {
                let Ok(said) = serde_json::from_str::<TurnDeltaParams>(params.get()) else { return };
                if said.turn_id == self.live.turn_id && said.message_id == self.live.message_id && self.is_heard() {
                    self.live.voice.delta(said.part, said.kind, said.offset, &said.text);
                }
            }
            "tool_delta" => {
                let Ok(said) = serde_json::from_str::<ToolDeltaParams>(params.get()) else { return };
                if said.turn_id == self.live.turn_id && self.is_heard() {
                    self.live.voice.tool_delta(&said.call_id, &said.text);
                }
            }
            "http_more" => {
                if let Ok(more) = read(params) {
                    self.http.more(&more);
                }
            }
            "http_close" => {
                if let Ok(close) = read(params) {
                    self.http.close(&close);
                }
            }
            "runner_log" | "log" => {
                let Ok(said) = serde_json::from_str::<RunnerLogParams>(params.get()) else { return };
                let turn = self.live.turn_id.as_str();
                match said.level {
                    LogLevel::Error | LogLevel::Warn => tracing::warn!(turn, text = said.text, "the runner says"),
                    LogLevel::Info | LogLevel::Debug => tracing::debug!(turn, text = said.text, "the runner says"),
                }
            }
            _ => tracing::debug!(method, "a runner told something unknown"),
        }
    }
}

impl Sink {
    async fn turn_append(&self, params: &RawValue) -> Result<Box<RawValue>, RpcError> {
        // The seat is asked for before anything else: this is what keeps the order of arrival.
        let mut seat = self.live.seat.lock().await;
        self.may_write(&seat)?;
        let append: Append<'_> = serde_json::from_str(params.get()).map_err(|error| self.fault(error))?;
        if append.turn_id != self.live.turn_id.as_str() {
            return Err(self.fault("it wrote to another turn"));
        }
        if append.events.is_empty() {
            return answer(&TurnAppendResult { head: seat.head });
        }
        let seat_ = &mut *seat;
        let drafts = drafts::check(&append.events, &mut seat_.tally, &seat_.stored).map_err(|refusal| self.fault(refusal))?;
        seat.brought += drafts.len() as u64;
        let written = self.live.append(&mut seat, drafts).map_err(rpc)?;
        drop(seat);
        let head = written.done().await.map_err(rpc)?;
        answer(&TurnAppendResult { head })
    }

    /// The wire's `blob_put` names what the value belongs to `runId`; in a turn that is the turn.
    async fn blob_put(&self, params: &RawValue) -> Result<Box<RawValue>, RpcError> {
        let mut seat = self.live.seat.lock().await;
        self.may_write(&seat)?;
        let put: BlobPutParams = serde_json::from_str(params.get()).map_err(|error| self.fault(error))?;
        if put.run_id.as_str() != self.live.turn_id.as_str() {
            return Err(self.fault("it put a value for another turn"));
        }
        let hash = put.hash.to_string();
        if seat.stored.contains(&hash) {
            return answer(&Nothing {});
        }
        if crate::hash::sha256(put.json.as_bytes()) != hash {
            return Err(self.fault("it put a value under a hash that is not its own"));
        }
        if serde_json::from_str::<serde::de::IgnoredAny>(&put.json).is_err() {
            return Err(self.fault("it put a value that is not JSON"));
        }
        let bytes = put.json.len() as u64;
        if seat.stored_bytes + bytes > MOST_STORED {
            return Err(RpcError::new(RpcError::INVALID_PARAMS, "the values of this session are larger than 2 GiB together"));
        }
        seat.stored_bytes += bytes;
        seat.stored.insert(hash.clone());
        let written = self.live.store.put_blob(self.live.session_id.as_str(), hash, put.json);
        drop(seat);
        written.await.map_err(|error| {
            let info = crate::failure::storage(error);
            self.live.not_written(&info);
            rpc(info)
        })?;
        answer(&Nothing {})
    }

    async fn http_open(&self, params: &RawValue) -> Result<Box<RawValue>, RpcError> {
        let asked: HttpOpenParams = self.own(read(params)?, |asked: &HttpOpenParams| asked.turn_id.as_str())?;
        // Seated until the turn's runner is known: it may ask before its own start was answered.
        let runner = {
            let seat = self.live.seat.lock().await;
            self.may_write(&seat)?;
            seat.runner.clone()
        };
        let runner = runner.ok_or_else(|| RpcError::new(RpcError::INTERNAL, "this turn has no runner now"))?;
        answer(&self.http.open(runner, asked).await.map_err(|error| step(&error))?)
    }

    async fn graph_run(&self, params: &RawValue) -> Result<Box<RawValue>, RpcError> {
        let asked: GraphRunParams = self.own(read(params)?, |asked: &GraphRunParams| asked.turn_id.as_str())?;
        {
            let seat = self.live.seat.lock().await;
            self.may_write(&seat)?;
            if !seat.tally.is_running(&asked.call_id) {
                return Err(RpcError::new(RpcError::INVALID_PARAMS, "a graph is run by a call that goes on"));
            }
        }
        answer(&self.tools.graph_run(&self.live.session_id, asked).await.map_err(rpc)?)
    }

    fn own<T>(&self, asked: T, turn: impl Fn(&T) -> &str) -> Result<T, RpcError> {
        if turn(&asked) == self.live.turn_id.as_str() { Ok(asked) } else { Err(self.fault("it asked for another turn")) }
    }

    /// Whether the present runner is this one; told without waiting.
    fn is_heard(&self) -> bool {
        self.live.heard.load(Ordering::Acquire) == self.ticket && !*self.live.over.borrow()
    }

    fn may_write(&self, seat: &Seat) -> Result<(), RpcError> {
        if seat.ticket != self.ticket {
            return Err(RpcError::new(RpcError::INTERNAL, "this turn has gone on with another runner"));
        }
        if seat.tally.finished().is_some() || self.live.deleted.is_cancelled() {
            return Err(RpcError::new(RpcError::INTERNAL, "this turn has ended"));
        }
        Ok(())
    }

    /// What no honest runner sends ends its turn.
    fn fault(&self, why: impl std::fmt::Display) -> RpcError {
        let why = why.to_string();
        tracing::warn!(turn = self.live.turn_id.as_str(), why, "a runner broke the rules");
        self.live.fault.send_replace(Some(why.clone()));
        RpcError::new(RpcError::INVALID_PARAMS, why)
    }
}

#[derive(Serialize)]
struct Nothing {}

/// Reads what a runner asks.
pub(crate) fn read<T: DeserializeOwned>(params: &RawValue) -> Result<T, RpcError> {
    serde_json::from_str(params.get()).map_err(|error| RpcError::new(RpcError::INVALID_PARAMS, error.to_string()))
}

/// Writes an answer.
pub(crate) fn answer(value: &impl Serialize) -> Result<Box<RawValue>, RpcError> {
    json(value).map_err(rpc)
}

/// An error for a runner, whole.
pub(crate) fn rpc(info: ErrorInfo) -> RpcError {
    let plain = RpcError::new(RpcError::INTERNAL, &info.message);
    match serde_json::value::to_raw_value(&info) {
        Ok(data) => plain.with_data(data),
        Err(_) => plain,
    }
}

/// The error of a step for a runner, whole.
pub(crate) fn step(error: &StepError) -> RpcError {
    let plain = RpcError::new(RpcError::INTERNAL, &error.message);
    match serde_json::value::to_raw_value(error) {
        Ok(data) => plain.with_data(data),
        Err(_) => plain,
    }
}
