//! Which model a name means, whether it can be asked now, and which one answers where nobody named one.

use async_trait::async_trait;
use axion_egress::{Errand, Method, Refusal, Request};
use axion_protocol::{EgressPurpose, ErrorCode, ErrorInfo, ModelInfo, ProviderKind, ProviderState, SessionId, TurnModel, clip};

use super::place::{DEMO, Place};
use super::registry::{Registry, Scope};
use super::{Heard, choose, describe, machine};
use crate::sessions::Models;

/// How old the last look at this machine may be before a message without a model looks again.
const STALE: u64 = 60_000;

impl Registry {
    fn find(&self, id: &str) -> Result<Option<ModelInfo>, ErrorInfo> {
        let known = self.known();
        if let Some(model) = known.iter().find(|model| model.id == id) {
            return Ok(Some(model.clone()));
        }
        let mut named = known.iter().filter(|model| model.name == id);
        let Some(first) = named.next() else { return Ok(None) };
        let others: Vec<&str> = named.map(|model| model.id.as_str()).collect();
        if others.is_empty() {
            return Ok(Some(first.clone()));
        }
        Err(ErrorInfo::new(ErrorCode::NoModel, format!("More than one provider has a model `{}`.", clip(id, 400))).with_hint(format!(
            "Say which: {}, {}.",
            first.id,
            others.join(", ")
        )))
    }

    /// A model that a configured provider has not listed, by the person's word.
    fn unlisted(&self, id: &str) -> Option<ModelInfo> {
        let (provider, name) = id.split_once('/')?;
        let place = self.place(provider).filter(|place| !place.found && !name.is_empty())?;
        Some(describe::describe(&place, &Heard { name: name.to_owned(), ..Heard::default() }, machine::memory()))
    }

    async fn usable(&self, model: ModelInfo) -> Result<TurnModel, ErrorInfo> {
        if model.demo {
            return Ok(TurnModel { provider: model.provider.clone(), kind: ProviderKind::Demo, model, silence_ms: None });
        }
        let gone = || {
            ErrorInfo::new(ErrorCode::NoModel, format!("The provider of {} is not there any more.", model.id))
                .with_hint("Choose another model, or add the provider in Settings.")
        };
        let place = self.place(model.provider.as_str()).ok_or_else(gone)?;
        if place.needs_key() && !self.keys.has(place.key_name()).await? {
            let message = format!("{} needs a key, and none is set.", place.title);
            return Err(ErrorInfo::new(ErrorCode::NoModel, message)
                .with_hint(format!("Set it in Settings, Models, or with `axion keys set {}`.", place.key_name())));
        }
        if self.kept_back(&place) {
            return Err(ErrorInfo::new(ErrorCode::Blocked, format!("{} is not on this machine, and the air gap is on.", model.id))
                .with_hint("Choose a local model, or switch the air gap off in Settings."));
        }
        let silence = place.silence(&self.config.load().models).as_millis();
        Ok(TurnModel { silence_ms: u64::try_from(silence).ok(), provider: place.id, kind: place.kind, model })
    }

    /// Whether the air gap keeps a place from being asked.
    fn kept_back(&self, place: &Place) -> bool {
        self.config.load().egress.air_gap && !place.local()
    }

    /// The id that is meant where nobody named one but the configuration.
    fn named(&self, id: Option<&str>) -> Option<String> {
        id.map(str::to_owned).or_else(|| self.config.load().models.default.clone())
    }

    /// Writes a request into the ledger that was not even made, because the air gap is on.
    async fn record(&self, id: &str, session: &str) {
        let known = self.find(id).ok().flatten().or_else(|| self.unlisted(id));
        let Some(place) = known.and_then(|model| self.place(model.provider.as_str())).filter(|place| self.kept_back(place)) else { return };
        let mut request = Request::get(EgressPurpose::Model, place.base.as_str());
        request.method = Method::POST;
        request.errand = Errand { session: SessionId::new(session).ok(), turn: None, provider: Some(place.id) };
        self.outside.broker.refuse(&request, Refusal::AirGap).await;
    }
}

#[async_trait]
impl Models for Registry {
    async fn to_ask(&self, id: Option<&str>, session: &str) -> Result<TurnModel, ErrorInfo> {
        let found = match id {
            Some(id) => self.resolve(id).await,
            None => self.usual().await,
        };
        if let (Err(ErrorInfo { code: ErrorCode::Blocked, .. }), Some(id)) = (&found, self.named(id)) {
            self.record(&id, session).await;
        }
        found
    }

    async fn resolve(&self, id: &str) -> Result<TurnModel, ErrorInfo> {
        if id == DEMO || id == "demo/demo" {
            return self.usable(describe::demo(&self.demo)).await;
        }
        let mut found = self.find(id)?;
        if found.is_none() && self.unlisted(id).is_none() && self.lock().here_at.is_none() {
            self.ask(Scope::Here).await?;
            found = self.find(id)?;
        }
        match found.or_else(|| self.unlisted(id)) {
            Some(model) => self.usable(model).await,
            None => Err(ErrorInfo::new(ErrorCode::NoModel, format!("There is no model `{}`.", clip(id, 400)))
                .with_hint("`axion models` lists those that there are; a server may have to be started first.")),
        }
    }

    async fn usual(&self) -> Result<TurnModel, ErrorInfo> {
        if let Some(id) = &self.config.load_full().models.default {
            return self.resolve(id).await;
        }
        let now = self.host.now();
        if self.lock().here_at.is_none_or(|at| now.saturating_sub(at) > STALE) {
            self.ask(Scope::Here).await?;
        }
        let (keyed, air_gap) = (self.keys.names().await?, self.config.load().egress.air_gap);
        let places = self.places();
        let reachable: Vec<String> = {
            let state = self.lock();
            let up = |place: &&Place| {
                state.lists.get(place.id.as_str()).is_some_and(|list| list.state == ProviderState::Ready || !place.local())
            };
            let open = |place: &&Place| if place.local() { true } else { !air_gap && keyed.iter().any(|name| name == place.key_name()) };
            places.iter().filter(up).filter(open).map(|place| place.id.to_string()).collect()
        };
        let known = self.known();
        let usual = choose::usual(&known, |model| model.demo || reachable.iter().any(|id| id == model.provider.as_str()));
        match usual {
            Some(model) => self.usable(model.clone()).await,
            None => self.usable(describe::demo(&self.demo)).await,
        }
    }
}
