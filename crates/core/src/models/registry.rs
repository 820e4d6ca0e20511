//! The registry: what was last heard of each provider, and when it is asked again.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use arc_swap::ArcSwap;
use axion_protocol::{AppConfig, ErrorInfo, ModelInfo, Provider, ProviderId, ProviderKind, ProviderState, clip};
use tokio::task::JoinSet;

use super::ask::{Asker, NEAR};
use super::cache::{Cache, Kept};
use super::ollama::Shown;
use super::place::{self, DEMO, DEMO_TITLE, Flavour, Place, Probe};
use super::presets;
use super::shown::{shown, shown_demo, tidy, wanted};
use super::{Heard, Trouble, anthropic, describe, machine, ollama, openai};
use crate::egress::Outside;
use crate::failure::internal;
use crate::host::Host;
use crate::keys::{Keys, Secret};

/// How long a list waits for a keychain.
const UNLOCKING: Duration = Duration::from_secs(5);

/// Who is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// Servers on this machine.
    Here,
    /// All that are configured, too.
    All,
    /// Those that are there by the person's word and of which nothing was heard yet; servers of this machine only in a home that never looked.
    New,
}

#[derive(Debug, Clone)]
pub(super) struct List {
    pub(super) kept: Kept,
    pub(super) state: ProviderState,
    pub(super) problem: Option<String>,
}

#[derive(Default)]
pub(super) struct State {
    pub(super) lists: BTreeMap<String, List>,
    pub(super) here_at: Option<u64>,
    all_at: Option<u64>,
    /// This home has looked for servers before.
    looked: bool,
    keyed: Vec<String>,
}

/// All models of this home.
pub struct Registry {
    pub(super) outside: Arc<Outside>,
    pub(super) keys: Arc<Keys>,
    pub(super) config: Arc<ArcSwap<AppConfig>>,
    pub(super) host: Arc<dyn Host>,
    pub(super) demo: Place,
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
        let kept = cache.read();
        let looked = kept.is_some();
        let known = kept.unwrap_or_default().into_iter();
        let lists = known.map(|(id, kept)| (id, List { kept, state: ProviderState::Unchecked, problem: None })).collect();
        outside.probe(probes.iter().map(|probe| probe.base.clone()).collect());
        let state = Mutex::new(State { lists, looked, ..State::default() });
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

    pub(super) fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Providers that are there by the person's word: configured, or well known and opened by a key.
    fn hosted(&self) -> Vec<Place> {
        let config = self.config.load();
        let mut places = place::configured(&config);
        places.extend(presets::opened_by(&config, &self.lock().keyed));
        places
    }

    /// Takes note of which keys there are: a key opens a well-known provider.
    pub async fn look_at_keys(&self) -> Result<(), ErrorInfo> {
        let names = self.keys.names().await?;
        {
            let mut state = self.lock();
            // One whose key was wanting, or is another now, has not been heard.
            if state.keyed != names {
                state
                    .lists
                    .values_mut()
                    .filter(|list| list.state == ProviderState::NoKey)
                    .for_each(|list| list.state = ProviderState::Unchecked);
                state.keyed = names;
            }
        }
        self.allow();
        Ok(())
    }

    /// Every provider that can be asked now: configured, or found and not configured meanwhile.
    pub(super) fn places(&self) -> Vec<Place> {
        let config = self.config.load();
        let mut places = self.hosted();
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

    /// The origins of the providers that use a key: what it is set for.
    pub fn origins_of(&self, key: &str) -> Vec<String> {
        let mut places = self.places();
        places.extend(presets::opened_by(&self.config.load(), &[key.to_owned()]));
        let mut origins: Vec<String> = places.iter().filter(|place| place.key_name() == key).map(Place::root).collect();
        origins.sort_unstable();
        origins.dedup();
        origins
    }

    /// Lets those servers be asked that were found: after each change of the configuration.
    pub fn allow(&self) {
        let (found, hosted): (Vec<Place>, Vec<Place>) = self.places().into_iter().partition(|place| place.found);
        let addresses = |places: Vec<Place>| places.into_iter().map(|place| place.base).collect();
        self.outside.providers(addresses(found), addresses(hosted));
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

    /// All models. Without `refresh` the last good lists, where there are any.
    pub async fn models(&self, refresh: bool) -> Result<Vec<ModelInfo>, ErrorInfo> {
        self.ask(if refresh { Scope::All } else { Scope::New }).await?;
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
        let (done, looked) = {
            let state = self.lock();
            (if scope == Scope::Here { state.here_at } else { state.all_at }, state.looked)
        };
        if scope != Scope::New && done.is_some_and(|done| done > begun) {
            return Ok(());
        }
        let config = self.config.load_full();
        let keyed = self.keys.names().await?;
        let mut asked = self.hosted();
        let can_be_asked = |place: &Place| !place.needs_key() || keyed.iter().any(|name| name == place.key_name());
        asked.retain(|place| match scope {
            Scope::Here => place.local(),
            Scope::All => can_be_asked(place),
            Scope::New => can_be_asked(place) && !self.has_heard(place),
        });
        if config.models.probe && (scope != Scope::New || !looked) {
            asked.extend(self.probes.iter().filter(|probe| !place::taken(&config, probe)).filter_map(Place::probed));
        }
        if asked.is_empty() && scope == Scope::New {
            return Ok(());
        }
        let mut rounds = JoinSet::new();
        for place in asked {
            let has_key = keyed.iter().any(|name| name == place.key_name());
            let (outside, keys, shown) = (self.outside.clone(), self.keys.clone(), self.shown.clone());
            rounds.spawn(async move {
                let key = if has_key { key_of(&keys, &place).await } else { Ok(None) };
                match key {
                    Ok(key) => {
                        let asker = Asker { outside, place, key };
                        let heard = heard(&asker, &shown).await;
                        (asker.place, heard)
                    }
                    Err(trouble) => (place, Err(trouble)),
                }
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
            if scope != Scope::New || !looked {
                (state.here_at, state.looked) = (Some(now), true);
            }
            state.all_at = if scope == Scope::All { Some(now) } else { state.all_at };
            state.lists.iter().map(|(id, list)| (id.clone(), list.kept.clone())).collect()
        };
        self.allow();
        if let Err(error) = self.cache.write(&kept) {
            tracing::warn!(%error, "the list of models could not be kept");
        }
        Ok(())
    }

    /// Whether a provider answered once, or was asked by this process.
    fn has_heard(&self, place: &Place) -> bool {
        let state = self.lock();
        let list = state.lists.get(place.id.as_str()).filter(|list| list.kept.base == place.base);
        list.is_some_and(|list| !list.kept.models.is_empty() || list.state != ProviderState::Unchecked)
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
}

/// The key for a question. A keychain that is locked now, or a key that is not for this address, is a trouble of that provider alone.
async fn key_of(keys: &Keys, place: &Place) -> Result<Option<Arc<Secret>>, Trouble> {
    let trouble = |why: String| Trouble { state: ProviderState::NoKey, why };
    match tokio::time::timeout(UNLOCKING, keys.get_for(place.key_name(), &place.root())).await {
        Ok(key) => key.map_err(|info| trouble(info.message)),
        Err(_) => Err(trouble("The keychain did not give the key; it may be locked.".to_owned())),
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
