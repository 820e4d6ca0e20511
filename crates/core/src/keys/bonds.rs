//! Where each key may be sent: the origins of the providers that named it when it was set, or the first that it was used with. An address that
//! is changed afterwards gets no key until the person sets it once more, so that nobody leads a key astray by changing the configuration.

use axion_protocol::{ErrorCode, ErrorInfo};
use serde_json::Value;

use super::Keys;
use crate::failure::storage;

/// Keys of the store's configuration table; no command can name them.
pub const PREFIX: &str = "keys.";

impl Keys {
    /// Lets a key be sent to these origins and no others; to the first that asks, if there are none.
    pub(super) async fn bind(&self, name: &str, origins: &[String]) -> Result<(), ErrorInfo> {
        let (key, now) = (format!("{PREFIX}{name}"), self.host.now());
        if origins.is_empty() {
            return self.store.write(move |tx| tx.remove_config(&key, now)).await.map_err(storage);
        }
        let list = crate::runs::json(&Value::from(origins.to_vec()))?;
        self.store.write(move |tx| tx.set_config(&key, &list, now)).await.map_err(storage)
    }

    async fn bound(&self, name: &str) -> Result<Vec<String>, ErrorInfo> {
        let (store, key) = (self.store.clone(), format!("{PREFIX}{name}"));
        let read = tokio::task::spawn_blocking(move || store.read(|tx| tx.list_config())).await;
        let all = read.map_err(|error| crate::failure::internal("A read broke off", error))?.map_err(storage)?;
        let found = all.into_iter().find(|(known, _)| *known == key);
        Ok(found.and_then(|(_, value)| serde_json::from_str(value.get()).ok()).unwrap_or_default())
    }

    /// Whether a key may be sent there. One that was not sent anywhere yet is bound to it.
    pub(super) async fn admit(&self, name: &str, origin: &str) -> Result<(), ErrorInfo> {
        // Two that ask at once must not both be the first.
        let _turn = self.binding.lock().await;
        let bound = self.bound(name).await?;
        if bound.is_empty() {
            return self.bind(name, &[origin.to_owned()]).await;
        }
        if bound.iter().any(|known| known == origin) {
            return Ok(());
        }
        let message = format!("The key `{name}` was set for {} and is not sent to {origin}.", bound.join(", "));
        let hint = format!("If that address is right, set the key once more: in Settings, Models, or with `axion keys set {name}`.");
        Err(ErrorInfo::new(ErrorCode::Forbidden, message).with_hint(hint))
    }
}
