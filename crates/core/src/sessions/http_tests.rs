//! A runner that reads slowly, gives up, or asks for too much, against a provider in this process.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicUsize, Ordering};

use async_trait::async_trait;
use axion_protocol::{HttpMethod, RunnerFacts};
use axion_runner_host::RpcError;
use serde_json::value::RawValue;
use serde_json::{Value, json as value};
use tokio::sync::mpsc;

use super::*;
use crate::sessions::ModelReply;

/// Answers with these pieces; counts what was read and what was given up.
#[derive(Clone, Default)]
struct Provider {
    pieces: Vec<Result<Vec<u8>, String>>,
    read: Arc<AtomicUsize>,
    dropped: Arc<AtomicUsize>,
    silent: bool,
}

struct Body {
    left: VecDeque<Result<Vec<u8>, String>>,
    of: Provider,
}

impl Drop for Body {
    fn drop(&mut self) {
        self.of.dropped.fetch_add(1, Ordering::SeqCst);
    }
}

#[async_trait]
impl ModelBody for Body {
    async fn next(&mut self) -> Result<Option<Vec<u8>>, StepError> {
        self.of.read.fetch_add(1, Ordering::SeqCst);
        self.left.pop_front().transpose().map_err(|why| failed(ErrorCode::Provider, &why))
    }
}

#[async_trait]
impl ModelHttp for Provider {
    async fn open(&self, request: ModelRequest) -> Result<ModelReply, StepError> {
        if self.silent {
            std::future::pending::<()>().await;
        }
        if request.path == "/refused" {
            return Err(failed(ErrorCode::Blocked, "no"));
        }
        let body = Box::new(Body { left: self.pieces.clone().into(), of: self.clone() });
        Ok(ModelReply { status: 200, headers: [("x".to_owned(), request.body.unwrap_or_default())].into(), body })
    }
}

struct Ear(mpsc::UnboundedSender<Value>);

#[async_trait]
impl Runner for Ear {
    async fn request(&self, method: &str, _params: &RawValue) -> Result<Box<RawValue>, RpcError> {
        Err(RpcError::method_not_found(method))
    }
    async fn notify(&self, method: &str, params: &RawValue) -> Result<(), RpcError> {
        assert_eq!(method, "http_piece");
        self.0.send(serde_json::from_str(params.get()).unwrap()).map_err(|_| RpcError::new(0, "gone"))
    }
    fn facts(&self) -> RunnerFacts {
        unreachable!("nobody asks")
    }
    async fn gone(&self) -> String {
        std::future::pending().await
    }
    fn kill(&self) {}
}

fn world(provider: &Provider) -> (Arc<TurnHttp>, Arc<dyn Runner>, mpsc::UnboundedReceiver<Value>) {
    let id = |text: &str| text.to_owned();
    let http = TurnHttp::new(Arc::new(provider.clone()), id("s").try_into().unwrap(), id("t").try_into().unwrap());
    let (sender, pieces) = mpsc::unbounded_channel();
    (Arc::new(http), Arc::new(Ear(sender)), pieces)
}

fn asks(id: &str, path: &str) -> HttpOpenParams {
    HttpOpenParams {
        request_id: id.to_owned().try_into().unwrap(),
        turn_id: "t".to_owned().try_into().unwrap(),
        provider: "p".to_owned().try_into().unwrap(),
        method: HttpMethod::POST,
        path: path.to_owned(),
        headers: Default::default(),
        body: Some("asked".into()),
        idle_ms: 1000,
        max_bytes: 1 << 30,
    }
}

fn bytes(piece: &Value) -> Vec<u8> {
    STANDARD.decode(piece["data"].as_str().unwrap()).unwrap()
}

#[tokio::test]
async fn a_body_comes_whole_and_in_order_for_as_long_as_there_is_credit() {
    let sent: Vec<u8> = (0..1_000_000_u32).map(|n| (n % 251) as u8).collect();
    let provider = Provider { pieces: sent.chunks(60_000).map(|piece| Ok(piece.to_vec())).collect(), ..Provider::default() };
    let (http, runner, mut pieces) = world(&provider);
    let head = http.open(runner, asks("r", "/chat")).await.unwrap();
    assert_eq!((head.status, head.headers["x"].as_str()), (200, "asked"));
    let mut got = Vec::new();
    while got.len() < FIRST_CREDIT {
        got.extend(bytes(&pieces.recv().await.unwrap()));
    }
    for _ in 0..50 {
        tokio::task::yield_now().await;
    }
    assert!(pieces.try_recv().is_err() && got.len() == FIRST_CREDIT, "no credit, no bytes");
    assert!(provider.read.load(Ordering::SeqCst) <= 5, "and nothing is read ahead");
    let id: RequestId = "r".to_owned().try_into().unwrap();
    http.more(&HttpMoreParams { request_id: id, bytes: 1 << 20 });
    loop {
        let piece = pieces.recv().await.unwrap();
        match piece["piece"].as_str().unwrap() {
            "data" => got.extend(bytes(&piece)),
            end => {
                assert_eq!(end, "end");
                break;
            }
        }
    }
    assert_eq!(got, sent);
}

#[tokio::test]
async fn a_body_that_breaks_off_says_why() {
    let provider = Provider { pieces: vec![Ok(b"half".to_vec()), Err("the line went dead".into())], ..Provider::default() };
    let (http, runner, mut pieces) = world(&provider);
    http.open(runner.clone(), asks("r", "/chat")).await.unwrap();
    assert_eq!(bytes(&pieces.recv().await.unwrap()), b"half");
    let last = pieces.recv().await.unwrap();
    assert_eq!(last, value!({ "requestId": "r", "piece": "error", "error": { "code": "provider", "message": "the line went dead" } }));
    assert_eq!(http.open(runner, asks("s", "/refused")).await.unwrap_err().code, "blocked");
}

#[tokio::test]
async fn what_is_given_up_is_closed_and_there_is_room_again() {
    let provider = Provider { silent: true, ..Provider::default() };
    let (http, runner, _pieces) = world(&provider);
    let mut waiting = Vec::new();
    for n in 0..MOST_OPEN {
        let (http, runner) = (http.clone(), runner.clone());
        waiting.push(tokio::spawn(async move { http.open(runner, asks(&format!("r{n}"), "/chat")).await }));
    }
    while lock(&http.open).len() < MOST_OPEN {
        tokio::task::yield_now().await;
    }
    assert_eq!(http.open(runner.clone(), asks("more", "/chat")).await.unwrap_err().code, "busy");
    for n in 0..MOST_OPEN {
        http.close(&HttpCloseParams { request_id: format!("r{n}").try_into().unwrap() });
    }
    for task in waiting {
        assert_eq!(task.await.unwrap().unwrap_err().code, "cancelled");
    }
    assert!(lock(&http.open).is_empty());
}

#[tokio::test]
async fn nothing_outlives_its_turn() {
    let provider = Provider { pieces: vec![Ok(vec![1; 64 << 10]); 100], ..Provider::default() };
    let (http, runner, mut pieces) = world(&provider);
    http.open(runner, asks("r", "/chat")).await.unwrap();
    pieces.recv().await.unwrap();
    drop(http);
    while provider.dropped.load(Ordering::SeqCst) == 0 {
        tokio::task::yield_now().await;
    }
}
