//! Models, providers, configuration, keys, egress, health and metrics.

use axion_protocol::*;

use super::Outcome;
use crate::core::Inner;

fn not_there(command: &str) -> ErrorInfo {
    ErrorInfo::new(ErrorCode::UnknownCommand, format!("{command} is not there yet."))
}

impl Inner {
    pub(crate) async fn get_config(&self, _params: GetConfigParams) -> Outcome<AppConfig> {
        Err(not_there("get_config"))
    }
    pub(crate) async fn update_config(&self, _params: UpdateConfigParams) -> Outcome<()> {
        Err(not_there("update_config"))
    }
    pub(crate) async fn get_models(&self, _params: GetModelsParams) -> Outcome<Vec<ModelInfo>> {
        Err(not_there("get_models"))
    }
    pub(crate) async fn get_channels(&self, _params: GetChannelsParams) -> Outcome<Vec<ChannelInfo>> {
        Err(not_there("get_channels"))
    }
    pub(crate) async fn get_health(&self, _params: GetHealthParams) -> Outcome<HealthStatus> {
        Err(not_there("get_health"))
    }
    pub(crate) async fn get_metrics(&self, _params: GetMetricsParams) -> Outcome<Metrics> {
        Err(not_there("get_metrics"))
    }
    pub(crate) async fn list_providers(&self, _params: ListProvidersParams) -> Outcome<Vec<Provider>> {
        Err(not_there("list_providers"))
    }
    pub(crate) async fn set_key(&self, _params: SetKeyParams) -> Outcome<KeyInfo> {
        Err(not_there("set_key"))
    }
    pub(crate) async fn list_keys(&self, _params: ListKeysParams) -> Outcome<KeyList> {
        Err(not_there("list_keys"))
    }
    pub(crate) async fn remove_key(&self, _params: RemoveKeyParams) -> Outcome<()> {
        Err(not_there("remove_key"))
    }
    pub(crate) async fn list_egress(&self, _params: ListEgressParams) -> Outcome<EgressPage> {
        Err(not_there("list_egress"))
    }
}
