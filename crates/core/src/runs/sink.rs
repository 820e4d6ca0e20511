//! What a runner asks of its host while a run goes on: to write its journal, to keep a value. Nothing else is answered.

use std::sync::Arc;

use async_trait::async_trait;
use axion_protocol::{BlobPutParams, ErrorInfo, LogLevel, RunnerLogParams};
use axion_runner_host::{RpcError, RunnerEvents};
use serde_json::value::RawValue;

use super::drafts::{self, Append};
use super::live::{Live, Seat};

/// Values that one run may keep, together.
const MOST_STORED: u64 = 2 << 30;

/// The ear of one attempt of a run.
pub(crate) struct Sink {
    pub(crate) live: Arc<Live>,
    pub(crate) ticket: u64,
}

#[async_trait]
impl RunnerEvents for Sink {
    async fn request(&self, method: &str, params: &RawValue) -> Result<Box<RawValue>, RpcError> {
        match method {
            "journal_append" => self.journal_append(params).await,
            "blob_put" => self.blob_put(params).await,
            _ => Err(RpcError::method_not_found(method)),
        }
    }

    async fn notification(&self, method: &str, params: &RawValue) {
        if method != "runner_log" && method != "log" {
            tracing::debug!(method, "a runner told something unknown");
            return;
        }
        let Ok(said) = serde_json::from_str::<RunnerLogParams>(params.get()) else { return };
        let run = self.live.run_id.as_str();
        match said.level {
            LogLevel::Error | LogLevel::Warn => tracing::warn!(run, text = said.text, "the runner says"),
            LogLevel::Info | LogLevel::Debug => tracing::debug!(run, text = said.text, "the runner says"),
        }
    }
}

impl Sink {
    async fn journal_append(&self, params: &RawValue) -> Result<Box<RawValue>, RpcError> {
        // The seat is asked for before anything else: this is what keeps the order of arrival.
        let mut seat = self.live.seat.lock().await;
        self.may_write(&seat)?;
        let append: Append<'_> = serde_json::from_str(params.get()).map_err(|error| self.fault(error))?;
        if append.run_id != self.live.run_id.as_str() {
            return Err(self.fault("it wrote to another run"));
        }
        if append.events.is_empty() {
            return answer(&serde_json::json!({ "head": seat.head }));
        }
        let drafts = drafts::check(&append.events, &seat.stored).map_err(|refusal| self.fault(refusal))?;
        seat.brought += drafts.len() as u64;
        let written = self.live.append(&mut seat, drafts, None).map_err(rpc)?;
        drop(seat);
        let head = written.done().await.map_err(rpc)?;
        answer(&serde_json::json!({ "head": head }))
    }

    async fn blob_put(&self, params: &RawValue) -> Result<Box<RawValue>, RpcError> {
        let mut seat = self.live.seat.lock().await;
        self.may_write(&seat)?;
        let put: BlobPutParams = serde_json::from_str(params.get()).map_err(|error| self.fault(error))?;
        if put.run_id != self.live.run_id {
            return Err(self.fault("it put a value for another run"));
        }
        let hash = put.hash.to_string();
        if seat.stored.contains(&hash) {
            return answer(&serde_json::json!({}));
        }
        if crate::hash::sha256(put.json.as_bytes()) != hash {
            return Err(self.fault("it put a value under a hash that is not its own"));
        }
        if serde_json::from_str::<serde::de::IgnoredAny>(&put.json).is_err() {
            return Err(self.fault("it put a value that is not JSON"));
        }
        let bytes = put.json.len() as u64;
        if seat.stored_bytes + bytes > MOST_STORED {
            return Err(RpcError::new(RpcError::INVALID_PARAMS, "the values of this run are larger than 2 GiB together"));
        }
        seat.stored_bytes += bytes;
        seat.stored.insert(hash.clone());
        let run_id = self.live.run_id.to_string();
        let written = self.live.store.write_sized(put.json.len(), move |tx| tx.put_blob(&run_id, &hash, put.json.as_bytes()));
        drop(seat);
        written.await.map_err(|error| {
            let info = crate::failure::storage(error);
            self.live.not_written(&info);
            rpc(info)
        })?;
        answer(&serde_json::json!({}))
    }

    fn may_write(&self, seat: &Seat) -> Result<(), RpcError> {
        if seat.ticket != self.ticket {
            return Err(RpcError::new(RpcError::INTERNAL, "this run has gone on with another runner"));
        }
        if seat.tally.is_finished() {
            return Err(RpcError::new(RpcError::INTERNAL, "this run has ended"));
        }
        Ok(())
    }

    /// What no honest runner sends ends its run.
    fn fault(&self, why: impl std::fmt::Display) -> RpcError {
        let why = why.to_string();
        tracing::warn!(run = self.live.run_id.as_str(), why, "a runner broke the rules");
        self.live.fault.send_replace(Some(why.clone()));
        RpcError::new(RpcError::INVALID_PARAMS, why)
    }
}

fn answer(value: &serde_json::Value) -> Result<Box<RawValue>, RpcError> {
    serde_json::value::to_raw_value(value).map_err(|error| RpcError::new(RpcError::INTERNAL, error.to_string()))
}

fn rpc(info: ErrorInfo) -> RpcError {
    let plain = RpcError::new(RpcError::INTERNAL, &info.message);
    match serde_json::value::to_raw_value(&info) {
        Ok(data) => plain.with_data(data),
        Err(_) => plain,
    }
}
