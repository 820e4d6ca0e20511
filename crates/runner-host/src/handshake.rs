//! The first message: `hello` with the one-time token, within ten seconds, before anything else.

use std::time::Duration;

use axion_protocol::{HelloParams, HelloResult};
use futures_util::StreamExt;
use serde_json::value::RawValue;
use tokio::io::AsyncWriteExt;

use crate::error::HandshakeFault;
use crate::facts::Hello;
use crate::link::Link;
use crate::rpc::{self, Frame};
use crate::session::Heartbeat;
use crate::token;

/// Time from the start of the body to its hello.
pub(crate) const LIMIT: Duration = Duration::from_secs(10);
/// A hello is small; anything longer is no hello.
const LARGEST: usize = 64 << 10;
/// What this host can do for a runner.
const CAPABILITIES: [&str; 3] = ["journal_append", "blob_put", "log"];

/// Takes the hello and answers it.
pub(crate) async fn greet(link: &mut Link, expected: &str) -> Result<Hello, HandshakeFault> {
    let Some(frame) = link.frames.next().await else {
        return Err(HandshakeFault::Ended("the connection closed".into()));
    };
    let frame = frame.map_err(|error| HandshakeFault::BadFrame(error.to_string()))?;
    if frame.len() > LARGEST {
        return Err(HandshakeFault::BadFrame(format!("{} bytes", frame.len())));
    }
    let (id, method, params) = match rpc::read(&frame).map_err(HandshakeFault::BadFrame)? {
        Frame::Request { id, method, params } => (Some(id), method, params),
        Frame::Notification { method, params } => (None, method, params),
        Frame::Response { .. } => return Err(HandshakeFault::NotHello("an answer".into())),
    };
    if method != "hello" {
        return Err(HandshakeFault::NotHello(method.chars().take(64).filter(|c| !c.is_control()).collect()));
    }
    let text = params.map_or("{}", RawValue::get);
    let bad = |error: serde_json::Error| HandshakeFault::BadFrame(error.to_string());
    let hello: HelloParams = serde_json::from_str(text).map_err(bad)?;
    if !token::same(expected, &hello.token) {
        return Err(HandshakeFault::WrongToken);
    }
    if let Some(id) = id {
        let welcome = HelloResult {
            capabilities: CAPABILITIES.map(str::to_owned).to_vec(),
            heartbeat_ms: u64::try_from(Heartbeat::default().every.as_millis()).unwrap_or(u64::MAX),
        };
        let welcome = serde_json::value::to_raw_value(&welcome).map_err(bad)?;
        let sent = async {
            link.output.write_all(&rpc::write_answer(id, &Ok(welcome))).await?;
            link.output.flush().await
        };
        sent.await.map_err(|error: std::io::Error| HandshakeFault::Ended(error.to_string()))?;
    }
    Ok(Hello { capabilities: hello.capabilities, version: hello.version, node: hello.node, pid: hello.pid })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codec::TO_HOST_LIMIT;
    use tokio::io::AsyncReadExt;

    async fn say(bytes: &[u8]) -> (Result<Hello, HandshakeFault>, String) {
        let (ours, theirs) = tokio::io::duplex(1 << 16);
        let (input, output) = tokio::io::split(ours);
        let (mut back, mut forth) = tokio::io::split(theirs);
        let bytes = bytes.to_vec();
        let talk = tokio::spawn(async move {
            let _ = forth.write_all(&bytes).await;
            let _ = forth.shutdown().await;
            let mut answer = String::new();
            let _ = back.read_to_string(&mut answer).await;
            answer
        });
        let mut link = Link::new(input, output);
        let outcome = greet(&mut link, "secret").await;
        drop(link);
        (outcome, talk.await.unwrap())
    }

    #[tokio::test]
    async fn a_proper_hello_is_answered_and_its_token_forgotten() {
        let hello = br#"{"jsonrpc":"2.0","id":1,"method":"hello","params":{"token":"secret","protocol":1,"capabilities":["a"],"version":"1.2.3","node":"24.1.0","pid":9,"new":{}}}"#;
        let (outcome, answer) = say(&[hello.as_slice(), b"\n"].concat()).await;
        let hello = outcome.unwrap();
        assert_eq!((hello.version.as_str(), hello.node.as_str(), hello.pid), ("1.2.3", "24.1.0", 9));
        assert!(!serde_json::to_string(&hello).unwrap().contains("secret"));
        assert!(answer.contains("\"result\"") && !answer.contains("secret"));
    }

    #[tokio::test]
    async fn everything_else_is_refused_unanswered() {
        type Case = (&'static [u8], fn(&HandshakeFault) -> bool);
        let cases: [Case; 9] = [
            (b"", |f| matches!(f, HandshakeFault::Ended(_))),
            (b"garbage\n", |f| matches!(f, HandshakeFault::BadFrame(_))),
            (b"\x00\xff\xfe\n", |f| matches!(f, HandshakeFault::BadFrame(_))),
            (b"half", |f| matches!(f, HandshakeFault::BadFrame(_))),
            (br#"{"jsonrpc":"2.0","method":"log","params":{}}
"#, |f| matches!(f, HandshakeFault::NotHello(m) if m == "log")),
            (br#"{"jsonrpc":"2.0","id":1,"result":1}
"#, |f| matches!(f, HandshakeFault::NotHello(_))),
            (br#"{"jsonrpc":"2.0","id":1,"method":"hello","params":{"token":"secret ","protocol":1,"capabilities":[],"version":"1","node":"24","pid":1}}
"#, |f| *f == HandshakeFault::WrongToken),
            (br#"{"jsonrpc":"2.0","id":1,"method":"hello"}
"#, |f| matches!(f, HandshakeFault::BadFrame(_))),
            (br#"{"jsonrpc":"2.0","id":1,"method":"hello","params":{"token":"secret","protocol":2,"capabilities":[],"version":"1","node":"24","pid":1}}
"#, |f| matches!(f, HandshakeFault::BadFrame(_))),
        ];
        for (bytes, right) in cases {
            let (outcome, answer) = say(bytes).await;
            let fault = outcome.unwrap_err();
            assert!(right(&fault), "{:?}: {fault:?}", String::from_utf8_lossy(bytes));
            assert_eq!(answer, "");
        }
    }

    #[tokio::test]
    async fn a_giant_first_frame_is_refused_before_it_is_whole() {
        let (outcome, _) = say(&vec![b'x'; TO_HOST_LIMIT + 2]).await;
        assert!(matches!(outcome, Err(HandshakeFault::BadFrame(_))));
    }
}
