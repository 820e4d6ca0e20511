//! JSON-RPC 2.0 as all transports of Axion speak it: requests with an id, notifications without, and errors whose `data` is an `ErrorInfo`.
//!
//! Parameters and results stay raw JSON here, so that a message is parsed once, by the code that knows its type. Batches are
//! deliberately absent: no client of ours sends them.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::value::RawValue;

use crate::{ErrorCode, ErrorInfo, clip};

/// The constant `"2.0"`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Version;

impl Serialize for Version {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str("2.0")
    }
}

impl<'de> Deserialize<'de> for Version {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        if text == "2.0" { Ok(Self) } else { Err(serde::de::Error::custom("jsonrpc must be \"2.0\"")) }
    }
}

/// The id of a request, echoed in its answer.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(untagged)]
pub enum EnvelopeId {
    /// A number, as our own clients send.
    Number(u64),
    /// A string.
    Text(String),
}

/// A request, or a notification if it has no id.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Request {
    /// Always `"2.0"`.
    pub jsonrpc: Version,
    /// Absent in a notification, which is not answered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<EnvelopeId>,
    /// Name of the command or notification.
    pub method: String,
    /// JSON text of the parameters; absent means `{}`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub params: Option<Box<RawValue>>,
}

impl Request {
    /// JSON text of the parameters.
    #[must_use]
    pub fn params_text(&self) -> &str {
        self.params.as_deref().map_or("{}", RawValue::get)
    }
}

/// The error object of an answer. `data` is the truth; `code` and `message` are for generic clients.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RpcError {
    /// A JSON-RPC code.
    pub code: i64,
    /// The sentence for the person.
    pub message: String,
    /// What Axion's clients read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub data: Option<ErrorInfo>,
}

impl From<ErrorInfo> for RpcError {
    fn from(info: ErrorInfo) -> Self {
        let code = match info.code {
            ErrorCode::InvalidParams => -32602,
            ErrorCode::UnknownCommand => -32601,
            ErrorCode::Internal => -32603,
            _ => -32000,
        };
        Self { code, message: info.message.clone(), data: Some(info) }
    }
}

impl From<RpcError> for ErrorInfo {
    fn from(error: RpcError) -> Self {
        error.data.unwrap_or_else(|| Self::new(ErrorCode::Internal, clip(&error.message, 4000)))
    }
}

/// The answer to a request: either a result or an error.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Response {
    /// Always `"2.0"`.
    pub jsonrpc: Version,
    /// Id of the request; `null` if it could not be read.
    pub id: Option<EnvelopeId>,
    /// JSON text of the result.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub result: Option<Box<RawValue>>,
    /// Why there is no result.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<RpcError>,
}

impl Response {
    /// An answer from what [`crate::dispatch`] returned.
    #[must_use]
    pub fn new(id: Option<EnvelopeId>, outcome: Result<String, ErrorInfo>) -> Self {
        let checked = outcome.and_then(|json| {
            RawValue::from_string(json).map_err(|error| ErrorInfo::new(ErrorCode::Internal, format!("The answer is not JSON: {error}.")))
        });
        let (result, error) = match checked {
            Ok(result) => (Some(result), None),
            Err(info) => (None, Some(RpcError::from(info))),
        };
        Self { jsonrpc: Version, id, result, error }
    }

    /// The result's JSON text, or the error.
    ///
    /// # Errors
    /// The error of the answer, or `internal` if it holds neither.
    pub fn into_outcome(self) -> Result<Box<RawValue>, ErrorInfo> {
        match (self.result, self.error) {
            (_, Some(error)) => Err(error.into()),
            (Some(result), None) => Ok(result),
            (None, None) => Err(ErrorInfo::new(ErrorCode::Internal, "The answer holds neither a result nor an error.")),
        }
    }
}

/// A message of a connection on which both sides ask, such as Core's to the runner.
#[derive(Debug, Clone)]
pub enum Envelope {
    /// A request or notification.
    Request(Request),
    /// An answer.
    Response(Response),
}

impl Envelope {
    /// Reads one message; what has a `method` is a request.
    ///
    /// # Errors
    /// If the text is not JSON or not JSON-RPC 2.0.
    pub fn parse(text: &str) -> Result<Self, serde_json::Error> {
        #[derive(Deserialize)]
        struct Either {
            jsonrpc: Version,
            #[serde(default)]
            id: Option<EnvelopeId>,
            #[serde(default)]
            method: Option<String>,
            #[serde(default)]
            params: Option<Box<RawValue>>,
            #[serde(default, deserialize_with = "some")]
            result: Option<Box<RawValue>>,
            #[serde(default)]
            error: Option<RpcError>,
        }
        // A result of `null` is a result.
        fn some<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Box<RawValue>>, D::Error> {
            Box::<RawValue>::deserialize(deserializer).map(Some)
        }
        let Either { jsonrpc, id, method, params, result, error } = serde_json::from_str(text)?;
        Ok(match method {
            Some(method) => Self::Request(Request { jsonrpc, id, method, params }),
            None => Self::Response(Response { jsonrpc, id, result, error }),
        })
    }
}
