//! Providers as places to ask: configured, or looked for on this machine. Pure.

use std::time::Duration;

use axion_egress::Target;
use axion_protocol::{AppConfig, ModelsConfig, ProviderConfig, ProviderId, ProviderKind, clip};
use serde::{Deserialize, Serialize};

/// The scripted agent's provider and model.
pub const DEMO: &str = "demo";
/// Its title, which says what it is.
pub const DEMO_TITLE: &str = "Demo agent (scripted)";

/// What is known of how a server on this machine is made, beside the protocol that it speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Flavour {
    /// Ollama.
    Ollama,
    /// LM Studio.
    LmStudio,
    /// llama.cpp's server.
    LlamaCpp,
    /// vLLM.
    Vllm,
    /// Jan.
    Jan,
    /// Nothing is known.
    Plain,
}

/// A usual place of a server on this machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Probe {
    /// The id that its provider gets.
    pub id: &'static str,
    /// Which program is expected there.
    pub flavour: Flavour,
    /// Its name for people.
    pub title: &'static str,
    /// Its base address.
    pub base: String,
}

/// The usual ports. `OLLAMA_HOST` moves Ollama's where it names this machine.
pub fn usual_probes(ollama: Option<&str>) -> Vec<Probe> {
    let ollama = ollama.and_then(ollama_address).unwrap_or_else(|| "http://127.0.0.1:11434".to_owned());
    let probe = |id, flavour, title, base: &str| Probe { id, flavour, title, base: base.to_owned() };
    vec![
        probe("ollama", Flavour::Ollama, "Ollama", &ollama),
        probe("lmstudio", Flavour::LmStudio, "LM Studio", "http://127.0.0.1:1234/v1"),
        probe("llamacpp", Flavour::LlamaCpp, "llama.cpp", "http://127.0.0.1:8080/v1"),
        probe("vllm", Flavour::Vllm, "vLLM", "http://127.0.0.1:8000/v1"),
        probe("jan", Flavour::Jan, "Jan", "http://127.0.0.1:1337/v1"),
    ]
}

fn ollama_address(said: &str) -> Option<String> {
    let said = said.trim().trim_end_matches('/');
    let whole = if said.contains("://") { said.to_owned() } else { format!("http://{said}") };
    let target = Target::parse(&whole).ok()?;
    let mut origin = target.origin;
    // Ollama's own reading: a host alone means its usual port, and 0.0.0.0 is where it listens, not where it is asked.
    if !said.trim_start_matches("http://").contains(':') {
        origin.port = 11434;
    }
    if origin.host == "0.0.0.0" {
        origin.host = "127.0.0.1".to_owned();
    }
    origin.is_loopback().then(|| origin.to_string())
}

/// A provider that can be asked.
#[derive(Debug, Clone, PartialEq)]
pub struct Place {
    /// Its id.
    pub id: ProviderId,
    /// What it speaks.
    pub kind: ProviderKind,
    /// Its name for people.
    pub title: String,
    /// Its base address, without a slash at the end.
    pub base: String,
    /// Found rather than configured.
    pub found: bool,
    /// How it is made, if that is known.
    pub flavour: Flavour,
    /// What the person wrote.
    pub config: Option<ProviderConfig>,
}

impl Place {
    /// One that the person configured.
    pub fn configured(id: &ProviderId, config: &ProviderConfig) -> Self {
        let base = usual_path(config.kind, config.base_url.trim_end_matches('/'));
        let flavour = if config.kind == ProviderKind::Ollama { Flavour::Ollama } else { Flavour::Plain };
        let title = config.title.clone().filter(|title| !title.trim().is_empty()).unwrap_or_else(|| id.to_string());
        Self { id: id.clone(), kind: config.kind, title: clip(&title, 200), base, found: false, flavour, config: Some(config.clone()) }
    }

    /// One that is looked for. `None` if its id is none.
    pub fn probed(probe: &Probe) -> Option<Self> {
        let kind = if probe.flavour == Flavour::Ollama { ProviderKind::Ollama } else { ProviderKind::OpenaiChat };
        let id = ProviderId::new(probe.id).ok()?;
        Some(Self { id, kind, title: probe.title.to_owned(), base: probe.base.clone(), found: true, flavour: probe.flavour, config: None })
    }

    /// Whether it is on this machine.
    pub fn local(&self) -> bool {
        Target::parse(&self.base).is_ok_and(|target| target.origin.is_loopback())
    }

    /// How long it may say nothing, by the person's word.
    pub fn silence(&self, config: &ModelsConfig) -> Duration {
        Duration::from_secs(if self.local() { config.local_silence_seconds } else { config.silence_seconds })
    }

    /// The key of the configuration that says how long it may say nothing.
    pub fn silence_key(&self) -> &'static str {
        if self.local() { "models.localSilenceSeconds" } else { "models.silenceSeconds" }
    }

    /// The name of its key.
    pub fn key_name(&self) -> &str {
        self.config.as_ref().and_then(|config| config.key_name.as_deref()).unwrap_or(self.id.as_str())
    }

    /// Whether it cannot be asked without a key: the person named one, or it is one of the kinds that are never open.
    pub fn needs_key(&self) -> bool {
        let named = self.config.as_ref().is_some_and(|config| config.key_name.is_some());
        named || (!self.local() && matches!(self.kind, ProviderKind::Anthropic | ProviderKind::OpenaiResponses))
    }

    /// The address without its path.
    pub fn root(&self) -> String {
        Target::parse(&self.base).map_or_else(|_| self.base.clone(), |target| target.origin.to_string())
    }
}

/// The address with the path that a kind has. People write what their other programs want: with `/v1` or without it.
fn usual_path(kind: ProviderKind, base: &str) -> String {
    let bare = Target::parse(base).is_ok_and(|target| target.path() == "/");
    match kind {
        ProviderKind::Ollama => base.strip_suffix("/v1").or_else(|| base.strip_suffix("/api")).unwrap_or(base).to_owned(),
        _ if bare => format!("{base}/v1"),
        _ => base.to_owned(),
    }
}

/// Those that the person configured and switched on.
pub fn configured(config: &AppConfig) -> Vec<Place> {
    let usable = config.providers.iter().filter(|(_, provider)| provider.enabled);
    usable.filter_map(|(id, provider)| Some(Place::configured(&ProviderId::new(id.as_str()).ok()?, provider))).collect()
}

/// Whether a configured provider stands where one is looked for, or has its name: then it is not looked for.
pub fn taken(config: &AppConfig, probe: &Probe) -> bool {
    let origin = |address: &str| Target::parse(address).ok().map(|target| (target.origin.port, target.origin.is_loopback()));
    config
        .providers
        .iter()
        .any(|(id, provider)| id == probe.id || (origin(&probe.base).is_some() && origin(&provider.base_url) == origin(&probe.base)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ollama_is_looked_for_where_it_says_if_that_is_here() {
        for (said, expected) in [
            (None, "http://127.0.0.1:11434"),
            (Some("127.0.0.1:9999"), "http://127.0.0.1:9999"),
            (Some("0.0.0.0"), "http://127.0.0.1:11434"),
            (Some("0.0.0.0:11500"), "http://127.0.0.1:11500"),
            (Some("http://localhost:7000/"), "http://localhost:7000"),
            (Some("192.168.1.5:11434"), "http://127.0.0.1:11434"),
            (Some("https://ollama.example.com"), "http://127.0.0.1:11434"),
            (Some(""), "http://127.0.0.1:11434"),
        ] {
            assert_eq!(usual_probes(said)[0].base, expected, "{said:?}");
        }
    }

    #[test]
    fn an_address_gets_the_path_of_its_kind() {
        use ProviderKind::{Anthropic, Ollama, OpenaiChat};
        for (kind, written, expected) in [
            (Anthropic, "https://api.anthropic.com", "https://api.anthropic.com/v1"),
            (Anthropic, "https://api.anthropic.com/v1", "https://api.anthropic.com/v1"),
            (OpenaiChat, "http://localhost:8080", "http://localhost:8080/v1"),
            (OpenaiChat, "https://openrouter.ai/api/v1", "https://openrouter.ai/api/v1"),
            (OpenaiChat, "https://a.example/openai", "https://a.example/openai"),
            (Ollama, "http://localhost:11434/v1", "http://localhost:11434"),
            (Ollama, "http://localhost:11434/api", "http://localhost:11434"),
            (Ollama, "http://localhost:11434", "http://localhost:11434"),
        ] {
            assert_eq!(usual_path(kind, written), expected);
        }
    }

    #[test]
    fn every_probe_is_on_this_machine_and_has_an_id() {
        for probe in usual_probes(None) {
            assert!(Place::probed(&probe).is_some_and(|place| place.local()), "{probe:?}");
        }
    }
}
