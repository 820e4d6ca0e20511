//! A turn's HTTP requests: opened through the broker, their bodies handed to the runner piece by piece for as long as it gives
//! credit. At most [`MOST_OPEN`] at a time; none outlives its turn's runner.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axion_protocol::{
    ErrorCode, HttpCloseParams, HttpMoreParams, HttpOpenParams, HttpOpenResult, HttpPiece, HttpPieceParams, RequestId, SessionId,
    StepError, TurnId,
};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;

use super::ports::{ModelBody, ModelHttp, ModelRequest};
use crate::runs::{Runner, json};

/// Requests of one turn that are open at the same time.
const MOST_OPEN: usize = 8;
/// Credit that a body has from the start, and the most that it can have.
const FIRST_CREDIT: usize = 256 << 10;
const MOST_CREDIT: usize = 16 << 20;
/// Bytes in one piece; as base64 they fit the wire's bound.
const PIECE: usize = 96 << 10;

struct Open {
    credit: Arc<Semaphore>,
    closed: CancellationToken,
}

/// The requests of one attempt. Dropped, it gives them all up.
pub struct TurnHttp {
    http: Arc<dyn ModelHttp>,
    session_id: SessionId,
    turn_id: TurnId,
    open: Arc<Mutex<HashMap<RequestId, Open>>>,
}

fn lock(open: &Mutex<HashMap<RequestId, Open>>) -> MutexGuard<'_, HashMap<RequestId, Open>> {
    open.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Drop for TurnHttp {
    fn drop(&mut self) {
        lock(&self.open).drain().for_each(|(_, open)| open.closed.cancel());
    }
}

impl TurnHttp {
    /// None open.
    pub fn new(http: Arc<dyn ModelHttp>, session_id: SessionId, turn_id: TurnId) -> Self {
        Self { http, session_id, turn_id, open: Arc::default() }
    }

    /// Opens one; the head of the reply.
    pub async fn open(&self, runner: Arc<dyn Runner>, params: HttpOpenParams) -> Result<HttpOpenResult, StepError> {
        let id = params.request_id.clone();
        let (credit, closed) = (Arc::new(Semaphore::new(FIRST_CREDIT)), CancellationToken::new());
        {
            let mut open = lock(&self.open);
            if open.len() >= MOST_OPEN || open.contains_key(&id) {
                return Err(failed(ErrorCode::Busy, "Too many requests are open, or this one is open already."));
            }
            open.insert(id.clone(), Open { credit: credit.clone(), closed: closed.clone() });
        }
        let request = ModelRequest {
            session_id: self.session_id.clone(),
            turn_id: self.turn_id.clone(),
            provider: params.provider,
            method: params.method,
            path: params.path,
            headers: params.headers,
            body: params.body,
            idle: Duration::from_millis(params.idle_ms),
            max_bytes: params.max_bytes,
        };
        let reply = tokio::select! {
            biased;
            () = closed.cancelled() => Err(failed(ErrorCode::Cancelled, "The request was given up.")),
            reply = self.http.open(request) => reply,
        };
        let reply = match reply {
            Ok(reply) => reply,
            Err(error) => {
                lock(&self.open).remove(&id);
                return Err(error);
            }
        };
        let open = Arc::downgrade(&self.open);
        tokio::spawn(async move {
            tokio::select! {
                biased;
                () = closed.cancelled() => {}
                () = pump(&*runner, &id, reply.body, &credit) => {}
            }
            if let Some(open) = open.upgrade() {
                lock(&open).remove(&id);
            }
        });
        Ok(HttpOpenResult { status: u64::from(reply.status), headers: reply.headers })
    }

    /// Gives a body more credit.
    pub fn more(&self, params: &HttpMoreParams) {
        if let Some(open) = lock(&self.open).get(&params.request_id) {
            let bytes = usize::try_from(params.bytes).unwrap_or(MOST_CREDIT);
            let room = MOST_CREDIT.saturating_sub(open.credit.available_permits());
            open.credit.add_permits(bytes.min(room));
        }
    }

    /// Gives a request up.
    pub fn close(&self, params: &HttpCloseParams) {
        if let Some(open) = lock(&self.open).remove(&params.request_id) {
            open.closed.cancel();
        }
    }
}

/// Hands a body on. It is read only when what was read before is gone, so nothing collects here.
async fn pump(runner: &dyn Runner, id: &RequestId, mut body: Box<dyn ModelBody>, credit: &Semaphore) {
    loop {
        // A first byte of credit before a read: a runner that gives none is sent nothing, and nothing is read for it.
        match credit.acquire().await {
            Ok(one) => drop(one),
            Err(_) => return,
        }
        let bytes = match body.next().await {
            Ok(Some(bytes)) => bytes,
            Ok(None) => return send(runner, id, HttpPiece::End, None, None).await.unwrap_or(()),
            Err(error) => return send(runner, id, HttpPiece::Error, None, Some(error)).await.unwrap_or(()),
        };
        for piece in bytes.chunks(PIECE) {
            let mut left = piece;
            while !left.is_empty() {
                let now = left.len().min(credit.available_permits().max(1));
                match credit.acquire_many(u32::try_from(now).unwrap_or(1)).await {
                    Ok(spent) => spent.forget(),
                    Err(_) => return,
                }
                let (first, rest) = left.split_at(now);
                if send(runner, id, HttpPiece::Data, Some(STANDARD.encode(first)), None).await.is_err() {
                    return;
                }
                left = rest;
            }
        }
    }
}

async fn send(runner: &dyn Runner, id: &RequestId, piece: HttpPiece, data: Option<String>, error: Option<StepError>) -> Result<(), ()> {
    let params = json(&HttpPieceParams { request_id: id.clone(), piece, data, error }).map_err(drop)?;
    runner.notify("http_piece", &params).await.map_err(drop)
}

/// Why a request did not come about.
pub fn failed(code: ErrorCode, message: &str) -> StepError {
    StepError { code: code.as_str().to_owned(), message: message.to_owned(), hint: None, outcome_unknown: None }
}

#[cfg(test)]
#[path = "http_tests.rs"]
mod tests;
