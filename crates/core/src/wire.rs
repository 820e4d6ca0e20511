//! From the store's rows, which serialise to the wire's shapes, to the wire's types.

use axion_protocol::ErrorInfo;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::failure::internal;

/// Reads a row as its wire type. That this cannot fail is what the store's tests against the schema are for.
pub fn of<T: DeserializeOwned>(row: &impl Serialize) -> Result<T, ErrorInfo> {
    let text = serde_json::to_string(row).map_err(|error| internal("A row could not be written", error))?;
    text_of(&text)
}

/// Reads the JSON text of a wire type.
pub fn text_of<T: DeserializeOwned>(text: &str) -> Result<T, ErrorInfo> {
    serde_json::from_str(text).map_err(|error| internal("What is stored could not be read", error))
}
