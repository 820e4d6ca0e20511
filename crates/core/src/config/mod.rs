//! The configuration of agents and servers: what holds until the person says otherwise, what was ever changed over it, and that a
//! change is one that the protocol knows. The store keeps it as JSON by key; it is read by every turn, so it is swapped whole.

mod change;
mod rules;

use std::collections::BTreeMap;

use axion_protocol::{
    AgentConfig, AppConfig, ChannelsConfig, CompactionConfig, EgressConfig, GatewayConfig, ModelsConfig, SessionMode, WebhookConfig,
};
use axion_store::{ReadTx, StoreError};
use serde_json::Value;

pub use change::changed;

/// What holds until the person says otherwise.
pub fn defaults() -> AppConfig {
    AppConfig {
        gateway: GatewayConfig { port: 0 },
        providers: BTreeMap::new(),
        models: ModelsConfig { default: None, probe: true, silence_seconds: 60, local_silence_seconds: 300 },
        agent: AgentConfig {
            mode: SessionMode::Ask,
            instructions: String::new(),
            max_steps: 100,
            max_minutes: 60,
            max_tokens: 2_000_000,
            max_cost: None,
            same_calls: 3,
        },
        compaction: CompactionConfig { automatic: true, threshold: 80 },
        egress: EgressConfig { air_gap: false, hosts: Vec::new() },
        channels: ChannelsConfig { webhook: WebhookConfig { enabled: false, port: 0 } },
    }
}

/// Reads what was ever changed over the defaults. A value that this version does not know is left at its default.
pub fn load(tx: &ReadTx<'_>) -> Result<AppConfig, StoreError> {
    let mut config = defaults();
    for (key, value) in tx.list_config()? {
        // Where keys may be sent stands in the same table, out of reach of every command.
        if key.starts_with(crate::keys::BONDS) {
            continue;
        }
        let Ok(value) = serde_json::from_str::<Value>(value.get()) else { continue };
        match changed(&config, &key, value) {
            Ok(change) => config = change.config,
            Err(error) => tracing::warn!(%key, %error, "a stored configuration is not known to this version"),
        }
    }
    Ok(config)
}
