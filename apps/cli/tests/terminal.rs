//! `axion run` at a terminal: it shows live lines, asks for folders and for decisions. The terminal is a real one, made
//! by `script` from util-linux.
#![cfg(target_os = "linux")]

mod support;

use serde_json::json;
use support::terminal::Terminal;
use support::{Home, can_run, graph, repository, with_slot};

#[test]
fn a_person_is_asked_and_their_word_counts() {
    if !can_run() {
        return;
    }
    let home = Home::new();
    let file = repository().join("examples/approval.axion");
    for (answer, word) in [("y\n", "Approved by a person"), ("what\nn\n", "A person said no")] {
        let Some(mut terminal) = Terminal::open(&home, &["run", file.to_str().unwrap(), "--runner", "process"]) else { return };
        terminal.until("Approval: Pay Baltic Freight");
        terminal.until("Approve? [y/n]");
        terminal.type_in(answer);
        terminal.until("Succeeded in");
        terminal.until(word);
        assert_eq!(terminal.end().0, 0);
    }
}

#[test]
fn a_folder_is_asked_for_until_it_is_one() {
    if !can_run() {
        return;
    }
    let home = Home::new();
    let graph = graph(
        &[json!(["c", "constant", { "value": "text" }]), json!(["w", "file.write", { "slot": "out", "path": "a.txt", "mode": "replace" }])],
        &["c.value > w.text"],
    );
    let file = home.graph("g.axion", &with_slot(graph, "out", "rw"));
    let Some(mut terminal) = Terminal::open(&home, &["run", file.to_str().unwrap(), "--runner", "process"]) else { return };
    terminal.until("Folder for `out` (read and write)");
    terminal.type_in("/nowhere/at/all\n");
    terminal.until("no such folder");
    terminal.until("Folder for `out`");
    terminal.type_in(&format!("{}/made\n", home.work().display()));
    terminal.until("Succeeded in");
    assert_eq!(terminal.end().0, 0);
    assert_eq!(std::fs::read_to_string(home.work().join("made/a.txt")).unwrap(), "text");
    let mut terminal = Terminal::open(&home, &["run", file.to_str().unwrap()]).unwrap();
    terminal.until("empty to stop");
    terminal.type_in("\n");
    assert_eq!(terminal.end().0, 2, "who gives none is told that nothing was executed");
}

#[test]
fn ctrl_c_at_the_terminal_cancels() {
    if !can_run() {
        return;
    }
    let home = Home::new();
    let graph = graph(&[json!(["s", "start", {}]), json!(["w", "wait", { "mode": "for", "seconds": 600 }])], &["s.input > w.value"]);
    let file = home.graph("g.axion", &graph);
    let Some(mut terminal) = Terminal::open(&home, &["run", file.to_str().unwrap(), "--runner", "process"]) else { return };
    terminal.until("● w  waiting");
    terminal.type_in("\u{3}");
    terminal.until("Cancelling");
    terminal.until("Cancelled in");
    assert_eq!(terminal.end().0, 130);
}
