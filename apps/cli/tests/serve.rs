//! `axion serve` from outside: who gets in, what a connection may do, and that a reader can leave and come back exactly.

mod support;

use std::time::Instant;

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use support::{Home, Served, can_run, graph};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::http::HeaderValue;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream};

type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

async fn connect(served: &Served, headers: &[(&'static str, &str)]) -> Result<Socket, Error> {
    let mut request = format!("ws://127.0.0.1:{}/rpc", served.port).into_client_request().unwrap();
    for (name, value) in headers {
        request.headers_mut().insert(*name, HeaderValue::from_str(value).unwrap());
    }
    tokio_tungstenite::connect_async(request).await.map(|(socket, _)| socket)
}

async fn send(socket: &mut Socket, id: u64, method: &str, params: Value) {
    let text = json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params }).to_string();
    socket.send(Message::text(text)).await.unwrap();
}

/// The next message as JSON, or the close code.
async fn next(socket: &mut Socket) -> Result<Value, Option<u16>> {
    loop {
        match socket.next().await {
            Some(Ok(Message::Text(text))) => return Ok(serde_json::from_str(&text).unwrap()),
            Some(Ok(Message::Close(frame))) => return Err(frame.map(|frame| frame.code.into())),
            Some(Ok(_)) => {}
            Some(Err(_)) | None => return Err(None),
        }
    }
}

async fn answer(socket: &mut Socket, id: u64) -> Result<Value, Value> {
    loop {
        let message = next(socket).await.unwrap();
        if message["id"] == id {
            return if message["error"].is_null() { Ok(message["result"].clone()) } else { Err(message["error"]["data"].clone()) };
        }
    }
}

async fn greeted(served: &Served) -> Socket {
    let mut socket = connect(served, &[]).await.unwrap();
    send(&mut socket, 0, "hello", json!({ "token": served.token, "client": "test" })).await;
    assert_eq!(answer(&mut socket, 0).await.unwrap()["shell"], "serve");
    socket
}

async fn http(served: &Served, head: &str) -> String {
    let mut stream = TcpStream::connect(("127.0.0.1", served.port)).await.unwrap();
    stream.write_all(format!("{head}\r\nConnection: close\r\n\r\n").as_bytes()).await.unwrap();
    let mut text = Vec::new();
    stream.read_to_end(&mut text).await.unwrap();
    String::from_utf8_lossy(&text).into_owned()
}

#[tokio::test]
async fn every_request_is_looked_at_and_every_answer_is_sealed() {
    let home = Home::new();
    let served = Served::start(&home);
    assert!(served.url.contains("/#token=") && !served.url.contains('?'));
    let ours = format!("Host: 127.0.0.1:{}", served.port);
    let page = http(&served, &format!("GET / HTTP/1.1\r\n{ours}")).await.to_lowercase();
    for header in [
        "content-security-policy: default-src 'none'",
        "frame-ancestors 'none'",
        "x-content-type-options: nosniff",
        "referrer-policy: no-referrer",
    ] {
        assert!(page.contains(header), "{header}");
    }
    assert!(!page.contains("unsafe-") && !page.contains("access-control-allow"));
    for (head, status) in [
        (format!("GET / HTTP/1.1\r\nHost: evil.example:{}", served.port), "421"),
        ("GET / HTTP/1.1\r\nHost: localhost".into(), "421"),
        (format!("GET / HTTP/1.1\r\n{ours}\r\nOrigin: http://evil.example"), "403"),
        (format!("GET /rpc HTTP/1.1\r\n{ours}"), "426"),
        (format!("POST / HTTP/1.1\r\n{ours}"), "405"),
        (format!("OPTIONS /rpc HTTP/1.1\r\n{ours}\r\nOrigin: http://evil.example"), "405"),
        (format!("GET /../../etc/passwd HTTP/1.1\r\n{ours}"), "404"),
        (format!("GET /.git/config HTTP/1.1\r\n{ours}"), "404"),
    ] {
        let answer = http(&served, &head).await;
        assert!(answer.starts_with(&format!("HTTP/1.1 {status}")), "{head}: {answer}");
        assert!(answer.to_lowercase().contains("content-security-policy"), "{head}");
    }
}

#[tokio::test]
async fn an_upgrade_needs_our_host_and_origin() {
    let home = Home::new();
    let served = Served::start(&home);
    let refused = |result: Result<Socket, Error>| match result {
        Err(Error::Http(response)) => response.status().as_u16(),
        other => panic!("{other:?}"),
    };
    assert_eq!(refused(connect(&served, &[("origin", "http://evil.example")]).await), 403);
    assert_eq!(refused(connect(&served, &[("origin", "null")]).await), 403);
    assert_eq!(refused(connect(&served, &[("host", "evil.example")]).await), 421);
    let other_port = format!("http://127.0.0.1:{}", served.port.wrapping_add(1));
    assert_eq!(refused(connect(&served, &[("origin", &other_port)]).await), 403);
    let ours = format!("http://127.0.0.1:{}", served.port);
    assert!(connect(&served, &[("origin", &ours)]).await.is_ok());
    let mut request = format!("ws://127.0.0.1:{}/rpc?token={}", served.port, served.token).into_client_request().unwrap();
    request.headers_mut().insert("origin", HeaderValue::from_str(&ours).unwrap());
    assert_eq!(refused(tokio_tungstenite::connect_async(request).await.map(|(socket, _)| socket)), 400, "never in an address");
}

#[tokio::test]
async fn without_hello_nothing_works() {
    let home = Home::new();
    let served = Served::start(&home);
    for (method, params) in [
        ("list_graphs", json!({})),
        ("hello", json!({})),
        ("hello", json!({ "token": "" })),
        ("hello", json!({ "token": "0".repeat(64) })),
        ("hello", json!({ "token": [served.token] })),
        ("hello", json!({ "token": served.token.to_uppercase() + "0" })),
    ] {
        let mut socket = connect(&served, &[]).await.unwrap();
        send(&mut socket, 1, method, params.clone()).await;
        let refusal = next(&mut socket).await.unwrap();
        assert_eq!(refusal["error"]["data"]["code"], "forbidden", "{params}");
        assert_eq!(next(&mut socket).await, Err(Some(1008)), "{params}");
    }
    for first in [Message::text("garbage"), Message::binary(vec![0, 159, 146]), Message::text("x".repeat(1 << 20))] {
        let mut socket = connect(&served, &[]).await.unwrap();
        socket.send(first).await.unwrap();
        assert_eq!(next(&mut socket).await.unwrap()["error"]["data"]["code"], "forbidden");
        assert_eq!(next(&mut socket).await, Err(Some(1008)));
    }
    let since = Instant::now();
    let mut silent = connect(&served, &[]).await.unwrap();
    assert_eq!(next(&mut silent).await, Err(Some(1008)), "closed after ten seconds of silence");
    // Ten, and not a minute; a busy machine may take some more.
    assert!((9..30).contains(&since.elapsed().as_secs()), "{:?}", since.elapsed());
    greeted(&served).await;
}

#[tokio::test]
async fn bad_frames_are_answered_and_the_server_lives_on() {
    let home = Home::new();
    let served = Served::start(&home);
    let mut socket = greeted(&served).await;
    for text in [
        "",
        "{",
        "null",
        "[]",
        "{}",
        r#"{"jsonrpc":"1.0","id":1,"method":"get_system"}"#,
        r#"{"jsonrpc":"2.0","method":"get_system"}"#,
        r#"{"jsonrpc":"2.0","id":1,"result":1}"#,
    ] {
        socket.send(Message::text(text)).await.unwrap();
        let error = next(&mut socket).await.unwrap();
        assert_eq!((&error["id"], &error["error"]["data"]["code"]), (&Value::Null, &json!("invalid_params")), "{text}");
    }
    socket.send(Message::binary(vec![1, 2, 3])).await.unwrap();
    assert_eq!(next(&mut socket).await.unwrap()["error"]["data"]["code"], "invalid_params");
    for (method, params, code) in [
        ("no_such", json!({}), "unknown_command"),
        ("__proto__", json!({}), "unknown_command"),
        ("hello", json!({ "token": served.token }), "unknown_command"),
        ("get_graph", json!({}), "invalid_params"),
        ("get_graph", json!([]), "invalid_params"),
        ("get_graph", json!({ "graphId": "../x" }), "invalid_params"),
        ("get_graph", json!({ "graphId": "none" }), "not_found"),
        ("subscribe", json!({ "stream": "run:none" }), "not_found"),
        ("subscribe", json!({ "stream": "other" }), "invalid_params"),
        ("get_system", json!({ "pad": "x".repeat(70_000) }), "too_large"),
        ("update_setting", json!({ "key": "theme", "value": "pink" }), "invalid_params"),
    ] {
        send(&mut socket, 7, method, params).await;
        assert_eq!(answer(&mut socket, 7).await.unwrap_err()["code"], code, "{method}");
    }
    let deep = format!(
        r#"{{"jsonrpc":"2.0","id":8,"method":"set_view_state","params":{{"windowId":"w","state":{}{}}}}}"#,
        "[".repeat(50_000),
        "]".repeat(50_000)
    );
    socket.send(Message::text(deep)).await.unwrap();
    assert_eq!(answer(&mut socket, 8).await.unwrap_err()["code"], "invalid_params");
    // A frame larger than any command ends the connection, and only that.
    let mut greedy = greeted(&served).await;
    let sent = async {
        let piece = "x".repeat(1 << 20);
        let mut text = String::with_capacity(140 << 20);
        for _ in 0..132 {
            text.push_str(&piece);
        }
        greedy.send(Message::text(text)).await
    };
    let ended = sent.await.is_err() || next(&mut greedy).await.is_err();
    assert!(ended, "too large a frame was taken");
    send(&mut socket, 9, "get_system", json!({})).await;
    assert_eq!(answer(&mut socket, 9).await.unwrap()["shell"], "serve");
}

/// Reads events of a stream until `count` were seen; checks that each is the next.
async fn read(socket: &mut Socket, stream: &str, after: u64, count: u64) -> u64 {
    let mut seq = after;
    while seq < after + count {
        let message = next(socket).await.unwrap();
        if message["method"] != "events" || message["params"]["stream"] != stream {
            continue;
        }
        assert_eq!(message["params"]["type"], "stream-batch");
        for event in message["params"]["events"].as_array().unwrap() {
            seq += 1;
            assert_eq!(event["seq"], seq);
        }
    }
    seq
}

#[tokio::test]
async fn a_reader_leaves_and_comes_back_exactly() {
    let home = Home::new();
    let served = Served::start(&home);
    let mut writer = greeted(&served).await;
    let mut made = 0;
    let mut reader = greeted(&served).await;
    send(&mut reader, 1, "subscribe", json!({ "stream": "workspace", "after": 0 })).await;
    let place = answer(&mut reader, 1).await.unwrap();
    assert_eq!((&place["mode"], &place["head"]), (&json!("tail"), &json!(0)));
    let epoch = place["epoch"].as_str().unwrap().to_owned();
    let mut at = 0;
    for round in 0..6_u64 {
        for _ in 0..40 {
            made += 1;
            send(&mut writer, made, "create_project", json!({ "projectId": format!("p{made}"), "name": format!("P{made}") })).await;
        }
        // It goes in the middle of what is sent, and comes back with what it has.
        // Never more than were made in this round: it may have had all of the earlier ones already.
        at = read(&mut reader, "workspace", at, 10 + round * 5).await;
        drop(reader);
        reader = greeted(&served).await;
        send(&mut reader, 1, "subscribe", json!({ "stream": "workspace", "epoch": epoch, "after": at })).await;
        let first = next(&mut reader).await.unwrap();
        assert_eq!((&first["id"], &first["result"]["mode"]), (&json!(1), &json!("tail")), "the answer comes before the events");
        // Commands of one connection go on side by side: their answers come in any order. Read in each round, because
        // a connection that answers no ping for long is closed, and a slow machine takes long.
        for _ in 0..40 {
            let answer = next(&mut writer).await.unwrap();
            assert!(answer["error"].is_null(), "{answer}");
        }
    }
    read(&mut reader, "workspace", at, made - at).await;
    // A place that cannot be served is said so.
    for params in [
        json!({ "stream": "workspace", "epoch": "other", "after": 1 }),
        json!({ "stream": "workspace", "epoch": epoch, "after": made + 50 }),
    ] {
        send(&mut reader, 2, "subscribe", params).await;
        let place = answer(&mut reader, 2).await.unwrap();
        assert_eq!((&place["mode"], &place["head"]), (&json!("snapshot"), &json!(made)));
    }
    send(&mut reader, 3, "unsubscribe", json!({ "stream": "workspace" })).await;
    answer(&mut reader, 3).await.unwrap();
    send(&mut writer, 900, "create_project", json!({ "projectId": "last", "name": "Last" })).await;
    answer(&mut writer, 900).await.unwrap();
    send(&mut reader, 4, "get_system", json!({})).await;
    let quiet = next(&mut reader).await.unwrap();
    assert_eq!(quiet["id"], 4, "nothing comes after unsubscribe: {quiet}");
}

#[tokio::test]
async fn a_reader_that_stands_still_costs_nothing_and_goes_on() {
    let home = Home::new();
    let served = Served::start(&home);
    let mut reader = greeted(&served).await;
    send(&mut reader, 1, "subscribe", json!({ "stream": "workspace", "after": 0 })).await;
    answer(&mut reader, 1).await.unwrap();
    let mut writer = greeted(&served).await;
    let name = "n".repeat(200);
    let rounds = 9_000;
    for n in 0..rounds {
        send(&mut writer, n, "rename_project", json!({ "projectId": "default", "name": format!("{n:05}{}", &name[..190]) })).await;
        answer(&mut writer, n).await.unwrap();
    }
    // The reader finds what fitted into the pipe, then either the rest or the word that it lagged.
    let (mut at, mut lagged) = (0, false);
    while at < rounds {
        let message = next(&mut reader).await.unwrap();
        if message["method"] != "events" {
            continue;
        }
        let params = &message["params"];
        if params["type"] == "stream-lagged" {
            lagged = true;
            send(&mut reader, 2, "subscribe", json!({ "stream": "workspace", "epoch": params["epoch"], "after": at })).await;
            assert_eq!(answer(&mut reader, 2).await.unwrap()["mode"], "tail");
            continue;
        }
        for event in params["events"].as_array().unwrap() {
            at += 1;
            assert_eq!(event["seq"], at, "lagged: {lagged}");
        }
    }
}

#[tokio::test]
async fn a_second_tab_may_use_the_same_address() {
    let home = Home::new();
    let served = Served::start(&home);
    let (mut first, mut second) = (greeted(&served).await, greeted(&served).await);
    for socket in [&mut first, &mut second] {
        send(socket, 1, "list_graphs", json!({})).await;
        assert_eq!(answer(socket, 1).await.unwrap()["graphs"], json!([]));
    }
}

#[test]
fn a_second_serve_on_a_home_hands_over() {
    let home = Home::new();
    let served = Served::start(&home);
    let second = home.axion(["serve", "--json", "--no-open"]);
    second.code(0);
    let address: Value = serde_json::from_str(&second.out).unwrap();
    assert_eq!((&address["port"], &address["pid"], &address["url"]), (&json!(served.port), &json!(served.child.id()), &json!(served.url)));
    assert_eq!(home.call("get_system", &json!({})).unwrap()["pid"], served.child.id(), "other commands reach it too");
    let other = Home::new();
    assert_ne!(Served::start(&other).port, served.port);
}

#[test]
fn a_port_that_is_taken_is_said() {
    let home = Home::new();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    home.axion(["serve", "--no-open", "--port", &port]).refused(&[&port, "--port"]);
}

#[cfg(unix)]
#[tokio::test]
async fn asked_to_end_it_says_goodbye_and_its_runs_are_taken_up_again() {
    if !can_run() {
        return;
    }
    let home = Home::new();
    let mut served = Served::start(&home);
    let mut socket = greeted(&served).await;
    let document = graph(
        &[
            json!(["c", "constant", { "value": 7 }]),
            json!(["w", "wait", { "mode": "for", "seconds": 2 }]),
            json!(["o", "output", { "name": "o", "type": "any" }]),
        ],
        &["c.value > w.value", "w.value > o.value"],
    );
    send(&mut socket, 1, "start_run", json!({ "runId": "r1", "document": document, "runner": "process" })).await;
    assert_eq!(answer(&mut socket, 1).await.unwrap()["startedBy"], "browser");
    send(&mut socket, 2, "subscribe", json!({ "stream": "run:r1", "after": 0 })).await;
    answer(&mut socket, 2).await.unwrap();
    read(&mut socket, "run:r1", 0, 4).await;
    std::process::Command::new("kill").arg(served.child.id().to_string()).status().unwrap();
    loop {
        match next(&mut socket).await {
            Ok(_) => {}
            Err(code) => break assert_eq!(code, Some(1001), "going away"),
        }
    }
    assert!(served.child.wait().unwrap().success());
    let again = Served::start(&home);
    let mut socket = greeted(&again).await;
    send(&mut socket, 1, "subscribe", json!({ "stream": "run:r1", "after": 0 })).await;
    answer(&mut socket, 1).await.unwrap();
    let mut seen: Vec<Value> = Vec::new();
    while seen.last().is_none_or(|event| event["type"] != "run-finished") {
        let message = next(&mut socket).await.unwrap();
        seen.extend(message["params"]["events"].as_array().cloned().unwrap_or_default());
    }
    let kinds: Vec<&str> = seen.iter().map(|event| event["type"].as_str().unwrap()).collect();
    assert!(kinds.contains(&"run-interrupted") && kinds.contains(&"run-resumed"), "{kinds:?}");
    assert_eq!(seen.last().unwrap()["outputs"]["o"]["value"], 7);
    assert_eq!(kinds.iter().filter(|kind| **kind == "step-finished").count(), 3, "what was finished is not run again: {kinds:?}");
}
