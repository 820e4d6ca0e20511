//! One question to a provider about its models: bounded, through the broker, answered with JSON or with what is wrong.

use std::sync::Arc;
use std::time::Duration;

use axion_egress::{Bytes, EgressError, Errand, HeaderMap, Limits, Method, Request, header};
use axion_protocol::{EgressPurpose, ProviderKind, ProviderState};
use serde_json::Value;

use super::Trouble;
use super::place::Place;
use super::veil::Veil;
use crate::egress::Outside;
use crate::keys::Secret;

/// How long a server on this machine may take, and how long another one.
pub(super) const NEAR: Duration = Duration::from_millis(400);
pub(super) const FAR: Duration = Duration::from_secs(10);
/// A list that is longer is none.
const LARGEST: u64 = 16 << 20;

/// Someone to ask.
#[derive(Clone)]
pub(super) struct Asker {
    pub(super) outside: Arc<Outside>,
    pub(super) place: Place,
    pub(super) key: Option<Arc<Secret>>,
}

impl Asker {
    pub(super) async fn get(&self, url: &str) -> Result<Value, Trouble> {
        self.ask(Request::get(EgressPurpose::ModelList, url)).await
    }

    pub(super) async fn post(&self, url: &str, body: &Value) -> Result<Value, Trouble> {
        let mut request = Request::get(EgressPurpose::ModelList, url);
        request.method = Method::POST;
        request.body = Some(Bytes::from(body.to_string()));
        if let Ok((name, value)) = header("content-type", "application/json") {
            request.headers.insert(name, value);
        }
        self.ask(request).await
    }

    async fn ask(&self, mut request: Request) -> Result<Value, Trouble> {
        let time = if self.place.local() { NEAR } else { FAR };
        request.limits = Limits { connect: time, head: time, idle: time, total: time, body: LARGEST, ..Limits::default() };
        request.errand = Errand { provider: Some(self.place.id.clone()), ..Errand::default() };
        dress(&mut request.headers, &mut request.secrets, &self.place, self.key.as_deref());
        let reply = self.outside.broker.send(request).await.map_err(|error| failed(&error))?;
        let status = reply.status;
        let body = reply.body.all().await.map_err(|error| failed(&error))?;
        match status {
            200..=299 => {
                // A list is kept and shown: a key that it repeats would be, too.
                let mut veil = Veil::new(self.key.as_deref().map(Secret::expose));
                let mut seen = veil.pass(&body);
                seen.extend(veil.end());
                serde_json::from_slice(&seen).map_err(|_| refused("it answered with something that is no JSON"))
            }
            401 | 403 if self.key.is_none() => Err(Trouble { state: ProviderState::NoKey, why: "It wants a key".to_owned() }),
            401 | 403 => Err(refused(&format!("it did not accept the key ({status})"))),
            _ => Err(refused(&format!("it answered {status}"))),
        }
    }
}

/// Puts the person's own headers and the key where the provider's kind wants them.
pub(super) fn dress(headers: &mut HeaderMap, secrets: &mut HeaderMap, place: &Place, key: Option<&Secret>) {
    for (name, value) in place.config.iter().flat_map(|config| config.headers.iter().flatten()) {
        if let Ok((name, value)) = header(name, value) {
            headers.insert(name, value);
        }
    }
    if place.kind == ProviderKind::Anthropic && !headers.contains_key("anthropic-version") {
        headers.insert("anthropic-version", axion_egress::HeaderValue::from_static("2023-06-01"));
    }
    let (name, before) = if place.kind == ProviderKind::Anthropic { ("x-api-key", "") } else { ("authorization", "Bearer ") };
    headers.remove(name);
    if let Some(value) = key.and_then(|key| key.header(before)) {
        secrets.insert(axion_egress::HeaderName::from_static(name), value);
    }
}

fn refused(why: &str) -> Trouble {
    Trouble { state: ProviderState::Refused, why: sentence(why) }
}

fn failed(error: &EgressError) -> Trouble {
    let state = if error.is_blocked() {
        ProviderState::Blocked
    } else {
        match error {
            EgressError::Connect { .. }
            | EgressError::Resolve(_)
            | EgressError::Tls { .. }
            | EgressError::Time(_)
            | EgressError::Idle(_) => ProviderState::Unreachable,
            _ => ProviderState::Refused,
        }
    };
    Trouble { state, why: sentence(&error.to_string()) }
}

pub(super) fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}
