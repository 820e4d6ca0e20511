//! The WebSocket `/rpc`: `hello` with the token first, then the protocol's JSON-RPC, one message a text frame.
//!
//! A stranger has ten seconds, and there are few of them at a time. A reader that takes nothing for ten seconds, or does
//! not answer pings, is gone. What a slow reader misses waits in the store, not in memory (see Core's outbox).

use std::time::Duration;

use axion_core::rpc::{Ear, LARGEST_MESSAGE, Mouth, converse};
use axion_protocol::{Envelope as Rpc, EnvelopeId, ErrorCode, ErrorInfo, Response as Answer, StartedBy};
use axum::extract::State;
use axum::extract::ws::{CloseFrame, Message, WebSocket, WebSocketUpgrade, close_code};
use axum::http::{StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use futures_util::stream::{SplitSink, SplitStream};
use futures_util::{SinkExt, StreamExt};
use serde::Deserialize;
use tokio::sync::{OwnedSemaphorePermit, mpsc};
use tokio::time::{Instant, timeout};

use super::Served;

/// Connections that have not said hello, at a time.
pub const MOST_STRANGERS: usize = 16;
/// How long a connection may take to say hello.
const HELLO: Duration = Duration::from_secs(10);
/// Longest `hello`.
const LARGEST_HELLO: usize = 4096;
/// How often the other side is asked whether it is there, and how long it may stay silent.
const PING: Duration = Duration::from_secs(25);
const SILENT: Duration = Duration::from_secs(60);
/// How long one frame may take to be written.
const STALLED: Duration = Duration::from_secs(10);

/// Answers the upgrade. Host and Origin were checked before.
pub async fn upgrade(
    State(served): State<Served>,
    uri: Uri,
    socket: Result<WebSocketUpgrade, axum::extract::ws::rejection::WebSocketUpgradeRejection>,
) -> Response {
    let Ok(socket) = socket else { return (StatusCode::UPGRADE_REQUIRED, "this is a WebSocket").into_response() };
    if uri.query().is_some() {
        // Addresses end up in logs and histories: nothing may ever be passed here.
        return (StatusCode::BAD_REQUEST, "no query here").into_response();
    }
    let Ok(place) = served.strangers.clone().try_acquire_owned() else {
        return (StatusCode::TOO_MANY_REQUESTS, "too many connections that did not say hello").into_response();
    };
    socket
        .max_message_size(LARGEST_MESSAGE)
        .max_frame_size(LARGEST_MESSAGE)
        .on_failed_upgrade(|error| tracing::debug!(%error, "an upgrade failed"))
        .on_upgrade(move |socket| attend(served, socket, place))
}

#[derive(Deserialize)]
struct Hello {
    token: String,
    #[serde(default)]
    client: Option<serde_json::Value>,
}

enum Greeting {
    Welcome(Option<EnvelopeId>),
    Wrong(Option<EnvelopeId>, &'static str),
    Silent,
}

async fn attend(served: Served, mut socket: WebSocket, place: OwnedSemaphorePermit) {
    let closing = served.core.closing();
    let greeting = tokio::select! {
        greeting = greet(&served, &mut socket) => greeting,
        () = closing.cancelled() => Greeting::Silent,
    };
    drop(place);
    let id = match greeting {
        Greeting::Welcome(id) => id,
        Greeting::Wrong(id, why) => {
            let info = ErrorInfo::new(ErrorCode::Forbidden, why).with_hint("Open the address that `axion serve` printed.");
            let text = serde_json::to_string(&Answer::new(id, Err(info))).unwrap_or_default();
            let farewell = async {
                socket.send(Message::Text(text.into())).await?;
                socket.send(close(close_code::POLICY, why)).await
            };
            let _ = timeout(STALLED, farewell).await;
            return;
        }
        Greeting::Silent => {
            let _ = timeout(STALLED, socket.send(close(close_code::POLICY, "no hello"))).await;
            return;
        }
    };
    let (client, outbox) = served.core.connect(StartedBy::Browser);
    let (ear, mouth) = converse(client, outbox);
    let welcome = axion_protocol::dispatch(&served.core, &axion_protocol::Caller::new("hello"), "get_system", "{}").await;
    ear.answer(id, welcome).await;
    let (sink, stream) = socket.split();
    let (pong, pongs) = mpsc::channel(4);
    tokio::select! {
        () = listen(&ear, stream, pong) => {}
        () = speak(mouth, sink, pongs, closing) => {}
    }
    ear.client().close();
}

async fn greet(served: &Served, socket: &mut WebSocket) -> Greeting {
    let first = timeout(HELLO, async {
        loop {
            match socket.recv().await {
                Some(Ok(Message::Ping(_) | Message::Pong(_))) => {}
                other => return other,
            }
        }
    });
    let text = match first.await {
        Ok(Some(Ok(Message::Text(text)))) => text,
        Ok(Some(Ok(Message::Binary(_)))) => return Greeting::Wrong(None, "the first message must be hello"),
        Ok(_) | Err(_) => return Greeting::Silent,
    };
    if text.len() > LARGEST_HELLO {
        return Greeting::Wrong(None, "the first message must be hello");
    }
    let Ok(Rpc::Request(request)) = Rpc::parse(&text) else { return Greeting::Wrong(None, "the first message must be hello") };
    if request.method != "hello" {
        return Greeting::Wrong(request.id, "the first message must be hello");
    }
    match serde_json::from_str::<Hello>(request.params_text()) {
        Ok(hello) if served.token.is(&hello.token) => {
            tracing::debug!(client = ?hello.client, "a browser said hello");
            Greeting::Welcome(request.id)
        }
        Ok(_) | Err(_) => Greeting::Wrong(request.id, "the token is not the one of this server"),
    }
}

/// Takes in what the client says. Every frame shows that it is there.
async fn listen(ear: &Ear, mut stream: SplitStream<WebSocket>, pong: mpsc::Sender<()>) {
    while let Ok(Some(Ok(frame))) = timeout(SILENT, stream.next()).await {
        let heard = match frame {
            Message::Text(text) => ear.hear(&text).await,
            Message::Binary(_) => ear.answer(None, Err(ErrorInfo::new(ErrorCode::InvalidParams, "Messages are text frames."))).await,
            // The library answers pings when something is written next; this makes that happen soon.
            Message::Ping(_) => {
                let _ = pong.try_send(());
                true
            }
            Message::Pong(_) => true,
            // The library answers with a close of its own; after it the stream ends by itself.
            Message::Close(_) => {
                let _ = pong.try_send(());
                true
            }
        };
        if !heard {
            return;
        }
    }
}

async fn speak(
    mut mouth: Mouth,
    mut sink: SplitSink<WebSocket, Message>,
    mut pongs: mpsc::Receiver<()>,
    closing: tokio_util::sync::CancellationToken,
) {
    let mut ping = tokio::time::interval_at(Instant::now() + PING, PING);
    loop {
        let (frame, spoken) = tokio::select! {
            () = closing.cancelled() => {
                let _ = timeout(STALLED, sink.send(close(close_code::AWAY, "Axion is ending"))).await;
                return;
            }
            Some(()) = pongs.recv() => (None, None),
            _ = ping.tick() => (Some(Message::Ping(Vec::new().into())), None),
            spoken = mouth.next() => match spoken {
                Some(mut spoken) => (Some(Message::Text(std::mem::take(&mut spoken.text).into())), Some(spoken)),
                None => return,
            },
        };
        let written = async {
            match frame {
                Some(frame) => sink.send(frame).await,
                None => sink.flush().await,
            }
        };
        if !matches!(timeout(STALLED, written).await, Ok(Ok(()))) {
            return;
        }
        // Released only now: a subscription's events follow its answer.
        drop(spoken);
    }
}

fn close(code: u16, why: &'static str) -> Message {
    Message::Close(Some(CloseFrame { code, reason: why.into() }))
}
