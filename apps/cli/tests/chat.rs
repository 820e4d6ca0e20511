//! `axion chat` and what goes with it, against the demo agent and against servers that speak a provider's protocol: exit codes, what stands on
//! which output, who is asked, and what happens where nobody is there to ask.

mod support;

use std::process::{Child, Command, Stdio};

use serde_json::{Value, json};
use support::{Home, Lines, Ran, Served, can_run, repository, to_the_end};

/// With the demo agent, unless another model is named: a server that happens to run on this machine would be chosen before it.
fn chat(home: &Home, more: &[&str]) -> Ran {
    let model: &[&str] = if more.contains(&"--model") || more.contains(&"--session") { &[] } else { &["--model", "demo"] };
    Ran::of(to_the_end(home.command().arg("chat").args(model).args(more)))
}

/// Each line is a JSON object.
fn lines(ran: &Ran) -> Vec<Value> {
    ran.out.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line:?} in {ran:?}"))).collect()
}

fn sessions(home: &Home) -> Vec<Value> {
    home.call("list_sessions", &json!({})).unwrap().as_array().unwrap().clone()
}

#[test]
fn one_message_is_answered_on_standard_output() {
    if !can_run() {
        return;
    }
    let home = Home::new();
    let ran = chat(&home, &["-p", "hello"]);
    ran.code(0);
    assert!(ran.out.starts_with("You said: \"hello\".") && ran.out.contains("demo agent") && ran.out.ends_with('\n'), "{ran:?}");
    assert!(ran.err.contains("tokens in"), "{ran:?}");
    let known = sessions(&home);
    assert_eq!((known.len(), known[0]["channelId"].as_str(), known[0]["messageCount"].as_u64()), (1, Some("cli"), Some(2)));

    let id = known[0]["id"].as_str().unwrap();
    let mut piped =
        home.command().args(["chat", "--session", id]).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    std::io::Write::write_all(&mut piped.stdin.take().unwrap(), "again, from a pipe".as_bytes()).unwrap();
    let ran = Ran::of(piped.wait_with_output().unwrap());
    ran.code(0);
    assert!(ran.out.contains("again, from a pipe"), "{ran:?}");
    assert_eq!(home.call("get_messages", &json!({ "sessionId": id })).unwrap().as_array().unwrap().len(), 4);
}

#[test]
fn json_is_one_event_a_line_and_nothing_else() {
    if !can_run() {
        return;
    }
    let home = Home::new();
    let ran = chat(&home, &["-p", "look", "--json", "--grant", home.work().to_str().unwrap()]);
    ran.code(0);
    let events = lines(&ran);
    let seqs: Vec<u64> = events.iter().map(|event| event["seq"].as_u64().unwrap()).collect();
    assert!(seqs.windows(2).all(|pair| pair[1] == pair[0] + 1), "{seqs:?}");
    assert_eq!((events[0]["type"].as_str(), events.last().unwrap()["type"].as_str()), (Some("message-added"), Some("turn-finished")));
    let said: String = events.iter().filter(|event| event["type"] == "text-added").map(|event| event["text"].as_str().unwrap()).collect();
    assert!(said.contains("demo agent"), "{said}");
}

#[test]
fn what_is_wrong_is_said_before_anything_is_sent() {
    let home = Home::new();
    for (more, code, words) in [
        (&["-p", "x", "--session", "none"][..], 2, "no session"),
        (&["-p", "x", "--model", "none"], 2, "no model"),
        (&["-p", "  "], 2, "no message"),
        (&[], 2, "no message"),
        (&["-p", "x", "--grant", "/nowhere/at/all"], 2, "no such folder"),
        (&["-p", "x", "--mode", "anything"], 2, "read-only"),
        (&["-p", "x", "--unknown"], 2, "unexpected"),
    ] {
        let ran = chat(&home, more);
        assert!(ran.code == code && ran.out.is_empty() && ran.err.contains(words), "{more:?}: {ran:?}");
    }
    assert!(sessions(&home).iter().all(|session| session["messageCount"] == 0));
    let ran = Ran::of(to_the_end(home.command().env("AXION_NODE", "/nowhere/node").args(["chat", "-p", "x"])));
    assert!(ran.code == 3 && ran.err.contains("Node"), "{ran:?}");
}

#[test]
fn where_nobody_is_there_nothing_is_changed_unless_the_mode_allows_it() {
    if !can_run() {
        return;
    }
    let home = Home::new();
    let file = home.write("note.md", "Title\ntext\n");
    let grant = format!("{}:rw", home.work().display());
    let refused = chat(&home, &["-p", "edit", "--grant", &grant]);
    refused.code(0);
    assert!(refused.err.contains("nobody is here to answer, so this was not allowed: Change note.md?"), "{refused:?}");
    assert_eq!(std::fs::read_to_string(&file).unwrap(), "Title\ntext\n");
    let asked = chat(&home, &["-p", "ask"]);
    assert!(asked.code == 0 && asked.err.contains("left unanswered"), "{asked:?}");

    let read_only = chat(&home, &["-p", "edit", "--grant", &grant, "--mode", "read-only"]);
    assert!(read_only.code == 0 && std::fs::read_to_string(&file).unwrap() == "Title\ntext\n", "{read_only:?}");
    let changed = chat(&home, &["-p", "edit", "--grant", &grant, "--mode", "accept-edits"]);
    changed.code(0);
    assert!(changed.err.contains("- Title") && changed.err.contains("+ Title (seen by the demo agent)"), "{changed:?}");
    assert!(std::fs::read_to_string(&file).unwrap().starts_with("Title (seen"));
}

#[test]
fn a_failure_is_exit_1_with_what_to_do() {
    if !can_run() {
        return;
    }
    let home = Home::new();
    let ran = chat(&home, &["-p", "fail auth"]);
    assert!(ran.code == 1 && ran.out.contains("I begin to answer") && ran.err.contains("key was refused"), "{ran:?}");
}

#[test]
fn it_is_handed_over_to_who_holds_the_home() {
    if !can_run() {
        return;
    }
    let home = Home::new();
    let served = Served::start(&home);
    let ran = chat(&home, &["-p", "hello there"]);
    ran.code(0);
    assert!(ran.out.contains("hello there"), "{ran:?}");
    assert_eq!(sessions(&home)[0]["messageCount"], 2);
    assert_eq!(home.call("get_system", &json!({})).unwrap()["pid"], served.child.id());
}

/// A scripted model server of its own process.
struct Server {
    child: Child,
    base: String,
}

impl Server {
    fn start(home: &Home, protocol: &str, script: &Value) -> Self {
        let file = home.write(&format!("{protocol}.json"), script.to_string());
        let node = std::env::var_os("AXION_NODE").unwrap_or_else(|| "node".into());
        let program = repository().join("packages/testkit/src/servers/main.ts");
        let mut child = Command::new(node)
            .arg(program)
            .args(["--protocol", protocol, "--key", "sk-canary-41", "--script"])
            .arg(file)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = Lines::of(&mut child);
        let address: Value =
            serde_json::from_str(&lines.next("the server's address").unwrap_or_else(|| panic!("{}", lines.aside()))).unwrap();
        Self { child, base: address["base"].as_str().unwrap().to_owned() }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn a_real_protocol_is_spoken_with_a_key_that_never_shows() {
    if !can_run() {
        return;
    }
    let home = Home::new();
    let script = json!({
        "models": [{ "name": "tiny", "contextWindow": 8192, "tools": true }],
        "replies": [{ "when": "weather", "parts": [{ "text": "Rain\u{1b}[31m, later sun." }], "usage": { "input": 11, "output": 7 } }],
    });
    for protocol in ["openai-chat", "openai-responses", "anthropic", "ollama"] {
        let server = Server::start(&home, protocol, &script);
        let provider = json!({ "key": format!("providers.{protocol}"), "value": { "kind": protocol, "baseUrl": server.base, "keyName": "canary", "enabled": true } });
        home.call("update_config", &provider).unwrap();

        let missing = chat(&home, &["-p", "weather?", "--model", &format!("{protocol}/tiny")]);
        assert!(missing.code != 0 && missing.out.is_empty(), "without its key: {missing:?}");
        set_key(&home, "canary", "sk-canary-41\n").code(0);
        let _ = home.axion(["models"]);
        let ran = chat(&home, &["-p", "weather?", "--model", &format!("{protocol}/tiny")]);
        assert!(ran.code == 0 && ran.out == "Rain[31m, later sun.\n", "{protocol}: {ran:?}");
        assert!(ran.err.contains("11 tokens in, 7 out"), "{protocol}: {ran:?}");

        let ledger = home.axion(["egress", "--json"]);
        assert!(lines(&ledger).iter().any(|entry| entry["purpose"] == "model" && entry["status"] == 200), "{protocol}: {ledger:?}");
        assert!(!ledger.out.contains("canary-41"));
        home.axion(["keys", "remove", "canary"]).code(0);
    }
}

fn set_key(home: &Home, name: &str, value: &str) -> Ran {
    let mut child =
        home.command().args(["keys", "set", name]).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    std::io::Write::write_all(&mut child.stdin.take().unwrap(), value.as_bytes()).unwrap();
    Ran::of(child.wait_with_output().unwrap())
}

#[test]
fn a_key_goes_in_by_standard_input_and_never_comes_out() {
    let home = Home::new();
    let set = set_key(&home, "mine", "sk-very-secret-77\n");
    assert!(set.code == 0 && set.out.is_empty() && !set.err.contains("secret-77"), "{set:?}");
    let listed = home.axion(["keys", "list", "--json"]);
    let list: Value = serde_json::from_str(&listed.out).unwrap();
    assert_eq!(list["keys"][0]["name"], "mine");
    assert!(!listed.out.contains("secret-77"));
    for (name, value, words) in [("mine", "", "empty"), ("mine", "two\nlines", "several lines"), ("__proto__ x", "v", "")] {
        let wrong = set_key(&home, name, value);
        assert!(wrong.code == 2 && wrong.err.contains(words), "{wrong:?}");
    }
    assert_eq!(home.axion(["keys", "set", "mine", "on-the-command-line"]).code, 2, "never an argument");
    home.axion(["keys", "remove", "mine"]).code(0);
    let list: Value = serde_json::from_str(&home.axion(["keys", "list", "--json"]).out).unwrap();
    assert_eq!(list["keys"], json!([]));
}

#[test]
fn lists_are_tables_or_json() {
    let home = Home::new();
    let table = home.axion(["models"]);
    assert!(table.code == 0 && table.out.starts_with("MODEL") && table.out.contains("Demo agent (scripted)"), "{table:?}");
    let models: Value = serde_json::from_str(&home.axion(["models", "--json"]).out).unwrap();
    assert!(models.as_array().unwrap().iter().any(|model| model["demo"] == true));
    let channels: Value = serde_json::from_str(&home.axion(["channels", "--json"]).out).unwrap();
    assert!(channels.as_array().unwrap().iter().any(|channel| channel["id"] == "webhook" && channel["status"] == "off"));
    assert_eq!(home.axion(["egress", "--json", "--limit", "1"]).code, 0);
    assert_eq!(home.axion(["egress", "--limit", "0"]).code, 2);
}
