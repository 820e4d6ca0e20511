//! A session against a scripted runner on the other end of a pipe in memory.

use super::*;
use std::sync::atomic::AtomicUsize;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, BufReader, DuplexStream, ReadHalf, WriteHalf};
use tokio::sync::Notify;

struct Runner {
    input: BufReader<ReadHalf<DuplexStream>>,
    output: WriteHalf<DuplexStream>,
}

impl Runner {
    async fn hear(&mut self) -> serde_json::Value {
        let mut line = String::new();
        assert!(self.input.read_line(&mut line).await.unwrap() > 0, "the host closed");
        serde_json::from_str(&line).unwrap()
    }

    async fn say(&mut self, text: &str) {
        self.output.write_all(format!("{text}\n").as_bytes()).await.unwrap();
    }
}

fn pair(sink: Arc<dyn RunnerEvents>, heartbeat: Heartbeat, room: usize) -> (Arc<Session>, Runner) {
    let (ours, theirs) = tokio::io::duplex(room);
    let (input, output) = tokio::io::split(ours);
    let session = Session::open(Link::new(input, output), sink, heartbeat);
    let (input, output) = tokio::io::split(theirs);
    (session, Runner { input: BufReader::new(input), output })
}

fn talk(sink: Arc<dyn RunnerEvents>) -> (Arc<Session>, Runner) {
    pair(sink, Heartbeat { every: Duration::from_secs(3600), limit: Duration::from_secs(1) }, 1 << 16)
}

fn raw(text: &str) -> Box<RawValue> {
    RawValue::from_string(text.into()).unwrap()
}

/// Records the order in which it is called; `hold` keeps requests waiting.
#[derive(Default)]
struct Sink {
    seen: Mutex<Vec<String>>,
    hold: Option<Arc<Notify>>,
    waiting: AtomicUsize,
}

#[async_trait::async_trait]
impl RunnerEvents for Sink {
    async fn request(&self, method: &str, params: &RawValue) -> Result<Box<RawValue>, RpcError> {
        self.seen.lock().unwrap().push(format!("{method} {}", params.get()));
        if let Some(hold) = &self.hold {
            self.waiting.fetch_add(1, Ordering::SeqCst);
            hold.notified().await;
        }
        if method == "unknown" { Err(RpcError::method_not_found(method)) } else { Ok(params.to_owned()) }
    }

    async fn notification(&self, method: &str, params: &RawValue) {
        self.seen.lock().unwrap().push(format!("{method} {}", params.get()));
    }
}

#[tokio::test]
async fn requests_are_answered_in_any_order() {
    let (session, mut runner) = talk(Arc::new(Sink::default()));
    let asking = async { tokio::join!(session.request("a", RawValue::NULL), session.request("b", RawValue::NULL)) };
    let serving = async {
        let (first, second) = (runner.hear().await, runner.hear().await);
        runner.say(&format!(r#"{{"jsonrpc":"2.0","id":{},"result":"second"}}"#, second["id"])).await;
        runner.say(&format!(r#"{{"jsonrpc":"2.0","id":{},"error":{{"code":7,"message":"no"}}}}"#, first["id"])).await;
    };
    let ((first, second), ()) = tokio::join!(asking, serving);
    assert_eq!(first.unwrap_err().code, 7);
    assert_eq!(second.unwrap().get(), "\"second\"");
}

#[tokio::test]
async fn the_runners_requests_reach_the_sink_in_order_and_are_answered() {
    let sink = Arc::new(Sink::default());
    let (_session, mut runner) = talk(sink.clone());
    for n in 0..50 {
        runner.say(&format!(r#"{{"jsonrpc":"2.0","id":{n},"method":"journal_append","params":{{"n":{n}}}}}"#)).await;
    }
    runner.say(r#"{"jsonrpc":"2.0","id":"x","method":"unknown"}"#).await;
    let mut answers = Vec::new();
    for _ in 0..51 {
        answers.push(runner.hear().await);
    }
    assert!(answers.iter().any(|a| a["id"] == "x" && a["error"]["code"] == -32601));
    let seen = sink.seen.lock().unwrap().clone();
    let expected: Vec<String> = (0..50).map(|n| format!(r#"journal_append {{"n":{n}}}"#)).chain(["unknown null".into()]).collect();
    assert_eq!(seen, expected);
}

#[tokio::test]
async fn what_no_runner_sends_ends_the_conversation_and_frees_who_waits() {
    for (bad, why) in [
        ("garbage", "not a message"),
        ("{\"jsonrpc\":\"2.0\",\"id\":99,\"result\":1}", "not asked"),
        ("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"hello\",\"params\":{}}", "second hello"),
        ("{\"jsonrpc\":\"2.0\",\"id\":1}", "either a result or an error"),
    ] {
        let (session, mut runner) = talk(Arc::new(Sink::default()));
        let waiting = tokio::spawn({
            let session = session.clone();
            async move { session.request("slow", RawValue::NULL).await }
        });
        runner.hear().await;
        runner.say(bad).await;
        assert!(matches!(session.ended().await, SessionEnd::Protocol(text) if text.contains(why)), "{bad}");
        let error = waiting.await.unwrap().unwrap_err();
        assert!(error.is_gone() && error.message.contains("protocol"), "{error}");
        assert!(session.request("later", RawValue::NULL).await.unwrap_err().is_gone());
        let mut rest = Vec::new();
        runner.input.read_to_end(&mut rest).await.unwrap();
    }
}

#[tokio::test]
async fn a_frame_over_the_limit_ends_the_conversation_before_it_is_whole() {
    let (session, mut runner) = talk(Arc::new(Sink::default()));
    let flood = tokio::spawn(async move {
        let piece = vec![b'x'; 1 << 16];
        for _ in 0..(crate::codec::TO_HOST_LIMIT >> 16) + 16 {
            if runner.output.write_all(&piece).await.is_err() {
                return;
            }
        }
    });
    assert!(matches!(session.ended().await, SessionEnd::Protocol(why) if why.contains("longer than")));
    flood.await.unwrap();
}

#[tokio::test]
async fn a_message_too_large_for_a_runner_is_refused_and_nothing_else_happens() {
    let (session, mut runner) = talk(Arc::new(Sink::default()));
    let giant = raw(&format!("\"{}\"", "x".repeat(TO_RUNNER_LIMIT)));
    assert_eq!(session.request("run_start", &giant).await.unwrap_err().code, RpcError::INVALID_PARAMS);
    let (answer, ()) = tokio::join!(session.request("ping", RawValue::NULL), async {
        let ping = runner.hear().await;
        runner.say(&format!(r#"{{"jsonrpc":"2.0","id":{},"result":null}}"#, ping["id"])).await;
    });
    answer.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_runner_that_does_not_answer_the_heartbeat_is_given_up() {
    let heartbeat = Heartbeat::default();
    let (session, mut runner) = pair(Arc::new(Sink::default()), heartbeat, 1 << 16);
    let begun = tokio::time::Instant::now();
    let first = runner.hear().await;
    assert_eq!(first["method"], "ping");
    runner.say(&format!(r#"{{"jsonrpc":"2.0","id":{},"result":null}}"#, first["id"])).await;
    assert_eq!(session.ended().await, SessionEnd::Silent);
    let took = begun.elapsed();
    assert!(took >= Duration::from_secs(25) && took < Duration::from_secs(26), "{took:?}");
}

#[tokio::test(start_paused = true)]
async fn a_runner_that_reads_nothing_makes_callers_wait_and_is_given_up() {
    let (session, _runner) = pair(Arc::new(Sink::default()), Heartbeat::default(), 1024);
    let large = raw(&format!("\"{}\"", "x".repeat(40 << 20)));
    let first = tokio::spawn({
        let (session, large) = (session.clone(), large.clone());
        async move { session.request("a", &large).await }
    });
    let second = tokio::spawn({
        let session = session.clone();
        async move { session.request("b", &large).await }
    });
    assert_eq!(session.ended().await, SessionEnd::Silent);
    assert!(first.await.unwrap().unwrap_err().is_gone());
    assert!(second.await.unwrap().unwrap_err().is_gone());
}

#[tokio::test(start_paused = true)]
async fn a_busy_host_leaves_frames_in_the_pipe_and_does_not_blame_the_runner() {
    let hold = Arc::new(Notify::new());
    let sink = Arc::new(Sink { hold: Some(hold.clone()), ..Sink::default() });
    let (session, mut runner) = pair(sink.clone(), Heartbeat::default(), 1 << 20);
    for n in 0..IN_FLIGHT + 40 {
        runner.say(&format!(r#"{{"jsonrpc":"2.0","id":{n},"method":"blob_put","params":1}}"#)).await;
    }
    tokio::time::sleep(Duration::from_secs(120)).await;
    assert_eq!(sink.waiting.load(Ordering::SeqCst), IN_FLIGHT);
    assert!(session.is_open());
    let mut answered = 0;
    while answered < IN_FLIGHT + 40 {
        hold.notify_one();
        let heard = runner.hear().await;
        if heard["method"] == "ping" {
            runner.say(&format!(r#"{{"jsonrpc":"2.0","id":{},"result":null}}"#, heard["id"])).await;
        } else {
            answered += 1;
        }
    }
    assert!(session.is_open());
}

#[tokio::test]
async fn an_answer_for_a_caller_that_left_is_no_offence() {
    let (session, mut runner) = talk(Arc::new(Sink::default()));
    let asking = tokio::spawn({
        let session = session.clone();
        async move { session.request("slow", RawValue::NULL).await }
    });
    let asked = runner.hear().await;
    asking.abort();
    let _ = asking.await;
    runner.say(&format!(r#"{{"jsonrpc":"2.0","id":{},"result":null}}"#, asked["id"])).await;
    runner.say(r#"{"jsonrpc":"2.0","id":1,"method":"log"}"#).await;
    assert_eq!(runner.hear().await["id"], 1);
    assert!(session.is_open());
}

#[tokio::test]
async fn the_end_of_the_stream_is_the_end() {
    let (session, runner) = talk(Arc::new(Sink::default()));
    drop(runner);
    assert_eq!(session.ended().await, SessionEnd::Closed);
    assert!(session.notify("x", RawValue::NULL).await.unwrap_err().is_gone());
}
