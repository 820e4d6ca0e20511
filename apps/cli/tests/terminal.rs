//! `axion run` at a terminal: it shows live lines, asks for folders and for decisions. The terminal is a real one, made
//! by `script` from util-linux.
#![cfg(target_os = "linux")]

mod support;

use std::io::{Read, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use serde_json::json;
use support::{Home, can_run, graph, repository, with_slot};

struct Terminal {
    child: Child,
    seen: String,
}

impl Terminal {
    fn open(home: &Home, arguments: &[&str]) -> Option<Self> {
        if !Path::new("/usr/bin/script").exists() {
            eprintln!("SKIPPED: there is no `script` to make a terminal with");
            return None;
        }
        let quoted: Vec<String> = std::iter::once(env!("CARGO_BIN_EXE_axion"))
            .chain(["--home", home.path().to_str().unwrap()])
            .chain(arguments.iter().copied())
            .map(|word| format!("'{}'", word.replace('\'', "'\\''")))
            .collect();
        let child = Command::new("/usr/bin/script")
            .args(["--quiet", "--return", "--flush", "--echo", "never", "--command", &quoted.join(" "), "/dev/null"])
            .env("TERM", "xterm")
            .env_remove("AXION_HOME")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        Some(Self { child, seen: String::new() })
    }

    fn until(&mut self, text: &str) {
        let mut bytes = [0; 4096];
        while !self.seen.contains(text) {
            let count = self.child.stdout.as_mut().unwrap().read(&mut bytes).unwrap();
            assert_ne!(count, 0, "ended before {text:?}: {}", self.seen);
            self.seen.push_str(&String::from_utf8_lossy(&bytes[..count]));
        }
        self.seen = self.seen.split_off(self.seen.find(text).unwrap() + text.len());
    }

    fn type_in(&mut self, text: &str) {
        self.child.stdin.as_mut().unwrap().write_all(text.as_bytes()).unwrap();
    }

    fn end(mut self) -> (i32, String) {
        self.child.stdout.as_mut().unwrap().read_to_string(&mut self.seen).unwrap();
        (self.child.wait().unwrap().code().unwrap(), self.seen)
    }
}

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
