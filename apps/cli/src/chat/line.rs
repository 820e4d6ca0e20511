//! A line of the person's: edited where there is a terminal at both ends (arrows, history, Ctrl-A …), else as the system gives it.

use std::io::IsTerminal;

use rustyline::error::ReadlineError;
use rustyline::history::MemHistory;
use rustyline::{Config, Editor};

use crate::interrupts::Interrupts;
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
    /// The process was asked to end while it waited for a line. What reads still holds the terminal, so nothing more can be asked.
    Gone,
}

/// The way that lines come in.
pub struct Line {
    editor: Option<Editor<(), MemHistory>>,
    before: Screen,
    gone: bool,
}

impl Line {
    /// Edited, if that can be.
    pub fn open() -> Self {
        let before = Screen::now();
        if !std::io::stdin().is_terminal() || !std::io::stdout().is_terminal() {
            return Self { editor: None, before, gone: false };
        }
        let config = Config::builder().max_history_size(REMEMBERED).map(|builder| builder.build()).unwrap_or_default();
        let history = MemHistory::with_config(&config);
        Self { editor: Editor::with_history(config, history).ok(), before, gone: false }
    }

    /// One message; a line that ends in `\` goes on in the next.
    pub async fn read(&mut self, prompt: &str, interrupts: &mut Interrupts) -> Typed {
        let mut whole = String::new();
        loop {
            let line = match self.one(if whole.is_empty() { prompt } else { "  " }, interrupts).await {
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
        if let Some(editor) = &mut self.editor
            && !whole.trim().is_empty()
        {
            // A line that cannot be remembered is still a line.
            let _ = editor.add_history_entry(whole.as_str());
        }
        Typed::Text(whole)
    }

    async fn one(&mut self, prompt: &str, interrupts: &mut Interrupts) -> Typed {
        if self.gone {
            return Typed::Gone;
        }
        // Ctrl-C between two lines: the editor was not there to see it as a key.
        if interrupts.came() {
            return Typed::Interrupted;
        }
        let editor = self.editor.take();
        tokio::select! {
            (editor, typed) = typed(editor, prompt.to_owned()) => {
                self.editor = editor;
                typed
            }
            () = interrupts.next() => {
                self.gone = true;
                self.before.restore();
                Typed::Gone
            }
        }
    }
}

async fn typed(editor: Option<Editor<(), MemHistory>>, prompt: String) -> (Option<Editor<(), MemHistory>>, Typed) {
    let Some(mut editor) = editor else {
        return (None, say::ask(&prompt).await.map_or(Typed::End, Typed::Text));
    };
    let read = tokio::task::spawn_blocking(move || {
        let line = editor.readline(&prompt);
        (editor, line)
    });
    let Ok((editor, line)) = read.await else { return (None, Typed::End) };
    let typed = match line {
        Ok(line) => Typed::Text(line),
        Err(ReadlineError::Interrupted) => Typed::Interrupted,
        Err(_) => Typed::End,
    };
    (Some(editor), typed)
}

/// How the terminal was before a line was read: what still reads when the process ends cannot put it back itself.
struct Screen {
    #[cfg(unix)]
    modes: Option<rustix::termios::Termios>,
}

impl Screen {
    fn now() -> Self {
        Self {
            #[cfg(unix)]
            modes: rustix::termios::tcgetattr(std::io::stdin()).ok(),
        }
    }

    fn restore(&self) {
        #[cfg(unix)]
        if let Some(modes) = &self.modes {
            // The terminal may be gone, which is one reason to be asked to end.
            let _ = rustix::termios::tcsetattr(std::io::stdin(), rustix::termios::OptionalActions::Now, modes);
            say::note("");
        }
    }
}
