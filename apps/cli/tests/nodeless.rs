//! A machine without Node: everything but running says what is missing and what to do, with the exit codes that scripts rely on.

mod support;

use serde_json::json;
use support::{Home, Ran};

#[test]
fn validate_says_that_nothing_was_checked() {
    let home = Home::new();
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../../examples/caught.axion");
    let ran = Ran::of(home.command().env("AXION_NODE", "/nowhere/node").args(["validate", file]).output().unwrap());
    assert_eq!(ran.code, 2, "{ran:?}");
    assert!(ran.err.contains("was not checked") && ran.err.contains("Node") && ran.err.contains("install_runtime"), "{ran:?}");
    assert!(ran.out.is_empty(), "{ran:?}");
}

#[test]
fn a_wrong_archive_is_an_error_of_the_command() {
    let home = Home::new();
    let file = home.write("node.tar.gz", b"not node");
    let refused = home.call("install_runtime", &json!({ "consent": true, "file": file })).unwrap_err();
    assert_eq!(refused["code"], "invalid_params", "{refused}");
    assert!(refused["message"].as_str().unwrap().contains("SHA-256") && refused["hint"].is_string(), "{refused}");
}
