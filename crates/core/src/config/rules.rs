//! What the shape of the configuration cannot say: addresses that can be used, names of keys, headers that are no keys.

use axion_egress::{Origin, Target, address, header};
use axion_protocol::{AppConfig, ErrorInfo, ProviderConfig, ProviderKind};

use crate::failure::invalid;

/// Headers that carry keys: those belong into the keychain, since the configuration is shown and stored as it is.
const KEYS: [&str; 6] = ["authorization", "proxy-authorization", "x-api-key", "api-key", "x-goog-api-key", "cookie"];

/// Checks what a change of this key may have made wrong.
pub(super) fn check(config: &AppConfig, key: &str) -> Result<(), ErrorInfo> {
    match key {
        "egress.hosts" => config.egress.hosts.iter().try_for_each(|entry| host(entry)),
        "models.default" if config.models.default.as_deref().is_some_and(|id| id.trim().is_empty()) => {
            Err(invalid("The default model must not be empty. Use null to let Axion choose."))
        }
        _ => match key.strip_prefix("providers.").and_then(|name| config.providers.get_key_value(name)) {
            Some((name, provider)) => check_provider(name, provider),
            None => Ok(()),
        },
    }
}

fn host(entry: &str) -> Result<(), ErrorInfo> {
    let refuse = |why: &str| {
        Err(invalid(format!("`{entry}` is not a host that can be allowed: {why}. Nothing was changed."))
            .with_hint("Write a name, or name:port, of a public host: mirror.example.com"))
    };
    match Target::parse(&format!("https://{entry}/")) {
        Ok(target) if target.path_and_query == "/" => match special(&target.origin) {
            Some(what) => refuse(what),
            None => Ok(()),
        },
        _ => refuse("it is not a name"),
    }
}

/// Why an origin can never be reached, if it is an address that says so.
fn special(origin: &Origin) -> Option<&'static str> {
    if origin.is_loopback() {
        return Some("it is this machine, which only providers may be");
    }
    match origin.host.parse().map(address::reach) {
        Ok(address::Reach::Special(what)) => Some(what),
        _ => None,
    }
}

fn check_provider(name: &str, provider: &ProviderConfig) -> Result<(), ErrorInfo> {
    let refuse = |why: String| Err(invalid(format!("The provider {name} cannot be configured so: {why}. Nothing was changed.")));
    if name == "demo" || provider.kind == ProviderKind::Demo {
        return refuse("`demo` is the scripted agent, which is built in".to_owned());
    }
    let target = match Target::parse(&provider.base_url) {
        Ok(target) => target,
        Err(refusal) => return refuse(refusal.to_string()),
    };
    if target.path_and_query.contains('?') {
        return refuse("its address must have no query; keys are kept apart (`axion keys set`)".to_owned());
    }
    if !target.origin.secure && !target.origin.is_loopback() {
        return refuse("an address on another machine must begin with https://".to_owned());
    }
    if let (false, Some(what)) = (target.origin.is_loopback(), special(&target.origin)) {
        return refuse(format!("its address is {what}, which Axion does not reach; use a public name or a tunnel to this machine"));
    }
    if provider.key_name.as_deref().is_some_and(|key| !crate::keys::is_name(key)) {
        return refuse(crate::keys::NAMES.to_owned());
    }
    for (header_name, value) in provider.headers.iter().flatten() {
        if KEYS.contains(&header_name.to_ascii_lowercase().as_str()) {
            return refuse(format!(
                "the header `{header_name}` holds a key, and the configuration is not secret; set a key instead (`axion keys set`)"
            ));
        }
        if let Err(refusal) = header(header_name, value) {
            return refuse(refusal.to_string());
        }
    }
    Ok(())
}

/// What a key takes, for the hint of an error.
pub(super) fn allowed(key: &str) -> &'static str {
    match key {
        "gateway.port" | "channels.webhook.port" => "A whole number from 0 to 65535; 0 lets the system choose.",
        "models.default" => "The id of a model (PROVIDER/NAME), or null to let Axion choose.",
        "models.probe" | "compaction.automatic" | "egress.airGap" | "channels.webhook.enabled" => "true or false.",
        "models.silenceSeconds" | "models.localSilenceSeconds" => "A whole number of seconds from 1 to 3,600.",
        "agent.mode" => "One of read-only, ask, accept-edits.",
        "agent.instructions" => "A text of at most 20,000 characters.",
        "agent.maxSteps" | "agent.maxMinutes" => "A whole number from 1 to 10,000.",
        "agent.maxTokens" => "A whole number from 1,000 to 1,000,000,000.",
        "agent.maxCost" => "An amount in US dollars, or null for no limit.",
        "agent.sameCalls" => "A whole number from 2 to 100.",
        "compaction.threshold" => "Per cent of the context window, from 10 to 95.",
        "egress.hosts" => "A list of host names.",
        _ => {
            "An object { kind: openai-chat | openai-responses | anthropic | ollama, baseUrl, enabled, title?, keyName?, models?, headers?, contextWindow? }, or null to remove it."
        }
    }
}
