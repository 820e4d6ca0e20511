//! What a turn asks: put to the person with its options numbered, or answered by nobody where there is none.

use axion_protocol::{AnsweredBy, RequestAnswer, RequestKind, SessionRequest};

use super::diff;
use super::line::{Line, Typed};
use crate::interrupts::Interrupts;
use crate::say;

const LONGEST_TEXT: usize = 4_000;

/// The person's answer; `None` if they interrupted instead.
pub async fn ask(request: &SessionRequest, input: &mut Line, interrupts: &mut Interrupts) -> Option<RequestAnswer> {
    for line in describe(request) {
        say::note(&line);
    }
    loop {
        let answer = match input.read("? ", interrupts).await {
            Typed::Text(text) => text,
            Typed::Interrupted | Typed::End | Typed::Gone => return None,
        };
        match read(request, answer.trim()) {
            Some(answer) => return Some(answer),
            None => say::note(&way(request)),
        }
    }
}

/// Nobody is there: the agent is told so, and what was refused is said.
pub fn unattended(request: &SessionRequest) -> RequestAnswer {
    say::note(&format!("axion: nobody is here to answer, so this was {}: {}", refusal(request.kind), say::plain(&request.title)));
    RequestAnswer { option: None, text: None, by: Some(AnsweredBy::Nobody) }
}

fn refusal(kind: RequestKind) -> &'static str {
    match kind {
        RequestKind::Approval => "not allowed",
        RequestKind::Question => "left unanswered",
        RequestKind::Guard => "stopped",
        RequestKind::UnknownOutcome => "left as it is",
        RequestKind::Instructions => "left out",
    }
}

fn describe(request: &SessionRequest) -> Vec<String> {
    let mut lines = vec![String::new(), say::plain(&request.title)];
    if let Some(text) = &request.text {
        let cut: String = text.chars().take(LONGEST_TEXT).collect();
        lines.extend(cut.lines().map(|line| format!("  {}", say::plain(line))));
        if cut.len() < text.len() {
            lines.push("  …".to_owned());
        }
    }
    lines.extend(request.facts.iter().map(|fact| format!("  {}: {}", say::plain(&fact.label), say::plain(&fact.value))));
    lines.extend(request.changes.iter().flatten().flat_map(diff::lines));
    for (index, option) in request.options.iter().enumerate() {
        let more = option.description.as_deref().map_or_else(String::new, |text| format!("  {}", say::plain(text)));
        lines.push(format!("  {}. {}{more}", index + 1, say::plain(&option.label)));
    }
    lines.push(way(request));
    lines
}

fn way(request: &SessionRequest) -> String {
    match (request.options.len(), request.free_text) {
        (0, _) => "Type an answer.".to_owned(),
        (count, true) => format!("Type a number from 1 to {count}, or an answer in your own words."),
        (count, false) => format!("Type a number from 1 to {count}."),
    }
}

fn read(request: &SessionRequest, typed: &str) -> Option<RequestAnswer> {
    let by = Some(AnsweredBy::Person);
    let numbered = typed.parse::<usize>().ok().and_then(|number| request.options.get(number.checked_sub(1)?));
    let named = || request.options.iter().find(|option| option.id.eq_ignore_ascii_case(typed) || option.label.eq_ignore_ascii_case(typed));
    match numbered.or_else(named) {
        Some(option) => Some(RequestAnswer { option: Some(option.id.clone()), text: None, by }),
        // A bare number that no option has is a slip, not an answer.
        None if request.free_text && !typed.is_empty() && (request.options.is_empty() || typed.parse::<usize>().is_err()) => {
            Some(RequestAnswer { option: None, text: Some(typed.to_owned()), by })
        }
        None => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(free_text: bool) -> SessionRequest {
        serde_json::from_value(serde_json::json!({
            "requestId": "r", "kind": "approval", "title": "Change a.txt?\u{7}", "facts": [{ "label": "File", "value": "a.txt" }], "freeText": free_text,
            "options": [{ "id": "allow", "label": "Allow once" }, { "id": "deny", "label": "Deny", "description": "Nothing is changed." }],
        }))
        .unwrap()
    }

    #[test]
    fn an_answer_is_a_number_a_name_or_words() {
        let answer = |free, typed| read(&request(free), typed).map(|answer| (answer.option, answer.text));
        assert_eq!(answer(false, "1"), Some((Some("allow".into()), None)));
        assert_eq!(answer(false, "DENY"), Some((Some("deny".into()), None)));
        for slip in ["0", "3", "", "maybe", "-1"] {
            assert_eq!(answer(false, slip), None, "{slip}");
        }
        assert_eq!(answer(true, "not this file"), Some((None, Some("not this file".into()))));
        assert_eq!(answer(true, "3"), None);
    }

    #[test]
    fn a_question_shows_its_options_and_how_to_answer() {
        let lines = describe(&request(true));
        assert_eq!(lines[1], "Change a.txt? ");
        assert!(lines.contains(&"  2. Deny  Nothing is changed.".to_owned()) && lines.last().unwrap().contains("own words"));
    }
}
