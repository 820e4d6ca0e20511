//! Anthropic's list of models: names and titles; windows and prices come from the catalogue where it does not say them.

use axion_protocol::ProviderState;
use serde_json::Value;

use super::ask::Asker;
use super::{Heard, Trouble};

pub(super) async fn list(asker: &Asker) -> Result<Vec<Heard>, Trouble> {
    let answer = asker.get(&format!("{}/models?limit=1000", asker.place.base)).await?;
    let entries = answer
        .get("data")
        .and_then(Value::as_array)
        .ok_or_else(|| Trouble { state: ProviderState::Refused, why: "It answered with something that is no list of models".to_owned() })?;
    let heard = entries.iter().filter_map(|entry| {
        Some(Heard {
            name: entry.get("id").and_then(Value::as_str)?.to_owned(),
            title: entry.get("display_name").and_then(Value::as_str).map(str::to_owned),
            window: entry.get("max_input_tokens").and_then(Value::as_u64),
            ..Heard::default()
        })
    });
    Ok(heard.collect())
}
