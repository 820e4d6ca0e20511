//! What was heard, made fit to be kept and shown: names without tricks, those that the person wants, providers and how they are.

use axion_protocol::{Provider, ProviderState, clip};

use super::Heard;
use super::place::Place;
use super::registry::List;

/// Most models of one provider.
const MOST: usize = 5000;

/// Names without tricks, each once, not too many.
pub(super) fn tidy(models: Vec<Heard>) -> Vec<Heard> {
    let mut names = std::collections::HashSet::new();
    let fine = |heard: &Heard| !heard.name.is_empty() && heard.name.len() <= 350 && !heard.name.chars().any(char::is_control);
    let mut models: Vec<Heard> = models.into_iter().filter(fine).filter(|heard| names.insert(heard.name.clone())).take(MOST).collect();
    for heard in &mut models {
        heard.title = heard.title.take().map(|title| title.chars().filter(|char| !char.is_control()).take(200).collect());
        let most = 100_000_000;
        for window in [&mut heard.window, &mut heard.window_now, &mut heard.window_most] {
            *window = window.filter(|window| *window > 0).map(|window| window.min(most));
        }
        heard.bytes = heard.bytes.filter(|bytes| *bytes < 1 << 50);
    }
    models
}

/// Those that the person wants to see of a provider: all, or those that are named in its configuration.
pub(super) fn wanted(place: &Place, heard: &[Heard]) -> Vec<Heard> {
    match place.config.as_ref().and_then(|config| config.models.as_ref()).filter(|names| !names.is_empty()) {
        None => heard.to_vec(),
        Some(names) => {
            let known = |name: &String| heard.iter().find(|one| one.name == *name).cloned();
            names
                .iter()
                .filter(|name| !name.is_empty())
                .map(|name| known(name).unwrap_or_else(|| Heard { name: name.clone(), ..Heard::default() }))
                .collect()
        }
    }
}

pub(super) fn shown(place: &Place, list: Option<&List>, keyed: &[String], air_gap: bool) -> Provider {
    let list = list.filter(|list| list.kept.base == place.base);
    let keyed = keyed.iter().any(|name| name == place.key_name());
    let (state, problem) = if air_gap && !place.local() {
        (ProviderState::Blocked, Some("The air gap is on: nothing leaves this machine.".to_owned()))
    } else if place.needs_key() && !keyed {
        (ProviderState::NoKey, Some(format!("It needs a key named `{}`.", place.key_name())))
    } else {
        list.map_or((ProviderState::Unchecked, None), |list| (list.state, list.problem.clone()))
    };
    Provider {
        id: place.id.clone(),
        kind: place.kind,
        title: clip(&place.title, 200),
        base_url: clip(&place.base, 2000),
        local: place.local(),
        found: place.found,
        key_name: Some(place.key_name().to_owned()).filter(|_| keyed || place.needs_key()),
        keyed,
        state,
        problem,
        checked_at: list.filter(|list| list.state != ProviderState::Unchecked).map(|list| list.kept.at),
        models: list.map_or(0, |list| wanted(place, &list.kept.models).len() as u64),
    }
}

pub(super) fn shown_demo(place: &Place) -> Provider {
    Provider {
        id: place.id.clone(),
        kind: place.kind,
        title: place.title.clone(),
        base_url: String::new(),
        local: true,
        found: false,
        key_name: None,
        keyed: false,
        state: ProviderState::Ready,
        problem: None,
        checked_at: None,
        models: 1,
    }
}
