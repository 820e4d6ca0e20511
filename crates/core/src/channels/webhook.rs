//! The webhook: another program of this machine asks an agent over loopback HTTP. Off until it is switched on.
//!
//! `POST /message` with the token as `Authorization: Bearer`, a JSON body `{content, sessionId?, model?}`; the answer is the one of
//! `send_message`, or an `ErrorInfo`. No browser gets in: an Origin, or another Host, is refused before anything is read. A
//! webhook reaches only sessions that a webhook opened, and these have no folders unless the person gives them some.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use axion_protocol::{
    ChannelId, ChannelInfo, ChannelState, CreateSessionParams, ErrorCode, ErrorInfo, MessageResponse, SessionId, WebhookConfig, clip,
};
use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use tokio::net::TcpListener;
use tokio::sync::Semaphore;

use super::body::{Arriving, Bin, Wrong};
use super::token;
use crate::Core;
use crate::sessions::{Sending, Sent};

/// Largest body.
const LARGEST: usize = 4 << 20;
/// How long a body may take to arrive.
const ARRIVES: Duration = Duration::from_secs(30);
/// Requests that are answered at the same time.
const AT_ONCE: usize = 16;
/// How long to wait before a port that could not be had is tried again.
const AGAIN: Duration = Duration::from_secs(30);
/// How long answers may take to be sent once the channel closes.
const GRACE: Duration = Duration::from_secs(2);

/// Opens and closes the listener as the configuration says, until Core closes.
pub(super) async fn run(core: Core) {
    let (mut told, closing) = (core.watch_config(), core.closing());
    loop {
        let wanted = told.borrow_and_update().channels.webhook.clone();
        let changed = async {
            while told.borrow().channels.webhook == wanted {
                if told.changed().await.is_err() {
                    std::future::pending::<()>().await;
                }
            }
        };
        if !wanted.enabled {
            core.set_channel(channel(ChannelState::Off, None, None));
            tokio::select! {
                () = closing.cancelled() => return,
                () = changed => continue,
            }
        }
        match listen(&core, &wanted).await {
            Ok((listener, port)) => {
                core.set_channel(channel(ChannelState::Ready, Some(format!("http://127.0.0.1:{port}/message")), None));
                let stop = tokio_util::sync::CancellationToken::new();
                let signal = stop.clone();
                let served = Served { core: core.clone(), port, room: Arc::new(Semaphore::new(AT_ONCE)), bin: Bin::default() };
                let server = axum::serve(listener, Router::new().fallback(answer).with_state(served));
                let server = server.with_graceful_shutdown(async move { signal.cancelled().await });
                let mut server = Box::pin(std::future::IntoFuture::into_future(server));
                let ended = tokio::select! {
                    ended = &mut server => Some(ended),
                    () = closing.cancelled() => None,
                    () = changed => None,
                };
                stop.cancel();
                match ended {
                    Some(Err(error)) => tracing::warn!(%error, "the webhook's server ended"),
                    Some(Ok(())) => {}
                    // Whoever still gets an answer gets it; new ones find nobody.
                    None => drop(tokio::time::timeout(GRACE, server).await),
                }
            }
            Err(why) => {
                core.set_channel(channel(ChannelState::Failed, None, Some(why)));
                tokio::select! {
                    () = closing.cancelled() => {}
                    () = changed => {}
                    () = tokio::time::sleep(AGAIN) => {}
                }
            }
        }
        if closing.is_cancelled() {
            return;
        }
    }
}

fn channel(status: ChannelState, address: Option<String>, problem: Option<String>) -> ChannelInfo {
    ChannelInfo { id: ChannelId::Webhook, status, sessions: 0, address, problem: problem.map(|why| clip(&why, 1000)) }
}

async fn listen(core: &Core, wanted: &WebhookConfig) -> Result<(TcpListener, u16), String> {
    token::read(core.home()).map_err(|error| format!("The token's file cannot be read or made: {error}."))?;
    let port = u16::try_from(wanted.port).unwrap_or(0);
    let refused = |error: std::io::Error| format!("Port {port} on 127.0.0.1 cannot be used: {error}. Choose another one.");
    let listener = TcpListener::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, port))).await.map_err(refused)?;
    let port = listener.local_addr().map_err(refused)?.port();
    Ok((listener, port))
}

#[derive(Clone)]
struct Served {
    core: Core,
    port: u16,
    room: Arc<Semaphore>,
    bin: Bin,
}

/// What a program asks.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Ask {
    content: String,
    #[serde(default)]
    session_id: Option<SessionId>,
    #[serde(default)]
    model: Option<String>,
}

async fn answer(State(served): State<Served>, request: Request<Body>) -> Response {
    let (head, body) = request.into_parts();
    let mut body = Arriving::new(&head.headers, body);
    let attended = attend(&served, &head, &mut body).await;
    // Whoever is refused while he is still sending would lose the answer with the connection.
    body.discard(&served.bin);
    match attended {
        Ok(answer) => json(StatusCode::OK, &answer),
        Err((status, info)) => {
            let mut response = json(status, &info);
            if status == StatusCode::UNAUTHORIZED {
                response.headers_mut().insert(header::WWW_AUTHENTICATE, header::HeaderValue::from_static("Bearer"));
            }
            response
        }
    }
}

type Refusal = (StatusCode, ErrorInfo);

async fn attend(served: &Served, head: &Parts, body: &mut Arriving) -> Result<MessageResponse, Refusal> {
    if let Some(refusal) = stranger(&head.headers, served.port) {
        return Err(refusal);
    }
    let shown =
        head.headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok()).and_then(|value| value.strip_prefix("Bearer "));
    let home = served.core.home().to_owned();
    // Read at each request, so that a renewed token counts at once.
    let ours = tokio::task::spawn_blocking(move || token::read(&home)).await.ok().and_then(Result::ok);
    if !ours.zip(shown).is_some_and(|(ours, shown)| token::is_same(&ours, shown.trim())) {
        return Err(refuse(
            StatusCode::UNAUTHORIZED,
            ErrorCode::Forbidden,
            "The token is missing or wrong. `axion channels --token` prints it.",
        ));
    }
    if head.method != Method::POST || head.uri.path() != "/message" {
        return Err(refuse(StatusCode::NOT_FOUND, ErrorCode::NotFound, "There is only POST /message here."));
    }
    let kind = head.headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if !kind.split(';').next().unwrap_or_default().trim().eq_ignore_ascii_case("application/json") {
        return Err(refuse(StatusCode::UNSUPPORTED_MEDIA_TYPE, ErrorCode::InvalidParams, "The body must be application/json."));
    }
    let Ok(_place) = served.room.clone().try_acquire_owned() else {
        return Err(refuse(StatusCode::TOO_MANY_REQUESTS, ErrorCode::Busy, "Sixteen answers are being given already. Try again later."));
    };
    let too_large = || refuse(StatusCode::PAYLOAD_TOO_LARGE, ErrorCode::TooLarge, "The body is larger than 4 MiB.");
    let refused = |status, message: &str| refuse(status, ErrorCode::InvalidParams, message);
    let body = match tokio::time::timeout(ARRIVES, body.take(LARGEST)).await {
        Ok(Ok(body)) => body,
        Ok(Err(Wrong::TooLarge)) => return Err(too_large()),
        Ok(Err(Wrong::Broken)) => return Err(refused(StatusCode::BAD_REQUEST, "The body broke off.")),
        Err(_) => return Err(refused(StatusCode::REQUEST_TIMEOUT, "The body did not arrive within 30 seconds.")),
    };
    let ask: Ask = serde_json::from_slice(&body).map_err(|error| {
        refuse(StatusCode::BAD_REQUEST, ErrorCode::InvalidParams, &format!("The body is not what is asked here: {error}."))
    })?;
    said(&served.core, ask).await.map_err(|info| (status(info.code), info))
}

/// Who cannot be a program of this person that was told the address.
fn stranger(headers: &HeaderMap, port: u16) -> Option<Refusal> {
    let mut hosts = headers.get_all(header::HOST).iter();
    let host = match (hosts.next(), hosts.next()) {
        (Some(host), None) => host.to_str().unwrap_or_default(),
        _ => "",
    };
    let ours = ["127.0.0.1", "localhost"].iter().any(|name| host.eq_ignore_ascii_case(&format!("{name}:{port}")));
    if !ours {
        return Some(refuse(StatusCode::MISDIRECTED_REQUEST, ErrorCode::Forbidden, "This host name is not served here."));
    }
    let page = headers.contains_key(header::ORIGIN) || headers.contains_key("sec-fetch-site") || headers.contains_key(header::COOKIE);
    page.then(|| refuse(StatusCode::FORBIDDEN, ErrorCode::Forbidden, "Pages in a browser are not served here."))
}

async fn said(core: &Core, ask: Ask) -> Result<MessageResponse, ErrorInfo> {
    let inner = core.inner();
    let opened = ask.session_id.is_none();
    let session_id = match ask.session_id {
        Some(id) => {
            let row = inner.sessions.store.get(id.as_str()).await.map_err(crate::failure::storage)?;
            if row.channel_id != ChannelId::Webhook.as_str() {
                return Err(ErrorInfo::new(ErrorCode::Forbidden, "A webhook reaches only sessions that a webhook opened."));
            }
            id
        }
        None => {
            let params = CreateSessionParams {
                channel_id: Some(ChannelId::Webhook),
                model: ask.model,
                session_id: None,
                title: None,
                mode: None,
                project_id: None,
            };
            inner.create_session(&axion_protocol::Caller::new("webhook"), params).await?.id
        }
    };
    let sending = Sending {
        session_id: session_id.clone(),
        content: ask.content,
        message_id: None,
        parts: None,
        delivery: None,
        parent: None,
        channel: ChannelId::Webhook,
        telling: None,
    };
    let sent = inner.sessions.send(sending).await;
    if opened && sent.is_err() {
        // What was refused leaves no empty session behind.
        inner.sessions.delete(session_id.as_str()).await?;
    }
    match sent? {
        Sent::Turn(live) | Sent::Steered(live) => inner.sessions.response(&live).await,
        Sent::Queued(begins) => {
            let live = begins.await.map_err(|_| ErrorInfo::new(ErrorCode::Offline, "Axion is closing."))??;
            inner.sessions.response(&live).await
        }
        Sent::Before(_) => Err(ErrorInfo::new(ErrorCode::Conflict, "This message was sent before.")),
    }
}

fn status(code: ErrorCode) -> StatusCode {
    match code {
        ErrorCode::InvalidParams => StatusCode::BAD_REQUEST,
        ErrorCode::NotFound => StatusCode::NOT_FOUND,
        ErrorCode::Forbidden => StatusCode::FORBIDDEN,
        ErrorCode::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
        ErrorCode::Conflict | ErrorCode::Busy | ErrorCode::Cancelled => StatusCode::CONFLICT,
        ErrorCode::NoModel | ErrorCode::NoRunner | ErrorCode::RuntimeMissing | ErrorCode::Offline => StatusCode::SERVICE_UNAVAILABLE,
        ErrorCode::Provider | ErrorCode::Blocked => StatusCode::BAD_GATEWAY,
        _ => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

fn refuse(status: StatusCode, code: ErrorCode, message: &str) -> Refusal {
    (status, ErrorInfo::new(code, message))
}

fn json(status: StatusCode, value: &impl Serialize) -> Response {
    let text = serde_json::to_string(value).unwrap_or_else(|_| "null".to_owned());
    let headers = [
        (header::CONTENT_TYPE, "application/json"),
        (header::CACHE_CONTROL, "no-store"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::CONNECTION, "close"),
    ];
    (status, headers, text).into_response()
}
