//! Which models there are: of the providers that a person configured, of servers that were found on this machine, and the scripted
//! demo agent. Nothing is asked before somebody opens the list (or sends a message without naming a model, which asks this machine only);
//! what was last heard is kept, in memory and in `models.json` in the home.
//!
//! Each claim about a model says where it comes from. Which words a provider speaks on the wire is the runner's business, except for lists.

mod anthropic;
mod ask;
mod cache;
mod catalogue;
mod choose;
mod describe;
mod http;
mod machine;
mod ollama;
mod openai;
mod place;
mod presets;
mod registry;
mod resolve;
mod shown;
#[cfg(test)]
mod tests;
mod veil;

pub use place::usual_probes;
pub use registry::Registry;

/// What a server said of one of its models.
#[derive(Debug, Clone, Default, PartialEq, serde::Serialize, serde::Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(crate) struct Heard {
    /// Its name there.
    name: String,
    /// A name for people.
    title: Option<String>,
    /// The window that it will have.
    window: Option<u64>,
    /// The window that it has now, where it is loaded with another one.
    window_now: Option<u64>,
    /// The longest window that it was made for.
    window_most: Option<u64>,
    /// Whether the server said what it can do; what is not in `can` it cannot do then.
    says: bool,
    can: Vec<axion_protocol::Capability>,
    bytes: Option<u64>,
    loaded: Option<bool>,
    price: Option<axion_protocol::ModelPrice>,
    /// It runs elsewhere although the server is here.
    elsewhere: bool,
}

/// Why a provider has no list, in the words of its state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Trouble {
    state: axion_protocol::ProviderState,
    why: String,
}
