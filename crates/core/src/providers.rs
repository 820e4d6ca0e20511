//! All that model calls need, put together once for a home: the configuration, the way out, the keys and the registry of models.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use arc_swap::ArcSwap;
use axion_egress::Net;
use axion_protocol::{AppConfig, ChannelId, ChannelInfo, ChannelState, ErrorInfo};
use axion_store::Store;
use serde_json::Value;
use tokio::sync::watch;

use crate::Core;
use crate::config;
use crate::egress::Outside;
use crate::failure::storage;
use crate::host::Host;
use crate::keys::Keys;
use crate::models::{Registry, usual_probes};

/// Providers of models, and the way to them.
pub(crate) struct Providers {
    pub(crate) config: Arc<ArcSwap<AppConfig>>,
    pub(crate) outside: Arc<Outside>,
    pub(crate) keys: Arc<Keys>,
    pub(crate) registry: Arc<Registry>,
    pub(crate) started_at: u64,
    store: Store,
    host: Arc<dyn Host>,
    /// One change at a time: each is made of what the one before left.
    changing: tokio::sync::Mutex<()>,
    told: watch::Sender<Arc<AppConfig>>,
    /// Channels that a shell opened, or could not open.
    channels: Mutex<BTreeMap<ChannelId, ChannelInfo>>,
}

impl Providers {
    /// For a home whose configuration was read. `runtime` is where Node comes from.
    pub(crate) async fn open(
        home: &Path,
        store: Store,
        host: Arc<dyn Host>,
        config: Arc<ArcSwap<AppConfig>>,
        runtime: &str,
    ) -> Result<Self, ErrorInfo> {
        let outside = Outside::new(Net::default(), store.clone(), host.clone(), config.clone(), runtime);
        let keys = Arc::new(Keys::new(home, store.clone(), host.clone()));
        let ollama = std::env::var("OLLAMA_HOST").ok();
        let registry = Registry::new(home, outside.clone(), keys.clone(), config.clone(), host.clone(), usual_probes(ollama.as_deref()))?;
        registry.look_at_keys().await?;
        let started_at = host.now();
        let told = watch::Sender::new(config.load_full());
        Ok(Self {
            config,
            outside,
            keys,
            registry,
            started_at,
            store,
            host,
            changing: tokio::sync::Mutex::default(),
            told,
            channels: Mutex::default(),
        })
    }

    /// Changes one key of the configuration: on disk, then in force, for what runs too.
    pub(crate) async fn change(&self, key: &str, value: Value) -> Result<(), ErrorInfo> {
        let _turn = self.changing.lock().await;
        let change = config::changed(&self.config.load(), key, value)?;
        let (now, name) = (self.host.now(), key.to_owned());
        match change.kept {
            Some(kept) => {
                let kept = crate::runs::json(&kept)?;
                self.store.write(move |tx| tx.set_config(&name, &kept, now)).await.map_err(storage)?;
            }
            None => self.store.write(move |tx| tx.remove_config(&name, now)).await.map_err(storage)?,
        }
        self.config.store(Arc::new(change.config));
        self.registry.allow();
        self.told.send_replace(self.config.load_full());
        Ok(())
    }

    /// What a shell said of a channel; off until then.
    pub(crate) fn channel(&self, id: ChannelId) -> ChannelInfo {
        let off = ChannelInfo { id, status: ChannelState::Off, sessions: 0, address: None, problem: None };
        self.channels.lock().unwrap_or_else(PoisonError::into_inner).get(&id).cloned().unwrap_or(off)
    }
}

impl Core {
    /// The configuration as it is now, and each that follows.
    pub fn watch_config(&self) -> watch::Receiver<Arc<AppConfig>> {
        self.inner().providers.told.subscribe()
    }

    /// Says how a channel of a shell is: where it listens, or why it does not. Shown by `get_channels` and `get_health`.
    pub fn set_channel(&self, channel: ChannelInfo) {
        let channels = &self.inner().providers.channels;
        channels.lock().unwrap_or_else(PoisonError::into_inner).insert(channel.id, channel);
    }
}
