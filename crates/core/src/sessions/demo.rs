//! The scripted demo agent as the only model: what there is until somebody names providers.

use async_trait::async_trait;
use axion_protocol::{ClaimSource, ErrorCode, ErrorInfo, ModelInfo, ProviderKind, TurnModel};

use super::ports::Models;
use crate::failure::internal;

/// Only the demo agent.
pub struct DemoOnly;

#[async_trait]
impl Models for DemoOnly {
    async fn resolve(&self, id: &str) -> Result<TurnModel, ErrorInfo> {
        if id == "demo" || id.starts_with("demo/") {
            return self.usual().await;
        }
        Err(ErrorInfo::new(ErrorCode::NoModel, format!("There is no model {id:?}.")).with_hint("Choose another model."))
    }

    async fn usual(&self) -> Result<TurnModel, ErrorInfo> {
        let provider = axion_protocol::ProviderId::new("demo").map_err(|error| internal("An id is not valid", error))?;
        Ok(TurnModel {
            provider: provider.clone(),
            kind: ProviderKind::Demo,
            model: ModelInfo {
                id: "demo".into(),
                provider,
                capabilities: ["streaming", "tools"].map(str::to_owned).into(),
                context_window: 32_768,
                name: "demo".into(),
                title: "Demo agent (scripted)".into(),
                claims: Vec::new(),
                context_source: ClaimSource::Assumed,
                local: true,
                demo: true,
                price: None,
                bytes: None,
                warning: None,
                loaded: None,
            },
        })
    }
}
