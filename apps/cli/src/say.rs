//! Words for the person, on standard error: what happened, what to do. Standard output is for results.

use std::io::{IsTerminal, Write};

use axion_protocol::{ErrorInfo, Problem};

/// Prints a line to standard error. If nobody reads it there is nobody to tell.
pub fn note(text: &str) {
    let _ = writeln!(std::io::stderr().lock(), "{text}");
}

/// Prints a result to standard output; false if the reader is gone.
pub fn out(text: &str) -> bool {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{text}").and_then(|()| out.flush()).is_ok()
}

/// What went wrong and what to do.
pub fn problem(message: &str, hint: Option<&str>) {
    note(&format!("axion: {message}"));
    if let Some(hint) = hint {
        note(&format!("  {hint}"));
    }
}

/// An error of Core.
pub fn error(info: &ErrorInfo) {
    problem(&info.message, info.hint.as_deref());
    for problem in info.problems.iter().flatten() {
        note(&format!("  {}", describe(problem)));
    }
}

/// One problem of a graph: where it is, what is wrong, what to do.
pub fn describe(problem: &Problem) -> String {
    let mut place = Vec::new();
    if let Some(node) = &problem.node {
        place.push(format!("node {node}"));
    }
    if let Some(edge) = &problem.edge {
        place.push(format!("edge {edge}"));
    }
    if let Some(field) = &problem.field {
        place.push(format!("field {field}"));
    }
    let place = if place.is_empty() { String::new() } else { format!("{}: ", place.join(", ")) };
    let hint = problem.hint.as_ref().map_or_else(String::new, |hint| format!(" {hint}"));
    // Text of a file goes to a terminal here: control characters must not reach it.
    plain(&format!("{place}{}{hint}", problem.message))
}

/// Without control characters, so that text from a file or a run cannot drive the terminal.
pub fn plain(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

/// Whether a person can be asked: both ends are a terminal.
pub fn can_ask() -> bool {
    std::io::stdin().is_terminal() && std::io::stderr().is_terminal()
}

/// Asks a question and reads one line. `None` at the end of the input.
pub async fn ask(question: &str) -> Option<String> {
    let question = question.to_owned();
    let asked = tokio::task::spawn_blocking(move || {
        let mut err = std::io::stderr().lock();
        write!(err, "{question}").and_then(|()| err.flush()).ok()?;
        drop(err);
        let mut line = String::new();
        match std::io::stdin().read_line(&mut line) {
            Ok(0) | Err(_) => None,
            Ok(_) => Some(line.trim().to_owned()),
        }
    });
    asked.await.ok().flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_problem_names_its_place() {
        let problem = Problem {
            code: "x".into(),
            message: "bad\u{1b}[2J".into(),
            node: Some("a".try_into().unwrap()),
            field: Some("config.path".into()),
            hint: Some("Fix it.".into()),
            edge: None,
        };
        assert_eq!(describe(&problem), "node a, field config.path: bad [2J Fix it.");
    }
}
