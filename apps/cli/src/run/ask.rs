//! Asking the person: for a folder, for a decision. Where nobody can answer, saying how to.

use std::path::Path;

use axion_protocol::{Access, ApprovalRequested, Decision, PortValue, RunGrant, Slot};

use crate::{input, say};

/// The folder for a slot; `None` if the person gives none.
pub async fn folder(slot: &Slot) -> Option<RunGrant> {
    let access = if slot.access == Access::Rw { "read and write" } else { "read only" };
    let what = slot.description.as_deref().map_or_else(String::new, |text| format!(", {}", say::plain(text)));
    loop {
        let answer = say::ask(&format!("Folder for `{}` ({access}{what}), empty to stop: ", slot.id)).await?;
        if answer.is_empty() {
            return None;
        }
        match input::bound(slot.id.as_str(), &answer, slot.access) {
            Ok(grant) => return Some(grant),
            Err(wrong) => say::problem(&wrong.message, wrong.hint.as_deref()),
        }
    }
}

/// Approve or reject; `None` at the end of the input.
pub async fn approval(asked: &ApprovalRequested) -> Option<Decision> {
    for line in describe(asked) {
        say::note(&line);
    }
    loop {
        match say::ask("Approve? [y/n] ").await?.to_lowercase().as_str() {
            "y" | "yes" => return Some(Decision::Approved),
            "n" | "no" => return Some(Decision::Rejected),
            _ => {}
        }
    }
}

/// What waits, and the two commands that answer it.
pub fn how_to_answer(asked: &ApprovalRequested, home: &Path) -> Vec<String> {
    let mut lines = describe(asked);
    lines.push("This run waits for an answer. In another terminal:".to_owned());
    for decision in [Decision::Approved, Decision::Rejected] {
        lines.push(format!(
            "  axion {} call answer_approval '{{\"approvalId\":\"{}\",\"decision\":\"{decision}\"}}'",
            super::home_argument(home),
            asked.approval_id
        ));
    }
    lines
}

fn describe(asked: &ApprovalRequested) -> Vec<String> {
    let mut lines = vec![format!("Approval: {}", say::plain(&asked.title))];
    lines.extend(asked.facts.iter().map(|fact| format!("  {}: {}", say::plain(&fact.label), say::plain(&fact.value))));
    match &asked.details {
        Some(PortValue::Inline(value)) => {
            lines.push(format!("  {}", say::plain(&value.value.to_string()).chars().take(500).collect::<String>()))
        }
        Some(PortValue::Blob(value)) => lines.push(format!("  {}", say::plain(&value.preview).chars().take(500).collect::<String>())),
        None => {}
    }
    lines
}
