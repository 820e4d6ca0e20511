//! From what a server said to what is shown: each claim with its source (the person's word, the server's, the catalogue's, an
//! assumption), and a warning where this machine is too small. Pure.

use axion_protocol::{Capability, CapabilityClaim, ClaimSource, ModelInfo, clip};

use super::Heard;
use super::catalogue::family;
use super::machine::Memory;
use super::place::{DEMO, DEMO_TITLE, Flavour, Place};

/// A window that nobody said anything about.
const UNKNOWN_NEAR: u64 = 8192;
const UNKNOWN_FAR: u64 = 32_768;
/// Below this an agent forgets its task.
const SMALL: u64 = 16_384;
const GIB: u64 = 1 << 30;

/// The id of a model: unique among all providers.
pub(super) fn id(provider: &str, name: &str) -> String {
    clip(&format!("{provider}/{name}"), 400)
}

/// A model as it is shown.
pub(super) fn describe(place: &Place, heard: &Heard, memory: Option<Memory>) -> ModelInfo {
    let local = place.local() && !heard.elsewhere;
    let known = if local { None } else { family(&heard.name) };
    let (context_window, context_source) = window(place, heard, known.map(|family| family.window), local, memory);
    let claims: Vec<CapabilityClaim> = Capability::ALL
        .iter()
        .map(|capability| {
            let (has, source) = match known {
                _ if heard.says => (heard.can.contains(capability), ClaimSource::Server),
                Some(family) => (family.can.contains(capability), ClaimSource::Catalogue),
                None => (matches!(capability, Capability::Streaming | Capability::Tools), ClaimSource::Assumed),
            };
            CapabilityClaim { capability: *capability, has, source }
        })
        .collect();
    let title = heard.title.as_deref().map(str::trim).filter(|title| !title.is_empty()).unwrap_or(&heard.name);
    ModelInfo {
        id: id(place.id.as_str(), &heard.name),
        provider: place.id.clone(),
        capabilities: claims.iter().filter(|claim| claim.has).map(|claim| claim.capability.as_str().to_owned()).collect(),
        context_window,
        name: clip(&heard.name, 400),
        title: clip(title, 400),
        claims,
        context_source,
        local,
        demo: false,
        price: if local { None } else { heard.price.clone().or_else(|| known.and_then(|family| family.price())) },
        bytes: heard.bytes,
        warning: warning(place, heard, local, context_window, memory),
        loaded: heard.loaded,
    }
}

fn window(place: &Place, heard: &Heard, known: Option<u64>, local: bool, memory: Option<Memory>) -> (u64, ClaimSource) {
    if let Some(window) = place.config.as_ref().and_then(|config| config.context_window) {
        return (window, ClaimSource::Person);
    }
    if place.flavour == Flavour::Ollama && local {
        // Ollama gives the window that is asked for, up to what the model was made for: as much as this machine has room for.
        let most = heard.window_most.unwrap_or(u64::MAX);
        if let Some(window) = heard.window {
            return (window.min(most), ClaimSource::Server);
        }
        let room = room(memory);
        return match heard.window_now {
            Some(now) if now >= room => (now.min(most), ClaimSource::Server),
            _ if most <= room => (most, ClaimSource::Server),
            _ => (room, ClaimSource::Assumed),
        };
    }
    if let Some(window) = heard.window.filter(|window| *window > 0) {
        return (window, ClaimSource::Server);
    }
    match (known, local) {
        (Some(window), _) => (window, ClaimSource::Catalogue),
        (None, true) => (heard.window_most.map_or(UNKNOWN_NEAR, |most| most.min(UNKNOWN_NEAR)), ClaimSource::Assumed),
        (None, false) => (UNKNOWN_FAR, ClaimSource::Assumed),
    }
}

/// How long a window this machine has room for, roughly: an agent's work needs 16 Ki or more.
fn room(memory: Option<Memory>) -> u64 {
    match memory.map(|memory| memory.total) {
        Some(total) if total < 7 * GIB => 8192,
        Some(total) if total < 24 * GIB => 16_384,
        Some(_) => 32_768,
        None => 16_384,
    }
}

fn warning(place: &Place, heard: &Heard, local: bool, window: u64, memory: Option<Memory>) -> Option<String> {
    if !local {
        return None;
    }
    let mut said = Vec::new();
    if let (Some(bytes), Some(memory)) = (heard.bytes, memory) {
        // What a model needs beside its weights grows with the window; a tenth is the least.
        let needed = bytes + bytes / 10;
        if needed > memory.total {
            said.push(format!(
                "Needs about {} and this machine has {}: it will not run, or very slowly.",
                size(needed),
                size(memory.total)
            ));
        } else if heard.loaded != Some(true) && needed > memory.free {
            said.push(format!("Needs about {} and {} are free now: close other programs first.", size(needed), size(memory.free)));
        }
    }
    if let Some(now) = heard.window_now.filter(|now| place.flavour == Flavour::Ollama && *now < window) {
        said.push(format!("Loaded with a window of {now} tokens; the first message loads it again with {window}."));
    } else if window < SMALL {
        let more = heard.window_most.filter(|most| *most > window);
        let how =
            more.map_or_else(String::new, |most| format!(" The model was made for up to {most}: start its server with a longer one."));
        said.push(format!("A window of {window} tokens is short for agent work.{how}"));
    }
    if heard.says && !heard.can.contains(&Capability::Tools) {
        said.push("It cannot use tools: it can talk, and nothing else.".to_owned());
    }
    (!said.is_empty()).then(|| clip(&said.join(" "), 400))
}

fn size(bytes: u64) -> String {
    let tenths = bytes / (GIB / 10);
    format!("{}.{} GiB", tenths / 10, tenths % 10)
}

/// The scripted agent.
pub(super) fn demo(place: &Place) -> ModelInfo {
    let can = [Capability::Streaming, Capability::Tools, Capability::Reasoning, Capability::Images];
    let claims: Vec<CapabilityClaim> = Capability::ALL
        .iter()
        .map(|capability| CapabilityClaim { capability: *capability, has: can.contains(capability), source: ClaimSource::Measured })
        .collect();
    ModelInfo {
        id: DEMO.to_owned(),
        provider: place.id.clone(),
        capabilities: can.iter().map(|capability| capability.as_str().to_owned()).collect(),
        context_window: 32_768,
        name: DEMO.to_owned(),
        title: DEMO_TITLE.to_owned(),
        claims,
        context_source: ClaimSource::Measured,
        local: true,
        demo: true,
        price: None,
        bytes: None,
        warning: None,
        loaded: Some(true),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axion_protocol::{ProviderConfig, ProviderId, ProviderKind};

    fn place(kind: ProviderKind, base: &str, window: Option<u64>) -> Place {
        let config = ProviderConfig {
            kind,
            base_url: base.into(),
            title: None,
            key_name: None,
            enabled: true,
            models: None,
            headers: None,
            context_window: window,
        };
        Place::configured(&ProviderId::new("p").unwrap(), &config)
    }

    fn ollama() -> Place {
        place(ProviderKind::Ollama, "http://127.0.0.1:11434", None)
    }

    fn memory(total: u64, free: u64) -> Option<Memory> {
        Some(Memory { total: total * GIB, free: free * GIB })
    }

    #[test]
    fn the_persons_word_goes_before_the_servers_and_that_before_the_catalogues() {
        let heard = Heard { name: "gpt-4o".into(), window: Some(9000), ..Heard::default() };
        let far = "https://api.example.com/v1";
        let of = |place: &Place, heard: &Heard| {
            let info = describe(place, heard, None);
            (info.context_window, info.context_source)
        };
        assert_eq!(of(&place(ProviderKind::OpenaiChat, far, Some(5000)), &heard), (5000, ClaimSource::Person));
        assert_eq!(of(&place(ProviderKind::OpenaiChat, far, None), &heard), (9000, ClaimSource::Server));
        let silent = Heard { name: "gpt-4o".into(), ..Heard::default() };
        assert_eq!(of(&place(ProviderKind::OpenaiChat, far, None), &silent), (128_000, ClaimSource::Catalogue));
        assert_eq!(
            of(&place(ProviderKind::OpenaiChat, "http://127.0.0.1:1/v1", None), &silent),
            (8192, ClaimSource::Assumed),
            "a name alone proves nothing here"
        );
        let info = describe(&place(ProviderKind::OpenaiChat, far, None), &silent, None);
        assert!(info.claims.iter().all(|claim| claim.source == ClaimSource::Catalogue) && info.price.is_some());
    }

    #[test]
    fn ollama_is_asked_for_a_window_that_fits() {
        let heard = Heard { name: "m".into(), window_most: Some(131_072), ..Heard::default() };
        assert_eq!(describe(&ollama(), &heard, memory(16, 8)).context_window, 16_384);
        assert_eq!(describe(&ollama(), &heard, memory(64, 8)).context_window, 32_768);
        assert_eq!(
            describe(&ollama(), &Heard { window_most: Some(4096), ..heard.clone() }, memory(64, 8)).context_window,
            4096,
            "never more than it was made for"
        );
        let pinned = describe(&ollama(), &Heard { window: Some(65_536), ..heard.clone() }, memory(16, 8));
        assert_eq!((pinned.context_window, pinned.context_source), (65_536, ClaimSource::Server));
        let small = describe(&ollama(), &Heard { window_now: Some(4096), loaded: Some(true), ..heard }, memory(16, 8));
        assert!(small.warning.unwrap().contains("4096"), "the silent four thousand are said aloud");
    }

    #[test]
    fn what_does_not_fit_is_warned_of() {
        let heard = Heard { name: "m".into(), bytes: Some(20 * GIB), window_most: Some(131_072), ..Heard::default() };
        assert!(describe(&ollama(), &heard, memory(16, 8)).warning.unwrap().contains("22.0 GiB"));
        assert!(describe(&ollama(), &heard, memory(64, 8)).warning.unwrap().contains("free now"));
        assert_eq!(describe(&ollama(), &Heard { loaded: Some(true), ..heard.clone() }, memory(64, 8)).warning, None);
        assert_eq!(describe(&ollama(), &heard, None).warning, None, "where nothing is known nothing is said");
        let mute = Heard { says: true, can: vec![Capability::Streaming], bytes: None, ..heard };
        assert!(describe(&ollama(), &mute, None).warning.unwrap().contains("cannot use tools"));
    }

    #[test]
    fn a_model_that_runs_elsewhere_is_not_called_local() {
        let heard = Heard { name: "big:cloud".into(), elsewhere: true, ..Heard::default() };
        assert!(!describe(&ollama(), &heard, memory(16, 8)).local);
    }
}
