//! HTTP of turns to their provider: the runner names a provider and a path; here the address is put together and the key added, and
//! only headers that a model call needs pass in either direction.

use std::collections::BTreeMap;
use std::time::Duration;

use async_trait::async_trait;
use axion_egress::{Body, Bytes, EgressError, Errand, HeaderMap, Limits, Method, Refusal, Request, Target, header};
use axion_protocol::{EgressPurpose, HttpMethod, ProviderKind, StepError, clip};

use super::ask::dress;
use super::registry::Registry;
use super::veil::Veil;
use crate::keys::Secret;
use crate::sessions::{ModelBody, ModelHttp, ModelReply, ModelRequest};

/// What a runner may send along.
const IN: [&str; 5] = ["accept", "content-type", "anthropic-version", "anthropic-beta", "openai-beta"];
/// What it may see of a reply.
const OUT: [&str; 9] = [
    "content-type",
    "content-length",
    "retry-after",
    "retry-after-ms",
    "date",
    "request-id",
    "x-request-id",
    "openai-processing-ms",
    "openai-version",
];
const OUT_BEGINNINGS: [&str; 2] = ["x-ratelimit-", "anthropic-ratelimit-"];
/// No model call takes longer.
const LONGEST: Duration = Duration::from_secs(3 * 3600);

/// A reply's body on its way to the runner, without the key.
struct Stream {
    body: Body,
    veil: Veil,
    silent: Silent,
    over: bool,
}

/// Whom silence is laid to, and where the person says how long it may be.
struct Silent {
    title: String,
    key: &'static str,
}

impl Silent {
    fn or(&self, error: &EgressError) -> StepError {
        let EgressError::Idle(time) = error else { return failed(error) };
        let message = format!("{} said nothing for {} s.", self.title, time.as_secs_f64());
        step(
            "timeout",
            message,
            &format!("The server may be busy, or loading the model. {} in Settings, Models sets how long is waited.", self.key),
        )
    }
}

#[async_trait]
impl ModelBody for Stream {
    async fn next(&mut self) -> Result<Option<Vec<u8>>, StepError> {
        while !self.over {
            let piece = self.body.next().await.map_err(|error| self.silent.or(&error))?;
            self.over = piece.is_none();
            let out = match piece {
                Some(piece) => self.veil.pass(&piece),
                None => self.veil.end(),
            };
            // An empty piece would be taken for the end.
            if !out.is_empty() {
                return Ok(Some(out));
            }
        }
        Ok(None)
    }
}

#[async_trait]
impl ModelHttp for Registry {
    async fn open(&self, asked: ModelRequest) -> Result<ModelReply, StepError> {
        let id = asked.provider.as_str();
        let place = self
            .place(id)
            .ok_or_else(|| step("blocked", format!("The provider {id} is not configured, or switched off."), "Choose another model."))?;
        if place.kind == ProviderKind::Demo {
            return Err(step("blocked", "The demo agent has no address.".to_owned(), "It needs none."));
        }
        let key = self
            .keys
            .get_for(place.key_name(), &place.root())
            .await
            .map_err(|info| StepError { hint: info.hint, ..step("no_key", info.message, "") })?;
        if key.is_none() && place.needs_key() {
            return Err(step(
                "no_key",
                format!("{} needs a key, and none is set.", place.title),
                &format!("Set it in Settings, Models, or with `axion keys set {}`.", place.key_name()),
            ));
        }
        let mut request = Request::get(EgressPurpose::Model, place.base.as_str());
        request.method = if asked.method == HttpMethod::POST { Method::POST } else { Method::GET };
        request.errand = Errand { session: Some(asked.session_id), turn: Some(asked.turn_id), provider: Some(asked.provider.clone()) };
        match address(&place.base, &asked.path) {
            Ok(whole) => request.url = whole,
            Err(error) => {
                self.outside.broker.refuse(&request, Refusal::Address("its path is not one of this provider")).await;
                return Err(error);
            }
        }
        for (name, value) in &asked.headers {
            if IN.contains(&name.to_ascii_lowercase().as_str()) {
                match header(name, value) {
                    Ok((name, value)) => drop(request.headers.insert(name, value)),
                    Err(refusal) => return Err(failed(&self.outside.broker.refuse(&request, refusal).await)),
                }
            }
        }
        dress(&mut request.headers, &mut request.secrets, &place, key.as_deref());
        request.body = asked.body.map(Bytes::from);
        request.limits = Limits { head: asked.idle, idle: asked.idle, total: LONGEST, body: asked.max_bytes, ..Limits::default() };
        let silent = Silent { title: place.title.clone(), key: place.silence_key() };
        let reply = self.outside.broker.send(request).await.map_err(|error| silent.or(&error))?;
        let veil = Veil::new(key.as_deref().map(Secret::expose));
        let headers = seen(&reply.headers).into_iter().map(|(name, value)| (name, veil.text(&value))).collect();
        Ok(ModelReply { status: reply.status, headers, body: Box::new(Stream { body: reply.body, veil, silent, over: false }) })
    }
}

/// The base address with a path behind it; nothing that leads back up, or to another host.
fn address(base: &str, path: &str) -> Result<String, StepError> {
    let plain = path.split('?').next().unwrap_or(path);
    let decoded = plain.to_ascii_lowercase().replace("%2e", ".").replace("%2f", "/").replace("%5c", "\\");
    let climbs = decoded.split(['/', '\\']).any(|part| part == "..");
    let whole = format!("{base}{path}");
    let same = matches!((Target::parse(&whole), Target::parse(base)), (Ok(whole), Ok(base)) if whole.origin == base.origin);
    if !path.starts_with('/') || plain.contains("//") || path.contains('\\') || climbs || !same {
        return Err(step("blocked", "The path of the request is not one of this provider.".to_owned(), "This is a fault of the runner."));
    }
    Ok(whole)
}

fn seen(headers: &HeaderMap) -> BTreeMap<String, String> {
    let passes = |name: &str| OUT.contains(&name) || OUT_BEGINNINGS.iter().any(|beginning| name.starts_with(beginning));
    let texts = headers.iter().filter(|(name, _)| passes(name.as_str())).take(64);
    texts.filter_map(|(name, value)| Some((name.to_string(), clip(value.to_str().ok()?, 8000)))).collect()
}

fn step(code: &str, message: String, hint: &str) -> StepError {
    StepError {
        code: code.to_owned(),
        message: clip(&message, 4000),
        hint: Some(hint.to_owned()).filter(|hint| !hint.is_empty()),
        outcome_unknown: None,
    }
}

fn failed(error: &EgressError) -> StepError {
    let (code, hint) = match error {
        EgressError::Blocked(_) => ("blocked", "Nothing was sent. Settings, Egress shows what is allowed."),
        EgressError::Resolve(_) | EgressError::Connect { .. } | EgressError::Tls { .. } => {
            ("unreachable", "Check that the server runs and its address is right.")
        }
        EgressError::Idle(_) | EgressError::Time(_) => ("timeout", "The server may be busy, or loading the model."),
        EgressError::TooLarge(_) | EgressError::HeadTooLarge(_) => {
            ("too_large", "This is no answer of a model; check the provider's address.")
        }
        EgressError::Protocol { .. } | EgressError::Redirect(_) | EgressError::Compressed(_) => {
            ("protocol", "Check the provider's address and what it speaks.")
        }
    };
    step(code, format!("The model could not be asked: {}.", error), hint)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_stays_with_its_provider() {
        assert_eq!(address("https://a.example/v1", "/chat?x=1").unwrap(), "https://a.example/v1/chat?x=1");
        for bad in [
            "chat",
            "",
            "@evil.example/",
            ".evil.example/",
            "/../admin",
            "/%2e%2e/admin",
            "/x/..%2fadmin",
            "//evil.example/",
            "/a\\..\\b",
            "/x#y",
            "/a b",
            ":8080/x",
        ] {
            assert_eq!(address("https://a.example/v1", bad).unwrap_err().code, "blocked", "{bad}");
        }
    }
}
