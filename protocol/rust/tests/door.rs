//! The door of the commands: what `dispatch` and the envelope refuse before any body is reached.
// Test code: a panic is how it fails.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use axion_protocol::{
    COMMAND_NAMES, COMMANDS, Envelope, EnvelopeId, ErrorCode, ErrorInfo, KindId, Request, Response, RunId, StreamId, clip,
};

#[test]
fn facts_and_names_are_in_one_order() {
    let from_facts: Vec<_> = COMMANDS.iter().map(|facts| facts.name).collect();
    assert_eq!(from_facts, COMMAND_NAMES);
}

#[test]
fn ids_have_their_form() {
    assert!(RunId::new("r1").is_ok());
    assert!(RunId::new("a".repeat(64)).is_ok());
    for wrong in ["", "-a", "__proto__", "a b", "a/b", "é", "a\n"] {
        assert!(RunId::new(wrong).is_err(), "{wrong:?}");
    }
    assert!(RunId::new("a".repeat(65)).is_err());
    assert!(KindId::new("file.list").is_ok());
    assert!(KindId::new("file.").is_err());
    assert!(StreamId::new("workspace").is_ok());
    assert!(StreamId::new("run:r1").is_ok());
    assert!(StreamId::new("workspace:r1").is_err());
    assert!(StreamId::new("runs:r1").is_err());
}

#[test]
fn requests_and_answers_are_told_apart() {
    let request = r#"{"jsonrpc":"2.0","id":7,"method":"get_run","params":{"runId":"r"}}"#;
    let Envelope::Request(request) = Envelope::parse(request).unwrap() else {
        panic!("not a request");
    };
    assert_eq!(request.id, Some(EnvelopeId::Number(7)));
    assert_eq!(request.params_text(), r#"{"runId":"r"}"#);
    let Envelope::Response(answer) = Envelope::parse(r#"{"jsonrpc":"2.0","id":"x","result":null}"#).unwrap() else {
        panic!("not an answer");
    };
    assert_eq!(answer.into_outcome().unwrap().get(), "null");
    for wrong in ["", "[]", "{}", r#"{"jsonrpc":"1.0","method":"a"}"#, r#"{"jsonrpc":"2.0","method":1}"#] {
        assert!(Envelope::parse(wrong).is_err(), "{wrong}");
    }
}

#[test]
fn an_error_crosses_the_envelope_whole() {
    let info = ErrorInfo::new(ErrorCode::NotFound, "There is no run r.").with_hint("Reload.");
    let answer = Response::new(Some(EnvelopeId::Number(1)), Err(info.clone()));
    let text = serde_json::to_string(&answer).unwrap();
    let Envelope::Response(back) = Envelope::parse(&text).unwrap() else {
        panic!("not an answer");
    };
    assert_eq!(back.into_outcome().unwrap_err(), info);
}

#[test]
fn a_notification_has_no_id_and_may_have_no_params() {
    let text = r#"{"jsonrpc":"2.0","method":"ping"}"#;
    let request: Request = serde_json::from_str(text).unwrap();
    assert_eq!(request.params_text(), "{}");
    assert_eq!(serde_json::to_string(&request).unwrap(), text);
}

#[test]
fn clipping_counts_as_javascript_does_and_keeps_characters_whole() {
    assert_eq!(clip("abc", 3), "abc");
    assert_eq!(clip("éé", 2), "éé");
    assert_eq!(clip("a𝄞b", 2), "a");
    assert_eq!(clip("a𝄞b", 3), "a𝄞");
}
