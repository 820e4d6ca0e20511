//! A line of the person's: edited where there is a terminal at both ends (arrows, history, Ctrl-A …), else as the system gives it.

use std::io::IsTerminal;

use rustyline::error::ReadlineError;
use rustyline::history::MemHistory;
use rustyline::{Config, Editor};

use crate::say;

/// Lines that are remembered while the chat is open. Nothing is written to a file: a message may hold anything.
const REMEMBERED: usize = 200;

/// What was typed.
#[derive(Debug, PartialEq, Eq)]
pub enum Typed {
    /// A message.
    Text(String),
    /// Ctrl-C.
    Interrupted,
    /// Ctrl-D, or the end of the input.
    End,
}

/// The way that lines come in.
pub struct Line(Option<Editor<(), MemHistory>>);

impl Line {
    /// Edited, if that can be.
    pub fn open() -> Self {
        if !std::io::stdin().is_terminal() || !std::io::stdout().is_terminal() {
            return Self(None);
        }
        let config = Config::builder().max_history_size(REMEMBERED).map(|builder| builder.build()).unwrap_or_default();
        let history = MemHistory::with_config(&config);
        Self(Editor::with_history(config, history).ok())
    }

    /// One message; a line that ends in `\` goes on in the next.
    pub async fn read(&mut self, prompt: &str) -> Typed {
        let mut whole = String::new();
        loop {
            let line = match self.one(if whole.is_empty() { prompt } else { "  " }).await {
                Typed::Text(line) => line,
                other => return other,
            };
            match line.strip_suffix('\\') {
                Some(begun) => {
                    whole.push_str(begun);
                    whole.push('\n');
                }
                None => {
                    whole.push_str(&line);
                    break;
                }
            }
        }
        if let Some(editor) = &mut self.0
            && !whole.trim().is_empty()
        {
            // A line that cannot be remembered is still a line.
            let _ = editor.add_history_entry(whole.as_str());
        }
        Typed::Text(whole)
    }

    async fn one(&mut self, prompt: &str) -> Typed {
        let Some(mut editor) = self.0.take() else {
            return say::ask(prompt).await.map_or(Typed::End, Typed::Text);
        };
        let prompt = prompt.to_owned();
        let read = tokio::task::spawn_blocking(move || {
            let line = editor.readline(&prompt);
            (editor, line)
        });
        let Ok((editor, line)) = read.await else { return Typed::End };
        self.0 = Some(editor);
        match line {
            Ok(line) => Typed::Text(line),
            Err(ReadlineError::Interrupted) => Typed::Interrupted,
            Err(_) => Typed::End,
        }
    }
}
