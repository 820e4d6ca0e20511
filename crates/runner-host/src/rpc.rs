//! JSON-RPC 2.0 envelopes: reading and writing one frame. Parameters and results stay raw JSON.

use std::borrow::Cow;

use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

use crate::error::RpcError;

/// What a frame is.
#[derive(Debug)]
pub(crate) enum Frame<'a> {
    Request { id: &'a RawValue, method: Cow<'a, str>, params: Option<&'a RawValue> },
    Notification { method: Cow<'a, str>, params: Option<&'a RawValue> },
    Response { id: u64, answer: Result<&'a RawValue, RpcError> },
}

#[derive(Deserialize)]
struct Envelope<'a> {
    #[serde(borrow)]
    jsonrpc: Cow<'a, str>,
    #[serde(borrow, default, deserialize_with = "present")]
    id: Option<&'a RawValue>,
    #[serde(borrow, default)]
    method: Option<Cow<'a, str>>,
    #[serde(borrow, default, deserialize_with = "present")]
    params: Option<&'a RawValue>,
    #[serde(borrow, default, deserialize_with = "present")]
    result: Option<&'a RawValue>,
    #[serde(default)]
    error: Option<WireError>,
}

#[derive(Deserialize)]
struct WireError {
    code: i64,
    message: String,
    #[serde(default)]
    data: Option<Box<RawValue>>,
}

/// Tells `null` from absent, which a plain `Option` does not.
fn present<'de: 'a, 'a, D: Deserializer<'de>>(input: D) -> Result<Option<&'a RawValue>, D::Error> {
    <&'a RawValue>::deserialize(input).map(Some)
}

/// Reads one frame; the error says what is wrong with it.
pub(crate) fn read(frame: &[u8]) -> Result<Frame<'_>, String> {
    let envelope: Envelope<'_> = serde_json::from_slice(frame).map_err(|error| format!("not a message: {error}"))?;
    if envelope.jsonrpc != "2.0" {
        return Err("not JSON-RPC 2.0".into());
    }
    match envelope {
        Envelope { method: Some(method), id, params, result: None, error: None, .. } => match id {
            None => Ok(Frame::Notification { method, params }),
            Some(id) if is_id(id) => Ok(Frame::Request { id, method, params }),
            Some(_) => Err("a request whose id is neither a number nor a short string".into()),
        },
        Envelope { method: None, id: Some(id), params: None, result, error, .. } => {
            let id = id.get().parse().map_err(|_| "an answer to something that was not asked".to_owned())?;
            let answer = match (result, error) {
                (Some(result), None) => Ok(result),
                (None, Some(error)) => Err(from_wire(error)),
                _ => return Err("an answer must hold either a result or an error".into()),
            };
            Ok(Frame::Response { id, answer })
        }
        _ => Err("neither a request nor an answer".into()),
    }
}

fn from_wire(error: WireError) -> RpcError {
    let plain = RpcError::new(error.code, error.message);
    match error.data {
        Some(data) => plain.with_data(data),
        None => plain,
    }
}

fn is_id(id: &RawValue) -> bool {
    let text = id.get();
    text.len() <= 128 && text.starts_with(|c: char| c == '"' || c == '-' || c.is_ascii_digit())
}

/// A request (with id) or notification (without).
pub(crate) fn write_call(id: Option<u64>, method: &str, params: &RawValue) -> Vec<u8> {
    let mut out = Vec::with_capacity(params.get().len() + method.len() + 64);
    out.extend_from_slice(br#"{"jsonrpc":"2.0","#);
    if let Some(id) = id {
        out.extend_from_slice(format!(r#""id":{id},"#).as_bytes());
    }
    out.extend_from_slice(br#""method":"#);
    push_text(&mut out, method);
    out.extend_from_slice(br#","params":"#);
    push_raw(&mut out, params);
    out.extend_from_slice(b"}\n");
    out
}

/// The answer to a request of the other side.
pub(crate) fn write_answer(id: &RawValue, answer: &Result<Box<RawValue>, RpcError>) -> Vec<u8> {
    let mut out = Vec::with_capacity(128);
    out.extend_from_slice(br#"{"jsonrpc":"2.0","id":"#);
    out.extend_from_slice(id.get().as_bytes());
    match answer {
        Ok(result) => {
            out.extend_from_slice(br#","result":"#);
            push_raw(&mut out, result);
        }
        Err(error) => {
            out.extend_from_slice(format!(r#","error":{{"code":{},"message":"#, error.code).as_bytes());
            push_text(&mut out, &error.message);
            if let Some(data) = &error.data {
                out.extend_from_slice(br#","data":"#);
                push_raw(&mut out, data);
            }
            out.push(b'}');
        }
    }
    out.extend_from_slice(b"}\n");
    out
}

/// Raw JSON may be pretty-printed. Between tokens a newline is only white space, and inside strings JSON has none, so
/// each can become a space without reading the value.
fn push_raw(out: &mut Vec<u8>, raw: &RawValue) {
    out.extend(raw.get().bytes().map(|byte| if byte == b'\n' || byte == b'\r' { b' ' } else { byte }));
}

fn push_text(out: &mut Vec<u8>, text: &str) {
    out.extend_from_slice(serde_json::Value::from(text).to_string().as_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;

    fn raw(text: &str) -> Box<RawValue> {
        RawValue::from_string(text.into()).unwrap()
    }

    #[test]
    fn a_call_reads_back() {
        let bytes = write_call(Some(7), "a\"b\n", &raw("{\n  \"x\": \"two\\nlines\"\n}"));
        assert_eq!(bytes.iter().filter(|byte| **byte == b'\n').count(), 1);
        match read(&bytes[..bytes.len() - 1]).unwrap() {
            Frame::Request { id, method, params } => {
                assert_eq!(id.get(), "7");
                assert_eq!(method, "a\"b\n");
                let value: serde_json::Value = serde_json::from_str(params.unwrap().get()).unwrap();
                assert_eq!(value["x"], "two\nlines");
            }
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn answers_read_back() {
        let ok = write_answer(&raw("3"), &Ok(raw("null")));
        assert!(matches!(read(&ok).unwrap(), Frame::Response { id: 3, answer: Ok(v) } if v.get() == "null"));
        let error = RpcError::new(-1, "no").with_data(raw("[1]"));
        let bad = write_answer(&raw("4"), &Err(error));
        match read(&bad).unwrap() {
            Frame::Response { id: 4, answer: Err(error) } => {
                assert_eq!((error.code, error.message.as_str()), (-1, "no"));
                assert_eq!(error.data.unwrap().get(), "[1]");
                assert!(!RpcError::new(RpcError::GONE, "the runner is gone").is_gone());
            }
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn what_is_no_message_is_refused() {
        for bad in [
            "",
            "nul",
            "[]",
            "7",
            "{}",
            "\u{0}",
            "{\"jsonrpc\":\"2.0\"}",
            "{\"jsonrpc\":\"1.0\",\"method\":\"a\"}",
            "{\"jsonrpc\":\"2.0\",\"method\":\"a\",\"id\":{}}",
            "{\"jsonrpc\":\"2.0\",\"method\":\"a\",\"id\":null}",
            "{\"jsonrpc\":\"2.0\",\"id\":1}",
            "{\"jsonrpc\":\"2.0\",\"id\":\"x\",\"result\":1}",
            "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":1,\"error\":{\"code\":1,\"message\":\"\"}}",
            "{\"jsonrpc\":\"2.0\",\"method\":\"a\",\"result\":1}",
            "{\"jsonrpc\":\"2.0\",\"method\":3}",
            "{\"jsonrpc\":\"2.0\",\"method\":\"a\",\"method\":\"b\"}",
            "[{\"jsonrpc\":\"2.0\",\"method\":\"a\"}]",
        ] {
            assert!(read(bad.as_bytes()).is_err(), "{bad}");
        }
        assert!(read(b"{\"jsonrpc\":\"2.0\",\"method\":\"\xff\"}").is_err());
        let long = format!("{{\"jsonrpc\":\"2.0\",\"method\":\"a\",\"id\":\"{}\"}}", "x".repeat(200));
        assert!(read(long.as_bytes()).is_err());
    }

    #[test]
    fn unknown_fields_and_deep_values_are_carried_not_walked() {
        let deep = format!("{}{}", "[".repeat(200_000), "]".repeat(200_000));
        let text = format!("{{\"jsonrpc\":\"2.0\",\"method\":\"a\",\"trace\":1,\"params\":{deep}}}");
        assert!(matches!(read(text.as_bytes()), Ok(Frame::Notification { .. })));
    }
}
