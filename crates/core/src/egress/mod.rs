//! Core's side of the one way out: what may be asked of whom now, made from the configuration and from what was found on this
//! machine, and the ledger in the store. The way itself is `axion-egress`, which knows neither.

mod book;

use std::sync::{Arc, PoisonError, RwLock};

use arc_swap::ArcSwap;
use axion_egress::{Broker, Net, Policy, Rule};
use axion_protocol::{AppConfig, EgressPurpose};
use axion_store::Store;

pub use book::Book;

use crate::host::Host;

/// The way out as Core uses it.
pub struct Outside {
    /// The one broker.
    pub broker: Broker,
    /// The ledger.
    pub book: Arc<Book>,
    config: Arc<ArcSwap<AppConfig>>,
    /// Where Node comes from.
    runtime: String,
    /// Addresses of servers on this machine: those that are looked for, and those that were found.
    local: RwLock<Local>,
}

#[derive(Default)]
struct Local {
    probed: Vec<String>,
    found: Vec<String>,
    hosted: Vec<String>,
}

impl Outside {
    /// With what the configuration allows now.
    pub fn new(net: Net, store: Store, host: Arc<dyn Host>, config: Arc<ArcSwap<AppConfig>>, runtime: &str) -> Arc<Self> {
        let book = Arc::new(Book::new(store, host));
        let broker = Broker::new(net, book.clone());
        let outside = Self { broker, book, config, runtime: runtime.to_owned(), local: RwLock::default() };
        outside.refresh();
        Arc::new(outside)
    }

    /// Servers on this machine that are looked for.
    pub fn probe(&self, addresses: Vec<String>) {
        self.local.write().unwrap_or_else(PoisonError::into_inner).probed = addresses;
        self.refresh();
    }

    /// Addresses of providers: those that were found on this machine, and those that are there by the person's word.
    pub fn providers(&self, found: Vec<String>, hosted: Vec<String>) {
        {
            let mut local = self.local.write().unwrap_or_else(PoisonError::into_inner);
            (local.found, local.hosted) = (found, hosted);
        }
        self.refresh();
    }

    /// Makes the policy anew: after each change of the configuration.
    pub fn refresh(&self) {
        let local = self.local.read().unwrap_or_else(PoisonError::into_inner);
        self.broker.set_policy(policy(&self.config.load(), &self.runtime, &local));
    }
}

fn policy(config: &AppConfig, runtime: &str, local: &Local) -> Policy {
    use EgressPurpose::{Model, ModelList, Runtime};
    let mut rules = Vec::new();
    let mut allow = |purpose, address: &str| match Rule::for_url(purpose, address) {
        Ok(rule) if !rules.contains(&rule) => rules.push(rule),
        Ok(_) => {}
        Err(refusal) => tracing::warn!(%refusal, "an address that cannot be used is not allowed"),
    };
    allow(Runtime, runtime);
    // What was found or is looked for is on this machine, whatever a list says.
    let here = |address: &&String| Rule::for_url(Model, address).is_ok_and(|rule| rule.origin.is_loopback());
    for address in local.hosted.iter().chain(local.found.iter().filter(here)) {
        allow(Model, address);
        allow(ModelList, address);
    }
    if config.models.probe {
        local.probed.iter().filter(here).for_each(|address| allow(ModelList, address));
    }
    Policy { air_gap: config.egress.air_gap, rules, hosts: config.egress.hosts.clone() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axion_egress::{Refusal, Target};
    use serde_json::json;

    fn with(changes: &[(&str, serde_json::Value)]) -> AppConfig {
        changes
            .iter()
            .fold(crate::config::defaults(), |config, (key, value)| crate::config::changed(&config, key, value.clone()).unwrap().config)
    }

    fn admits(policy: &Policy, purpose: EgressPurpose, url: &str) -> bool {
        policy.admit(purpose, &Target::parse(url).unwrap().origin).is_ok()
    }

    #[test]
    fn what_is_configured_is_allowed_for_what_it_is_for() {
        use EgressPurpose::{Model, ModelList, Runtime};
        let config = with(&[("egress.hosts", json!(["mirror.example.com"]))]);
        let local = Local {
            hosted: vec!["https://api.example.com/v1".into()],
            probed: vec!["http://127.0.0.1:8080".into()],
            found: vec!["http://127.0.0.1:11434".into(), "https://evil.example.com".into()],
        };
        let policy = policy(&config, "https://registry.npmjs.org", &local);
        for (purpose, url, expected) in [
            (Model, "https://api.example.com/v1/messages", true),
            (ModelList, "https://api.example.com/v1/models", true),
            (Runtime, "https://api.example.com/", false),
            (Runtime, "https://registry.npmjs.org/node", true),
            (Model, "https://registry.npmjs.org/node", false),
            (Model, "https://off.example.com/", false),
            (Model, "http://127.0.0.1:11434/api/chat", true),
            (Model, "http://127.0.0.1:8080/v1", false),
            (ModelList, "http://127.0.0.1:8080/props", true),
            (Model, "https://evil.example.com/", false),
            (Runtime, "https://mirror.example.com/", true),
        ] {
            assert_eq!(admits(&policy, purpose, url), expected, "{purpose} {url}");
        }
        let quiet = super::policy(&with(&[("models.probe", json!(false))]), "https://registry.npmjs.org", &local);
        assert!(!admits(&quiet, ModelList, "http://127.0.0.1:8080/props"));
        let shut = super::policy(&with(&[("egress.airGap", json!(true))]), "https://registry.npmjs.org", &local);
        assert_eq!(shut.admit(Runtime, &Target::parse("https://registry.npmjs.org").unwrap().origin), Err(Refusal::AirGap));
    }
}
