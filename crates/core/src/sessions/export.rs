//! A session as a file for people (Markdown) and for programs (JSON): the shown branch, whole.

use axion_protocol::{ErrorCode, ErrorInfo, ExportFormat, ExportedSession, Message, MessagePart, MessageRole, PortValue, clip};
use serde::Serialize;

use super::Sessions;
use super::store::At;
use crate::failure::{internal, storage};
use crate::wire;

/// What the wire carries at most, and a little less.
const LARGEST: usize = 250_000_000;

impl Sessions {
    /// The shown branch, oldest first: the last `limit` messages.
    pub(crate) async fn shown(&self, session: &str, limit: usize) -> Result<Vec<Message>, ErrorInfo> {
        let (mut pages, mut at, mut left, mut bytes) = (Vec::new(), At::Latest, limit, 0);
        while left > 0 {
            let page = self.store.page(session, at, left as u64).await.map_err(storage)?;
            bytes += page.messages.iter().map(|message| message.parts.get().len() + message.content.len()).sum::<usize>();
            if bytes > LARGEST {
                return Err(ErrorInfo::new(ErrorCode::TooLarge, "This session is larger than 250 MB.").with_hint("Ask for fewer messages."));
            }
            left = left.saturating_sub(page.messages.len());
            pages.push(page.messages);
            match page.before {
                Some(before) => at = At::Before(before),
                None => break,
            }
        }
        pages.reverse();
        wire::of(&pages.concat())
    }

    /// The whole branch in a format.
    pub(crate) async fn export(&self, session: &str, format: ExportFormat) -> Result<ExportedSession, ErrorInfo> {
        let row = self.store.get(session).await.map_err(storage)?;
        let messages = self.shown(session, usize::MAX).await?;
        let title = if row.title.is_empty() { "Session".to_owned() } else { row.title.clone() };
        let (ending, text) = match format {
            ExportFormat::Markdown => ("md", markdown(&title, &messages)),
            ExportFormat::Json => {
                #[derive(Serialize)]
                struct File<'a> {
                    axion: u8,
                    session: &'a axion_store::SessionRow,
                    messages: &'a [Message],
                }
                let text = serde_json::to_string_pretty(&File { axion: 1, session: &row, messages: &messages });
                ("json", text.map_err(|error| internal("The session could not be written", error))? + "\n")
            }
        };
        if text.len() > LARGEST {
            return Err(ErrorInfo::new(ErrorCode::TooLarge, "This session is larger than 250 MB."));
        }
        Ok(ExportedSession { name: format!("{}.{ending}", file_name(&title)), text })
    }
}

fn file_name(title: &str) -> String {
    let plain: String =
        title.chars().map(|char| if char.is_alphanumeric() || matches!(char, '-' | '_' | '.') { char } else { ' ' }).collect();
    let words: Vec<&str> = plain.split_whitespace().map(|word| word.trim_matches('.')).filter(|word| !word.is_empty()).collect();
    let name = clip(&words.join("-"), 80);
    if name.is_empty() { "session".into() } else { name }
}

fn markdown(title: &str, messages: &[Message]) -> String {
    let mut text = format!("# {}\n", one_line(title));
    for message in messages {
        let who = match message.role {
            MessageRole::User => "You".to_owned(),
            MessageRole::System => "Axion".to_owned(),
            MessageRole::Assistant => {
                message.model.as_ref().map_or_else(|| "Agent".to_owned(), |model| format!("Agent ({})", one_line(model)))
            }
        };
        text.push_str(&format!("\n## {who}\n\n*{}*\n", message.timestamp.as_str()));
        for part in &message.parts {
            text.push('\n');
            text.push_str(part_text(part).trim_end());
            text.push('\n');
        }
        if let Some(error) = &message.error {
            text.push_str(&format!("\n> **{}** {}\n", error.code, one_line(&error.message)));
        }
    }
    text
}

fn part_text(part: &MessagePart) -> String {
    match part {
        MessagePart::Text(part) => part.text.clone(),
        MessagePart::Reasoning(part) => format!("<details><summary>Reasoning</summary>\n\n{}\n\n</details>", fenced("", &part.text)),
        MessagePart::File(part) => format!("📎 `{}/{}`", part.folder_id, one_line(&part.path)),
        MessagePart::Image(part) => format!("🖼 {} ({} bytes)", one_line(&part.name), part.bytes),
        MessagePart::Tool(part) => {
            let mut lines = vec![
                format!("**{}** `{}` · {}", one_line(&part.title), part.tool, part.state),
                fenced("json", &part.arguments.to_string()),
            ];
            match &part.output {
                Some(PortValue::Inline(output)) => {
                    lines.push(fenced("", &output.value.as_str().map_or_else(|| output.value.to_string(), str::to_owned)))
                }
                Some(PortValue::Blob(output)) => lines.push(fenced("", &format!("{}…", output.preview))),
                None => {}
            }
            if let Some(error) = &part.error {
                lines.push(format!("> **{}** {}", error.code, one_line(&error.message)));
            }
            lines.join("\n\n")
        }
        MessagePart::Request(part) => {
            let answer = part.answer.as_ref().map_or_else(
                || "no answer".to_owned(),
                |answer| {
                    let chosen = answer.option.as_deref().and_then(|id| part.request.options.iter().find(|option| option.id == id));
                    chosen.map(|option| option.label.clone()).or_else(|| answer.text.clone()).unwrap_or_default()
                },
            );
            format!("> **{}** {}", one_line(&part.request.title), one_line(&answer))
        }
        MessagePart::Steer(part) => format!("> You, meanwhile: {}", one_line(&part.text)),
        MessagePart::Note(part) => format!("> *{}*", one_line(&part.text)),
    }
}

/// A fence that nothing inside can end.
fn fenced(language: &str, text: &str) -> String {
    let longest = text.split(|char| char != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest.max(2) + 1);
    format!("{fence}{language}\n{}\n{fence}", text.trim_end_matches('\n'))
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fence_is_longer_than_what_it_holds() {
        assert_eq!(fenced("", "a```b````c"), "`````\na```b````c\n`````");
        assert_eq!(fenced("json", "{}"), "```json\n{}\n```");
    }

    #[test]
    fn names_of_files_are_only_names() {
        assert_eq!(file_name("../../etc/passwd?"), "etc-passwd");
        assert_eq!(file_name("Écrire un poème"), "Écrire-un-poème");
        assert_eq!(file_name("/"), "session");
    }
}
