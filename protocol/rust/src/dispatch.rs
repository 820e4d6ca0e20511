//! The hand-written part of the command dispatch: who calls, what a transport knows of a command, and the errors of the door itself.

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::{ErrorCode, ErrorInfo};

/// Who sends a command: one window, browser tab or command line.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Caller {
    /// Key of the connection, unique while it lives. Subscriptions belong to it and end with it.
    pub client: String,
}

impl Caller {
    /// A caller with this connection key.
    #[must_use]
    pub fn new(client: impl Into<String>) -> Self {
        Self { client: client.into() }
    }
}

/// What a transport must know of a command before it calls it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CommandFacts {
    /// The name on the wire.
    pub name: &'static str,
    /// Whether state is changed, so that a repetition needs care.
    pub changes: bool,
    /// Longest accepted JSON text of the parameters, in bytes.
    pub max_bytes: usize,
}

/// Refuses unknown names and parameters that are too large or no object, before anything is parsed.
pub(crate) fn admit(commands: &[CommandFacts], name: &str, params: &str) -> Result<(), ErrorInfo> {
    let facts = commands.iter().find(|facts| facts.name == name).ok_or_else(|| unknown(name))?;
    if params.len() > facts.max_bytes {
        return Err(ErrorInfo::new(
            ErrorCode::TooLarge,
            format!("The parameters of {name} are {} bytes; at most {} are accepted.", params.len(), facts.max_bytes),
        ));
    }
    // serde would also read a struct from a list; the protocol has no positional parameters.
    if params.trim_start().starts_with('{') {
        Ok(())
    } else {
        Err(ErrorInfo::new(ErrorCode::InvalidParams, format!("The parameters of {name} must be a JSON object.")))
    }
}

pub(crate) fn unknown(name: &str) -> ErrorInfo {
    let shown: String = name.chars().take(80).collect();
    ErrorInfo::new(ErrorCode::UnknownCommand, format!("There is no command {shown:?}."))
}

pub(crate) fn decode<P: DeserializeOwned>(name: &str, params: &str) -> Result<P, ErrorInfo> {
    serde_json::from_str(params).map_err(|error| {
        ErrorInfo::new(ErrorCode::InvalidParams, crate::clip(&format!("The parameters of {name} are not valid: {error}."), 4000))
    })
}

pub(crate) fn encode<R: Serialize>(result: &R) -> Result<String, ErrorInfo> {
    serde_json::to_string(result).map_err(|error| ErrorInfo::new(ErrorCode::Internal, format!("The answer could not be written: {error}.")))
}
