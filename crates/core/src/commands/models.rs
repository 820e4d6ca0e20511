//! Models, providers, configuration, keys, egress.

use axion_protocol::*;

use super::Outcome;
use crate::core::Inner;
use crate::keys::Secret;
use crate::wire;

/// Entries of one page of the ledger if the reader names no number.
const USUAL_PAGE: u64 = 200;

impl Inner {
    pub(crate) async fn get_config(&self, _params: GetConfigParams) -> Outcome<AppConfig> {
        Ok(AppConfig::clone(&self.providers.config.load()))
    }

    pub(crate) async fn update_config(&self, params: UpdateConfigParams) -> Outcome<()> {
        self.providers.change(&params.key, params.value).await
    }

    pub(crate) async fn get_models(&self, params: GetModelsParams) -> Outcome<Vec<ModelInfo>> {
        self.providers.registry.models(params.refresh == Some(true)).await
    }

    pub(crate) async fn list_providers(&self, params: ListProvidersParams) -> Outcome<Vec<Provider>> {
        self.providers.registry.providers(params.refresh == Some(true)).await
    }

    pub(crate) async fn set_key(&self, params: SetKeyParams) -> Outcome<KeyInfo> {
        let origins = self.providers.registry.origins_of(&params.name);
        let info = self.providers.keys.set(&params.name, Secret::new(params.value), &origins).await?;
        self.providers.registry.look_at_keys().await?;
        Ok(info)
    }

    pub(crate) async fn list_keys(&self, _params: ListKeysParams) -> Outcome<KeyList> {
        self.providers.keys.list().await
    }

    pub(crate) async fn remove_key(&self, params: RemoveKeyParams) -> Outcome<()> {
        self.providers.keys.remove(&params.name).await?;
        self.providers.registry.look_at_keys().await
    }

    pub(crate) async fn list_egress(&self, params: ListEgressParams) -> Outcome<EgressPage> {
        let (before, limit) = (params.before, params.limit.unwrap_or(USUAL_PAGE));
        let session = params.session_id.map(SessionId::into_string);
        // The ends of requests that are over are on their way to the disk: behind them.
        self.write(|_| Ok(())).await?;
        let (rows, more) = self.read(move |tx| tx.list_egress(session.as_deref(), before, limit)).await?;
        Ok(EgressPage { entries: wire::of(&rows)?, more, air_gap: self.providers.config.load().egress.air_gap })
    }
}
