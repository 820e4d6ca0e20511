//! `axion doctor`: what is there, what is missing, why, and what to do.

use std::io::IsTerminal;
use std::path::PathBuf;

use axion_protocol::{Check, CheckStatus, DoctorReport};

use crate::args::DoctorArgs;
use crate::door::{Door, locate};
use crate::say;

/// Exit 0 if graphs can run, else 1.
pub async fn doctor(home: Option<PathBuf>, args: DoctorArgs) -> u8 {
    let report = match examine(home).await {
        Ok(report) => report,
        Err(info) => {
            say::error(&info);
            return 1;
        }
    };
    if args.json {
        say::out(&serde_json::to_string(&report).unwrap_or_default());
    } else {
        for check in &report.checks {
            say::out(&page(check, std::io::stdout().is_terminal()));
        }
    }
    let can_run = report.checks.iter().all(|check| check.id != axion_protocol::CheckId::Runner || check.status != CheckStatus::Missing);
    u8::from(!can_run)
}

async fn examine(home: Option<PathBuf>) -> Result<DoctorReport, axion_protocol::ErrorInfo> {
    let door = Door::open(locate(home)?).await?;
    let report = door.get("run_doctor", &serde_json::json!({})).await;
    door.close().await;
    report
}

fn page(check: &Check, colour: bool) -> String {
    let (word, code) = match check.status {
        CheckStatus::Ok => ("ok     ", "32"),
        CheckStatus::Warning => ("warning", "33"),
        CheckStatus::Missing => ("missing", "31"),
    };
    let word = if colour { format!("\u{1b}[{code}m{word}\u{1b}[0m") } else { word.to_owned() };
    let mut lines = vec![
        format!("{word}  {:<8}  {}", check.id.as_str(), say::plain(&check.title)),
        format!("                   {}", say::plain(&check.why)),
    ];
    if let Some(fix) = &check.fix {
        lines.push(format!("                   Fix: {}", say::plain(fix)));
    }
    for tried in check.tries.iter().flatten() {
        let mark = if tried.ok { '+' } else { '-' };
        lines.push(format!("                   {mark} {}: {}", say::plain(&tried.what), say::plain(&tried.result)));
    }
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_check_says_what_is_wrong_and_what_to_do() {
        let check: Check = serde_json::from_str(
            r#"{"id":"runtime","status":"missing","title":"Node is missing","why":"None found.","fix":"Install it.","tries":[{"what":"PATH","result":"none","ok":false}]}"#,
        )
        .unwrap();
        let text = page(&check, false);
        assert_eq!(text.lines().count(), 4);
        assert!(
            text.starts_with("missing  runtime   Node is missing") && text.contains("Fix: Install it.") && text.contains("- PATH: none")
        );
    }
}
