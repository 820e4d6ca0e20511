//! Well-known hosted providers. One is there as soon as a key of its name is set (`axion keys set openrouter`) and is not contacted before; a
//! provider that the person configured under the same name, or with the same key, goes before it. Pure.

use axion_protocol::{AppConfig, ProviderConfig, ProviderId, ProviderKind};

use super::place::Place;

/// Name, which is also its key's; title; what it speaks; address.
const PRESETS: [(&str, &str, ProviderKind, &str); 8] = [
    ("openai", "OpenAI", ProviderKind::OpenaiResponses, "https://api.openai.com/v1"),
    ("anthropic", "Anthropic", ProviderKind::Anthropic, "https://api.anthropic.com/v1"),
    ("openrouter", "OpenRouter", ProviderKind::OpenaiChat, "https://openrouter.ai/api/v1"),
    ("google", "Google Gemini", ProviderKind::OpenaiChat, "https://generativelanguage.googleapis.com/v1beta/openai"),
    ("mistral", "Mistral", ProviderKind::OpenaiChat, "https://api.mistral.ai/v1"),
    ("deepseek", "DeepSeek", ProviderKind::OpenaiChat, "https://api.deepseek.com/v1"),
    ("groq", "Groq", ProviderKind::OpenaiChat, "https://api.groq.com/openai/v1"),
    ("xai", "xAI", ProviderKind::OpenaiChat, "https://api.x.ai/v1"),
];

/// The hosted providers that these keys open.
pub(super) fn opened_by(config: &AppConfig, keyed: &[String]) -> Vec<Place> {
    let uses = |name: &str| config.providers.iter().any(|(id, provider)| id == name || provider.key_name.as_deref() == Some(name));
    let opened = PRESETS.iter().filter(|(name, ..)| keyed.iter().any(|key| key == name) && !uses(name));
    opened.filter_map(|(name, title, kind, base)| preset(name, title, *kind, base)).collect()
}

fn preset(name: &str, title: &str, kind: ProviderKind, base: &str) -> Option<Place> {
    let config = ProviderConfig {
        kind,
        base_url: base.to_owned(),
        title: Some(title.to_owned()),
        key_name: Some(name.to_owned()),
        enabled: true,
        models: None,
        headers: None,
        context_window: None,
    };
    Some(Place::configured(&ProviderId::new(name).ok()?, &config))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn ids(config: &AppConfig, keyed: &[&str]) -> Vec<String> {
        let keyed: Vec<String> = keyed.iter().map(|name| (*name).to_owned()).collect();
        opened_by(config, &keyed).iter().map(|place| place.id.to_string()).collect()
    }

    #[test]
    fn a_key_opens_the_provider_of_its_name_unless_the_person_has_one() {
        let plain = crate::config::defaults();
        assert_eq!(ids(&plain, &[]), Vec::<String>::new());
        assert_eq!(ids(&plain, &["openrouter", "mine"]), ["openrouter"]);
        let own = json!({ "kind": "openai-chat", "baseUrl": "https://azure.example.com/v1", "keyName": "openai", "enabled": false });
        let with = crate::config::changed(&plain, "providers.azure", own).unwrap().config;
        assert_eq!(ids(&with, &["openai", "anthropic"]), ["anthropic"], "the key is for another address");
    }

    #[test]
    fn every_preset_could_have_been_configured() {
        for (name, title, kind, base) in PRESETS {
            let value = json!({ "kind": kind, "baseUrl": base, "title": title, "keyName": name, "enabled": true });
            assert!(crate::config::changed(&crate::config::defaults(), &format!("providers.{name}"), value).is_ok(), "{name}");
            let place = preset(name, title, kind, base).unwrap();
            assert!(place.needs_key() && !place.local() && place.base == base);
        }
    }
}
