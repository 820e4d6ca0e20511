//! The webhook over real sockets: what gets in, what does not, and what is answered.

mod support;

use axion_protocol::ErrorCode;
use serde_json::{Value, json};
use support::World;
use support::turns::{agents, chat};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

async fn switched(world: &World, on: bool) -> Option<u16> {
    world.ok("update_config", json!({ "key": "channels.webhook.enabled", "value": on })).await;
    loop {
        let channels = world.ok("get_channels", json!({})).await;
        let webhook = channels.as_array().unwrap().iter().find(|channel| channel["id"] == "webhook").unwrap().clone();
        match webhook["status"].as_str().unwrap() {
            "ready" if on => {
                let address = webhook["address"].as_str().unwrap();
                return Some(address.trim_start_matches("http://127.0.0.1:").trim_end_matches("/message").parse().unwrap());
            }
            "off" if !on => return None,
            "failed" => panic!("{webhook}"),
            _ => tokio::task::yield_now().await,
        }
    }
}

async fn ask(port: u16, head: &[(&str, String)], body: &str) -> (u16, Value) {
    raw(port, &format!("POST /message HTTP/1.1\r\n{}content-length: {}\r\n\r\n{body}", lines(head), body.len())).await
}

fn lines(head: &[(&str, String)]) -> String {
    head.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect()
}

async fn raw(port: u16, request: &str) -> (u16, Value) {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut text = Vec::new();
    stream.read_to_end(&mut text).await.unwrap();
    let text = String::from_utf8(text).unwrap();
    let (head, body) = text.split_once("\r\n\r\n").unwrap();
    (head.split(' ').nth(1).unwrap().parse().unwrap(), serde_json::from_str(body).unwrap_or(Value::Null))
}

/// The status for a client that reads nothing before it has sent everything.
async fn sent(port: u16, head: &[u8], body: &[u8]) -> u16 {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
    stream.write_all(head).await.unwrap();
    stream.write_all(body).await.unwrap();
    let mut text = Vec::new();
    stream.read_to_end(&mut text).await.unwrap();
    String::from_utf8(text).unwrap().split(' ').nth(1).unwrap().parse().unwrap()
}

#[tokio::test]
async fn a_program_with_the_token_is_answered_and_nobody_else() {
    let dir = tempfile::tempdir().unwrap();
    let runners = agents(|turn| async move {
        let question = turn.params["messages"].as_array().unwrap().last().unwrap()["content"].as_str().unwrap().to_owned();
        assert_eq!(turn.params["folders"], json!([]));
        turn.say(0, 0, &format!("re: {question}")).await;
        turn.finish().await;
    });
    let (world, session) = chat(&dir.path().join("home"), runners).await;
    world.core.open_channels();
    let port = switched(&world, true).await.unwrap();
    let token = axion_core::webhook_token(world.core.home()).unwrap();
    let host = ("host", format!("127.0.0.1:{port}"));
    let key = ("authorization", format!("Bearer {token}"));
    let kind = ("content-type", "application/json".to_owned());
    let all = [host.clone(), key.clone(), kind.clone()];
    let (status, answer) = ask(port, &all, r#"{"content":"hi"}"#).await;
    assert_eq!((status, &answer["content"], &answer["role"]), (200, &json!("re: hi"), &json!("assistant")));
    let opened = world.ok("get_session", json!({ "sessionId": answer["sessionId"] })).await;
    assert_eq!(opened["channelId"], "webhook");
    let again = json!({ "content": "more", "sessionId": answer["sessionId"] }).to_string();
    assert_eq!(ask(port, &all, &again).await.1["content"], "re: more");
    let refused = |head: Vec<(&'static str, String)>, body: String| async move { ask(port, &head, &body).await };
    let hi = || r#"{"content":"hi"}"#.to_owned();
    let with = |more: (&'static str, &str)| vec![host.clone(), key.clone(), kind.clone(), (more.0, more.1.to_owned())];
    for (expected, head, body) in [
        (401, vec![host.clone(), kind.clone()], hi()),
        (401, vec![host.clone(), kind.clone(), ("authorization", format!("Bearer {}", "0".repeat(64)))], hi()),
        (421, vec![("host", "evil.example".into()), key.clone(), kind.clone()], hi()),
        (421, vec![("host", "127.0.0.1:1".into()), key.clone(), kind.clone()], hi()),
        (403, with(("origin", "http://127.0.0.1")), hi()),
        (403, with(("sec-fetch-site", "cross-site")), hi()),
        (415, vec![host.clone(), key.clone(), ("content-type", "text/plain".into())], hi()),
        (400, all.to_vec(), "{".into()),
        (400, all.to_vec(), r#"{"content":"x","evil":1}"#.into()),
        (400, all.to_vec(), r#"{"content":" "}"#.into()),
        (404, all.to_vec(), r#"{"content":"x","sessionId":"none"}"#.into()),
        (403, all.to_vec(), json!({ "content": "x", "sessionId": session }).to_string()),
        (503, all.to_vec(), r#"{"content":"x","model":"nobody/nothing"}"#.into()),
    ] {
        let (status, answer) = refused(head, body.clone()).await;
        assert_eq!(status, expected, "{} {answer}", &body[..body.len().min(80)]);
        assert!(answer["code"].is_string() && !answer.to_string().contains(&token));
    }
    // What is announced as too large is not waited for; what turns out to be is cut off.
    let large = format!("POST /message HTTP/1.1\r\n{}content-length: 5000000\r\n\r\n", lines(&all));
    assert_eq!(raw(port, &large).await.0, 413);
    let chunk = format!("400000\r\n{}\r\n1\r\n\"\r\n", " ".repeat(4 << 20));
    let chunked = format!("POST /message HTTP/1.1\r\n{}transfer-encoding: chunked\r\n\r\n{chunk}", lines(&all));
    assert_eq!(raw(port, &chunked).await.0, 413);
    // Who sends all of it before he reads gets the answer, too; who never ends is cut off.
    let rest = vec![b' '; 20 << 20];
    for (expected, key) in [(413, key.1.clone()), (401, "Bearer nobody".to_owned())] {
        let head = lines(&[host.clone(), ("authorization", key), kind.clone()]);
        let announced = format!("POST /message HTTP/1.1\r\n{head}content-length: {}\r\n\r\n", rest.len());
        assert_eq!(sent(port, announced.as_bytes(), &rest).await, expected, "announced");
        let chunk = [format!("{:x}\r\n", rest.len()).as_bytes(), &rest, b"\r\n0\r\n\r\n"].concat();
        let chunked = format!("POST /message HTTP/1.1\r\n{head}transfer-encoding: chunked\r\n\r\n");
        assert_eq!(sent(port, chunked.as_bytes(), &chunk).await, expected, "in chunks");
    }
    let mut endless = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
    endless.write_all(format!("POST /message HTTP/1.1\r\n{}content-length: 99999999999\r\n\r\n", lines(&all)).as_bytes()).await.unwrap();
    let mut taken = 0;
    while endless.write_all(&rest).await.is_ok() {
        taken += rest.len();
        assert!(taken < 1 << 30, "it takes all");
    }
    let get = format!("GET /message HTTP/1.1\r\n{}\r\n", lines(&all));
    assert_eq!(raw(port, &get).await.0, 404);
    // A renewed token counts at once, a switched-off channel answers nobody.
    axion_core::renew_webhook_token(world.core.home()).unwrap();
    assert_eq!(ask(port, &all, &hi()).await.0, 401);
    switched(&world, false).await;
    assert!(TcpStream::connect(("127.0.0.1", port)).await.is_err());
    assert_eq!(world.refused("get_session", json!({ "sessionId": "none" })).await.code, ErrorCode::NotFound);
    world.core.close().await;
}
