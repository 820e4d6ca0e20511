//! The registry: what was last heard of each provider, when it is asked again, and which model a name means.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use arc_swap::ArcSwap;
use async_trait::async_trait;
use axion_protocol::{AppConfig, ErrorCode, ErrorInfo, ModelInfo, Provider, ProviderId, ProviderKind, ProviderState, TurnModel, clip};
use tokio::task::JoinSet;

use super::ask::{Asker, NEAR};
use super::cache::{Cache, Kept};
use super::ollama::Shown;
use super::place::{self, DEMO, DEMO_TITLE, Flavour, Place, Probe};
use super::{Heard, Trouble, anthropic, choose, describe, machine, ollama, openai};
use crate::egress::Outside;
use crate::failure::internal;
use crate::host::Host;
use crate::keys::Keys;
use crate::sessions::Models;

/// Most models of one provider.
const MOST: usize = 5000;
/// How old the last look at this machine may be before a message without a model looks again.
const STALE: u64 = 60_000;

/// Who is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// Servers on this machine.
    Here,
    /// All that are configured, too.
    All,
}

#[derive(Debug, Clone)]
struct List {
    kept: Kept,
    state: ProviderState,
    problem: Option<String>,
}

#[derive(Default)]
struct State {
    lists: BTreeMap<String, List>,
    here_at: Option<u64>,
    all_at: Option<u64>,
}

/// All models of this home.
pub struct Registry {
    pub(super) outside: Arc<Outside>,
    pub(super) keys: Arc<Keys>,
    config: Arc<ArcSwap<AppConfig>>,
    host: Arc<dyn Host>,
    demo: Place,
    probes: Vec<Probe>,
    cache: Cache,
    shown: Arc<Shown>,
    state: Mutex<State>,
    /// One round of questions at a time: who comes meanwhile gets the answers of the one that runs.
    turn: tokio::sync::Mutex<()>,
}

/// The scripted agent's place.
pub(super) fn demo_place() -> Result<Place, ErrorInfo> {
    Ok(Place {
        id: ProviderId::new(DEMO).map_err(|error| internal("The demo agent has no name", error))?,
        kind: ProviderKind::Demo,
        title: DEMO_TITLE.to_owned(),
        base: String::new(),
        found: false,
        flavour: Flavour::Plain,
        config: None,
    })
}

impl Registry {
    /// With what was heard last time.
    pub fn new(
        home: &Path,
        outside: Arc<Outside>,
        keys: Arc<Keys>,
        config: Arc<ArcSwap<AppConfig>>,
        host: Arc<dyn Host>,
        probes: Vec<Probe>,
    ) -> Result<Arc<Self>, ErrorInfo> {
        let cache = Cache::new(home);
        let known = cache.read().into_iter();
        let lists = known.map(|(id, kept)| (id, List { kept, state: ProviderState::Unchecked, problem: None })).collect();
        outside.probe(probes.iter().map(|probe| probe.base.clone()).collect());
        let state = Mutex::new(State { lists, ..State::default() });
        let registry = Self {
            demo: demo_place()?,
            outside,
            keys,
            config,
            host,
            probes,
            cache,
            shown: Arc::default(),
            state,
            turn: tokio::sync::Mutex::default(),
        };
        registry.allow();
        Ok(Arc::new(registry))
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Every provider that can be asked now: configured, or found and not configured meanwhile.
    fn places(&self) -> Vec<Place> {
        let config = self.config.load();
        let mut places = place::configured(&config);
        let state = self.lock();
        let found = self.probes.iter().filter(|probe| !place::taken(&config, probe));
        let found = found.filter(|probe| state.lists.get(probe.id).is_some_and(|list| list.kept.found && list.kept.base == probe.base));
        places.extend(found.filter_map(Place::probed));
        places
    }

    /// The place of a provider.
    pub(super) fn place(&self, id: &str) -> Option<Place> {
        self.places().into_iter().find(|place| place.id.as_str() == id)
    }

    /// Lets those servers be asked that were found: after each change of the configuration.
    pub fn allow(&self) {
        let found = self.places().into_iter().filter(|place| place.found).map(|place| place.base).collect();
        self.outside.found(found);
    }

    /// What is known, without asking anybody. The demo agent is last.
    pub fn known(&self) -> Vec<ModelInfo> {
        let memory = machine::memory();
        let places = self.places();
        let state = self.lock();
        let mut models = Vec::new();
        for place in &places {
            let heard =
                state.lists.get(place.id.as_str()).filter(|list| list.kept.base == place.base).map_or(&[][..], |list| &list.kept.models);
            models.extend(wanted(place, heard).iter().map(|heard| describe::describe(place, heard, memory)));
        }
        models.push(describe::demo(&self.demo));
        models
    }

    /// All models: asks when nobody did yet in this process, or when it is wished.
    pub async fn models(&self, refresh: bool) -> Result<Vec<ModelInfo>, ErrorInfo> {
        if refresh || self.lock().all_at.is_none() {
            self.ask(Scope::All).await?;
        }
        Ok(self.known())
    }

    /// All providers and how they are; also those that are switched off.
    pub async fn providers(&self, refresh: bool) -> Result<Vec<Provider>, ErrorInfo> {
        if refresh {
            self.ask(Scope::All).await?;
        }
        let keyed: Vec<String> = self.keys.names().await?;
        let config = self.config.load_full();
        let mut places = self.places();
        let off = config.providers.iter().filter(|(_, provider)| !provider.enabled);
        places.extend(off.filter_map(|(id, provider)| Some(Place::configured(&ProviderId::new(id.as_str()).ok()?, provider))));
        let state = self.lock();
        let mut providers: Vec<Provider> =
            places.iter().map(|place| shown(place, state.lists.get(place.id.as_str()), &keyed, config.egress.air_gap)).collect();
        providers.push(shown_demo(&self.demo));
        Ok(providers)
    }

    /// Asks: all at once, each with its time limit. What does not answer keeps its last good list.
    pub async fn ask(&self, scope: Scope) -> Result<(), ErrorInfo> {
        let begun = self.host.now();
        let _turn = self.turn.lock().await;
        let done = {
            let state = self.lock();
            if scope == Scope::All { state.all_at } else { state.here_at }
        };
        if done.is_some_and(|done| done > begun) {
            return Ok(());
        }
        let config = self.config.load_full();
        let keyed = self.keys.names().await?;
        let mut asked: Vec<Place> = place::configured(&config);
        asked.retain(|place| {
            place.local() || (scope == Scope::All && (!place.needs_key() || keyed.iter().any(|name| name == place.key_name())))
        });
        if config.models.probe {
            asked.extend(self.probes.iter().filter(|probe| !place::taken(&config, probe)).filter_map(Place::probed));
        }
        let mut rounds = JoinSet::new();
        for place in asked {
            let has_key = keyed.iter().any(|name| name == place.key_name());
            // A keychain that is locked now is a trouble of that provider alone.
            let key = if has_key { self.keys.get(place.key_name()).await.unwrap_or(None) } else { None };
            let asker = Asker { outside: self.outside.clone(), place, key };
            let shown = self.shown.clone();
            rounds.spawn(async move {
                let heard = heard(&asker, &shown).await;
                (asker.place, heard)
            });
        }
        while let Some(round) = rounds.join_next().await {
            match round {
                Ok((place, heard)) => self.hear(&place, heard),
                Err(error) => return Err(internal("A provider could not be asked", error)),
            }
        }
        let kept: BTreeMap<String, Kept> = {
            let mut state = self.lock();
            let now = self.host.now();
            state.here_at = Some(now);
            state.all_at = if scope == Scope::All { Some(now) } else { state.all_at };
            state.lists.iter().map(|(id, list)| (id.clone(), list.kept.clone())).collect()
        };
        self.allow();
        if let Err(error) = self.cache.write(&kept) {
            tracing::warn!(%error, "the list of models could not be kept");
        }
        Ok(())
    }

    fn hear(&self, place: &Place, heard: Result<Vec<Heard>, Trouble>) {
        let (id, now) = (place.id.to_string(), self.host.now());
        let mut state = self.lock();
        let before = state.lists.get(&id).filter(|list| list.kept.base == place.base).cloned();
        let fresh =
            |models, state, problem| List { kept: Kept { base: place.base.clone(), found: place.found, at: now, models }, state, problem };
        let list = match heard {
            Ok(models) => Some(fresh(tidy(models), ProviderState::Ready, None)),
            // Nothing is there where something was only looked for: that is no trouble. Jan answers so until it has its key.
            Err(trouble)
                if place.found && before.is_none() && !(trouble.state == ProviderState::NoKey && place.flavour == Flavour::Jan) =>
            {
                None
            }
            Err(trouble) => {
                let models = before.map_or_else(Vec::new, |list| list.kept.models);
                Some(fresh(models, trouble.state, Some(clip(&trouble.why, 1000))))
            }
        };
        if let Some(list) = list {
            state.lists.insert(id, list);
        }
    }

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
            return Ok(TurnModel { provider: model.provider.clone(), kind: ProviderKind::Demo, model });
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
        if self.config.load().egress.air_gap && !place.local() {
            return Err(ErrorInfo::new(ErrorCode::Blocked, format!("{} is not on this machine, and the air gap is on.", model.id))
                .with_hint("Choose a local model, or switch the air gap off in Settings."));
        }
        Ok(TurnModel { provider: place.id, kind: place.kind, model })
    }
}

#[async_trait]
impl Models for Registry {
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

async fn heard(asker: &Asker, shown: &Shown) -> Result<Vec<Heard>, Trouble> {
    let list = async {
        match asker.place.kind {
            ProviderKind::Ollama => ollama::list(asker, shown).await,
            ProviderKind::Anthropic => anthropic::list(asker).await,
            ProviderKind::OpenaiChat | ProviderKind::OpenaiResponses => openai::list(asker).await,
            ProviderKind::Demo => Ok(Vec::new()),
        }
    };
    if !asker.place.found {
        return list.await;
    }
    // Nobody configured it: the whole conversation, not only one question, has the short time.
    let late = || Trouble { state: ProviderState::Unreachable, why: format!("Nothing came for {} ms", NEAR.as_millis()) };
    tokio::time::timeout(NEAR, list).await.unwrap_or_else(|_| Err(late()))
}

/// Names without tricks, each once, not too many.
fn tidy(models: Vec<Heard>) -> Vec<Heard> {
    let mut names = std::collections::HashSet::new();
    let fine = |heard: &Heard| !heard.name.is_empty() && heard.name.len() <= 350 && !heard.name.chars().any(char::is_control);
    let mut models: Vec<Heard> = models.into_iter().filter(fine).filter(|heard| names.insert(heard.name.clone())).take(MOST).collect();
    for heard in &mut models {
        heard.title = heard.title.take().map(|title| title.chars().filter(|char| !char.is_control()).take(200).collect());
        let most = 100_000_000;
        for window in [&mut heard.window, &mut heard.window_now, &mut heard.window_most] {
            *window = window.filter(|window| *window > 0).map(|window| window.min(most));
        }
        heard.bytes = heard.bytes.filter(|bytes| *bytes < 1 << 50);
    }
    models
}

/// Those that the person wants to see of a provider: all, or those that are named in its configuration.
fn wanted(place: &Place, heard: &[Heard]) -> Vec<Heard> {
    match place.config.as_ref().and_then(|config| config.models.as_ref()).filter(|names| !names.is_empty()) {
        None => heard.to_vec(),
        Some(names) => {
            let known = |name: &String| heard.iter().find(|one| one.name == *name).cloned();
            names
                .iter()
                .filter(|name| !name.is_empty())
                .map(|name| known(name).unwrap_or_else(|| Heard { name: name.clone(), ..Heard::default() }))
                .collect()
        }
    }
}

fn shown(place: &Place, list: Option<&List>, keyed: &[String], air_gap: bool) -> Provider {
    let list = list.filter(|list| list.kept.base == place.base);
    let keyed = keyed.iter().any(|name| name == place.key_name());
    let (state, problem) = if air_gap && !place.local() {
        (ProviderState::Blocked, Some("The air gap is on: nothing leaves this machine.".to_owned()))
    } else if place.needs_key() && !keyed {
        (ProviderState::NoKey, Some(format!("It needs a key named `{}`.", place.key_name())))
    } else {
        list.map_or((ProviderState::Unchecked, None), |list| (list.state, list.problem.clone()))
    };
    Provider {
        id: place.id.clone(),
        kind: place.kind,
        title: clip(&place.title, 200),
        base_url: clip(&place.base, 2000),
        local: place.local(),
        found: place.found,
        key_name: Some(place.key_name().to_owned()).filter(|_| keyed || place.needs_key()),
        keyed,
        state,
        problem,
        checked_at: list.filter(|list| list.state != ProviderState::Unchecked).map(|list| list.kept.at),
        models: list.map_or(0, |list| wanted(place, &list.kept.models).len() as u64),
    }
}

fn shown_demo(place: &Place) -> Provider {
    Provider {
        id: place.id.clone(),
        kind: place.kind,
        title: place.title.clone(),
        base_url: String::new(),
        local: true,
        found: false,
        key_name: None,
        keyed: false,
        state: ProviderState::Ready,
        problem: None,
        checked_at: None,
        models: 1,
    }
}
