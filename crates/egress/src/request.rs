//! A request as the rest of Core asks for it, its limits, and which headers it may carry.

use std::time::Duration;

use axion_protocol::{EgressPurpose, ProviderId, SessionId, TurnId};
use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method};

use crate::error::Refusal;

/// How much and how long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Until there is a connection, encryption included.
    pub connect: Duration,
    /// From the connection until the head of the answer is there.
    pub head: Duration,
    /// Between two pieces of the body.
    pub idle: Duration,
    /// All of it.
    pub total: Duration,
    /// Longest body.
    pub body: u64,
    /// Longest head.
    pub head_bytes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        let seconds = Duration::from_secs;
        Self { connect: seconds(15), head: seconds(30), idle: seconds(30), total: seconds(120), body: 8 << 20, head_bytes: 64 << 10 }
    }
}

/// For whom a request goes out: what the ledger shows beside it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Errand {
    /// The session.
    pub session: Option<SessionId>,
    /// The turn.
    pub turn: Option<TurnId>,
    /// The provider.
    pub provider: Option<ProviderId>,
}

/// One request. It has no `Debug`: its headers may hold a key.
pub struct Request {
    /// Why.
    pub purpose: EgressPurpose,
    /// `GET` or `POST`.
    pub method: Method,
    /// The absolute address.
    pub url: String,
    /// What is sent along to wherever it leads.
    pub headers: HeaderMap,
    /// What is sent to the first origin only: keys.
    pub secrets: HeaderMap,
    /// The body.
    pub body: Option<Bytes>,
    /// How much and how long.
    pub limits: Limits,
    /// For whom.
    pub errand: Errand,
}

impl Request {
    /// A `GET` with the usual limits.
    #[must_use]
    pub fn get(purpose: EgressPurpose, url: impl Into<String>) -> Self {
        Self {
            purpose,
            method: Method::GET,
            url: url.into(),
            headers: HeaderMap::new(),
            secrets: HeaderMap::new(),
            body: None,
            limits: Limits::default(),
            errand: Errand::default(),
        }
    }
}

/// What the connection itself decides; a caller that could set these could smuggle a second request or another host.
const OURS: [&str; 17] = [
    "host",
    "content-length",
    "transfer-encoding",
    "connection",
    "keep-alive",
    "te",
    "trailer",
    "upgrade",
    "expect",
    "proxy-authorization",
    "proxy-connection",
    "proxy-authenticate",
    "accept-encoding",
    "cookie",
    "forwarded",
    "via",
    "x-forwarded-host",
];

/// Reads a header of a caller.
///
/// # Errors
/// If its name is one that the connection decides, or it is not one line of visible text.
pub fn header(name: &str, value: &str) -> Result<(HeaderName, HeaderValue), Refusal> {
    let refused = || Refusal::Header(name.chars().filter(|char| char.is_ascii_graphic()).take(64).collect());
    let name = HeaderName::from_bytes(name.as_bytes()).map_err(|_| refused())?;
    if OURS.contains(&name.as_str()) {
        return Err(refused());
    }
    let value = HeaderValue::from_str(value).map_err(|_| refused())?;
    Ok((name, value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_that_would_inject_are_refused() {
        assert!(header("X-Title", "Axion 1.0").is_ok());
        for (name, value) in [
            ("Host", "evil"),
            ("content-LENGTH", "0"),
            ("Transfer-Encoding", "chunked"),
            ("Connection", "close"),
            ("a b", "c"),
            ("a:b", "c"),
            ("a\r\nb", "c"),
            ("", "c"),
            ("x", "a\r\nHost: evil"),
            ("x", "a\nb"),
            ("x", "\0"),
            ("x", "\u{7f}"),
        ] {
            assert!(header(name, value).is_err(), "{name:?} {value:?}");
        }
    }
}
