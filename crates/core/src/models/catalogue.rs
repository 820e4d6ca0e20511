//! The bundled catalogue: what is publicly known of hosted model families, with its date and source, for providers that list names only.

use std::sync::OnceLock;

use axion_protocol::{Capability, ModelPrice};
use serde::Deserialize;

/// A family of models.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Family {
    name: String,
    /// Whose word it is, and of when: see `sources` in the file.
    #[cfg_attr(not(test), expect(dead_code, reason = "read by the test that each family names a source"))]
    source: String,
    pub(super) window: u64,
    pub(super) can: Vec<Capability>,
    input: Option<f64>,
    output: Option<f64>,
    cache_read: Option<f64>,
}

#[derive(Deserialize)]
struct Catalogue {
    models: Vec<Family>,
}

const FILE: &str = include_str!("catalogue.json");

impl Family {
    /// What it costs, where that is known for certain members of the family.
    pub(super) fn price(&self) -> Option<ModelPrice> {
        Some(ModelPrice { input: self.input?, output: self.output?, cache_read: self.cache_read })
    }
}

/// The family of a model of this name.
pub(super) fn family(name: &str) -> Option<&'static Family> {
    static ALL: OnceLock<Vec<Family>> = OnceLock::new();
    let all = ALL.get_or_init(|| match serde_json::from_str::<Catalogue>(FILE) {
        Ok(catalogue) => catalogue.models,
        Err(error) => {
            tracing::error!(%error, "the bundled catalogue cannot be read");
            Vec::new()
        }
    });
    let lower = name.to_lowercase();
    let plain = lower.rsplit('/').next().unwrap_or(&lower);
    // Makers write 4.5 and 4-5; hosts write either.
    let dashed = plain.replace('.', "-");
    let fits = |family: &&Family| plain.starts_with(&family.name) || dashed.starts_with(&family.name);
    all.iter().filter(fits).max_by_key(|family| family.name.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_beginning_counts() {
        for (name, window) in [
            ("gpt-4o-mini-2024-07-18", Some(128_000)),
            ("gpt-4.1", Some(1_047_576)),
            ("openai/gpt-5-mini", Some(272_000)),
            ("claude-sonnet-4-6", Some(1_000_000)),
            ("anthropic/claude-sonnet-4.6", Some(1_000_000)),
            ("claude-sonnet-4-20250514", Some(200_000)),
            ("claude-9-future", Some(200_000)),
            ("llama3.2:3b", None),
            ("", None),
        ] {
            assert_eq!(family(name).map(|family| family.window), window, "{name}");
        }
        assert_eq!(family("gpt-4o-mini").and_then(Family::price).map(|price| price.input), Some(0.15));
        assert_eq!(family("claude-9").and_then(Family::price), None, "no price is guessed for a model that is not known");
    }

    #[test]
    fn every_family_names_a_source_with_a_date() {
        let file: serde_json::Value = serde_json::from_str(FILE).unwrap();
        let catalogue: Catalogue = serde_json::from_str(FILE).unwrap();
        for family in &catalogue.models {
            let source = &file["sources"][&family.source];
            assert!(source["url"].as_str().is_some_and(|url| url.starts_with("https://")) && source["asOf"].is_string(), "{}", family.name);
            assert!(family.window > 1000 && family.can.contains(&Capability::Tools));
            assert!(family.price().is_none_or(|price| price.input > 0.0 && price.output >= price.input));
        }
    }
}
