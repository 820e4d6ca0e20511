//! Which model answers where the person named none: what is loaded here, what is here, what has a key elsewhere, the demo agent. Pure.

use axion_protocol::{Capability, ModelInfo};

/// The best of what there is. `usable` says which providers can be asked (a key is there where one is needed).
pub(super) fn usual(models: &[ModelInfo], usable: impl Fn(&ModelInfo) -> bool) -> Option<&ModelInfo> {
    let has = |model: &ModelInfo, capability| model.claims.iter().any(|claim| claim.capability == capability && claim.has);
    let rank = |model: &ModelInfo| {
        let group = match (model.demo, model.local) {
            (true, _) => 0,
            (false, false) => 1,
            (false, true) if model.loaded == Some(true) => 3,
            (false, true) => 2,
        };
        let tools = has(model, Capability::Tools);
        // A warning here is about memory or a short window: better another one. Among equals the larger knows more.
        (group, tools, model.warning.is_none(), model.context_window >= 16_384, model.bytes.unwrap_or(0))
    };
    // The first of equals, so that the choice does not change from one moment to the next.
    let mut best: Option<&ModelInfo> = None;
    for model in models.iter().filter(|model| usable(model)) {
        if best.is_none_or(|known| rank(model) > rank(known)) {
            best = Some(model);
        }
    }
    best
}

#[cfg(test)]
mod tests {
    use super::super::Heard;
    use super::super::describe::{demo, describe};
    use super::super::place::Place;
    use super::*;
    use axion_protocol::{ProviderConfig, ProviderId, ProviderKind};

    fn model(provider: &str, base: &str, heard: Heard) -> ModelInfo {
        let config = ProviderConfig {
            kind: ProviderKind::OpenaiChat,
            base_url: base.into(),
            title: None,
            key_name: None,
            enabled: true,
            models: None,
            headers: None,
            context_window: Some(32_768),
        };
        describe(&Place::configured(&ProviderId::new(provider).unwrap(), &config), &heard, None)
    }

    #[test]
    fn loaded_here_then_here_then_elsewhere_then_the_demo() {
        let here = |name: &str, loaded, bytes| {
            model("l", "http://127.0.0.1:1/v1", Heard { name: name.into(), loaded: Some(loaded), bytes: Some(bytes), ..Heard::default() })
        };
        let far = model("h", "https://api.example.com/v1", Heard { name: "gpt-4o".into(), ..Heard::default() });
        let demo = demo(&super::super::registry::demo_place().unwrap());
        let all = vec![demo.clone(), far.clone(), here("small", false, 1), here("large", false, 9), here("loaded", true, 1)];
        let pick = |models: &[ModelInfo]| usual(models, |_| true).unwrap().name.clone();
        assert_eq!(pick(&all), "loaded");
        assert_eq!(pick(&all[..4]), "large");
        assert_eq!(pick(&all[..2]), "gpt-4o");
        assert_eq!(usual(&all[..2], |model| model.local).unwrap().name, "demo", "no key, no hosted model");
        let mute = model(
            "l",
            "http://127.0.0.1:1/v1",
            Heard { name: "mute".into(), says: true, bytes: Some(99), loaded: Some(false), ..Heard::default() },
        );
        assert_eq!(pick(&[mute, here("small", false, 1)]), "small", "one that can use tools");
    }
}
