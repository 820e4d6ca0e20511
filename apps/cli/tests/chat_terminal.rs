//! `axion chat` at a terminal: lines are edited, questions are asked and answered there, Ctrl-C interrupts.
#![cfg(target_os = "linux")]

mod support;

use serde_json::json;
use support::terminal::Terminal;
use support::{Home, can_run};

#[test]
fn a_person_talks_allows_a_change_and_leaves() {
    if !can_run() {
        return;
    }
    let home = Home::new();
    let file = home.write("note.md", "Title\ntext\n");
    let grant = format!("{}:rw", home.work().display());
    let Some(mut terminal) = Terminal::open(&home, &["chat", "--model", "demo", "--grant", &grant]) else { return };
    terminal.until("may change");
    terminal.until("› ");
    // An arrow and a correction, as a person types.
    terminal.type_in("hellp\u{1b}[D\u{1b}[C\u{7f}o\r");
    terminal.until("You said: \"hello\"");
    terminal.until("› ");
    terminal.type_in("edit\r");
    terminal.until("Change note.md?");
    terminal.until("+ Title (seen by the demo agent)");
    terminal.until("1. Allow once");
    terminal.until("? ");
    terminal.type_in("7\r");
    terminal.until("number from 1 to 2");
    terminal.type_in("1\r");
    terminal.until("Done: Changed note.md");
    terminal.until("› ");
    assert!(std::fs::read_to_string(&file).unwrap().starts_with("Title (seen"));
    terminal.type_in("/mode read-only\r");
    terminal.until("read-only");
    terminal.until("› ");
    terminal.type_in("/nonsense\r");
    terminal.until("no command /nonsense");
    terminal.until("› ");
    terminal.type_in("/exit\r");
    assert_eq!(terminal.end().0, 0);
    let sessions = home.call("list_sessions", &json!({})).unwrap();
    assert_eq!(
        (&sessions[0]["mode"], &sessions[0]["messageCount"], &sessions[0]["state"]),
        (&json!("read-only"), &json!(4), &json!("idle"))
    );
}

#[test]
fn ctrl_c_interrupts_the_answer_and_ctrl_d_leaves() {
    if !can_run() {
        return;
    }
    let home = Home::new();
    let Some(mut terminal) = Terminal::open(&home, &["chat", "--model", "demo"]) else { return };
    terminal.until("› ");
    terminal.type_in("slow\r");
    // The first words of the answer are there: before that the line editor may still have the terminal, and take Ctrl-C for a letter.
    terminal.until("This answer");
    terminal.type_in("\u{3}");
    terminal.until("Interrupted; what was said is kept.");
    terminal.until("› ");
    terminal.type_in("ask\r");
    terminal.until("bicycle shed");
    terminal.until("? ");
    terminal.type_in("in my own words\r");
    terminal.until("> They wrote: in my own words");
    terminal.until("› ");
    terminal.type_in("\u{4}");
    assert_eq!(terminal.end().0, 0);
}

#[test]
fn ctrl_c_twice_at_the_prompt_leaves() {
    if !can_run() {
        return;
    }
    let home = Home::new();
    let Some(mut terminal) = Terminal::open(&home, &["chat", "--model", "demo"]) else { return };
    terminal.until("› ");
    terminal.type_in("\u{3}");
    terminal.until("again, or Ctrl-D");
    terminal.type_in("\u{3}");
    assert_eq!(terminal.end().0, 130);
}

/// Lines that are typed ahead, while an answer is being given or in one go, are all taken.
#[test]
fn what_is_typed_ahead_is_said() {
    if !can_run() {
        return;
    }
    let home = Home::new();
    let Some(mut terminal) = Terminal::open(&home, &["chat", "--model", "demo"]) else { return };
    terminal.until("› ");
    terminal.type_in("one\rtwo\r");
    terminal.until("You said: \"one\"");
    terminal.until("You said: \"two\"");
    terminal.until("› ");
    terminal.type_in("\u{4}");
    assert_eq!(terminal.end().0, 0);
}

#[test]
fn asked_to_end_at_the_prompt_it_ends_and_gives_the_terminal_back() {
    if !can_run() {
        return;
    }
    let home = Home::new();
    let Some(mut terminal) = Terminal::open(&home, &["chat", "--model", "demo"]) else { return };
    terminal.until("› ");
    terminal.terminate();
    assert_eq!(terminal.end().0, 130);
}
