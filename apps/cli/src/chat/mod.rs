//! `axion chat`: a conversation in a terminal, or one message from a script. Core does the work, in this process or in the one that holds the
//! home; here are the session's preparation, the order of sending, reading and asking, and the exit codes. What is shown is in `talk.rs`.

mod desk;
mod diff;
mod line;
mod prepare;
mod questions;
mod talk;

use std::io::IsTerminal;
use std::path::PathBuf;

use axion_protocol::{ErrorCode, ErrorInfo};

use crate::args::ChatArgs;
use crate::door::{Door, locate};
use crate::exit::{CANCELLED, FAILED, NO_RUNNER, REFUSED, SUCCEEDED};
use crate::say;
use desk::{Desk, Ended};
use line::Typed;

const HELP: &str = "  /model NAME   ask another model      /mode read-only|ask|accept-edits\n  /compact      summarise what is old  /exit, Ctrl-D   leave (the chat is kept)\n  A line that ends in \\ goes on in the next. Ctrl-C interrupts an answer.";

/// Runs the command.
pub async fn chat(home: Option<PathBuf>, args: ChatArgs) -> u8 {
    let once = match prepare::message(&args) {
        Ok(once) => once,
        Err(wrong) => {
            say::problem(&wrong.message, wrong.hint.as_deref());
            return REFUSED;
        }
    };
    let opened = match locate(home) {
        Ok(home) => Door::open(home.clone()).await.map(|door| (home, door)),
        Err(info) => Err(info),
    };
    let (home, door) = match opened {
        Ok(opened) => opened,
        Err(info) => return told(&info),
    };
    let prepared = match prepare::session(&door, &args).await {
        Ok(prepared) => prepared,
        Err(info) => {
            door.close().await;
            return told(&info);
        }
    };
    let mut desk = Desk::new(home, door, prepared, args.json);
    let code = match once {
        Some(text) => match desk.say(&text).await {
            Ok(ended) => ended.code(),
            Err(info) => told(&info),
        },
        None => converse(&mut desk).await,
    };
    desk.leave().await;
    code
}

impl Ended {
    fn code(&self) -> u8 {
        match self {
            Self::Answered => SUCCEEDED,
            Self::Failed(None) => FAILED,
            Self::Failed(Some(code)) if code == ErrorCode::NoRunner.as_str() || code == ErrorCode::RuntimeMissing.as_str() => NO_RUNNER,
            Self::Failed(Some(_)) => FAILED,
            Self::Cancelled | Self::Left => CANCELLED,
        }
    }
}

fn told(info: &ErrorInfo) -> u8 {
    say::error(info);
    match info.code {
        ErrorCode::InvalidParams | ErrorCode::TooLarge | ErrorCode::NotFound | ErrorCode::NoModel => REFUSED,
        ErrorCode::NoRunner | ErrorCode::RuntimeMissing => NO_RUNNER,
        ErrorCode::Cancelled => CANCELLED,
        _ => FAILED,
    }
}

/// Line by line, until the person leaves.
async fn converse(desk: &mut Desk) -> u8 {
    desk.greet(std::io::stderr().is_terminal());
    // What an earlier instance left waiting is asked first.
    match desk.go_on().await {
        Ok(Some(Ended::Left)) => return CANCELLED,
        Ok(_) => {}
        Err(info) => {
            told(&info);
        }
    }
    let mut wants_to_leave = false;
    loop {
        let text = match desk.read().await {
            Typed::Text(text) => text,
            Typed::Gone => return CANCELLED,
            Typed::Interrupted if wants_to_leave => return CANCELLED,
            Typed::Interrupted => {
                wants_to_leave = true;
                say::note("Ctrl-C again, or Ctrl-D, to leave.");
                continue;
            }
            Typed::End => return SUCCEEDED,
        };
        wants_to_leave = false;
        let trimmed = text.trim();
        let done = match trimmed.split_once(char::is_whitespace).map_or((trimmed, ""), |(word, rest)| (word, rest.trim())) {
            ("", _) => Ok(()),
            ("/exit" | "/quit", _) => return SUCCEEDED,
            ("/help", _) => {
                say::note(HELP);
                Ok(())
            }
            ("/model", model) if !model.is_empty() => desk.update("model", model).await,
            ("/mode", mode) if !mode.is_empty() => desk.update("mode", mode).await,
            ("/compact", _) => desk.compact().await,
            (word, _) if word.starts_with('/') && !word[1..].contains('/') => {
                say::note(&format!("There is no command {}. {HELP}", say::plain(word)));
                Ok(())
            }
            _ => match desk.say(&text).await {
                Ok(Ended::Left) => return CANCELLED,
                Ok(_) => Ok(()),
                Err(info) => Err(info),
            },
        };
        if let Err(info) = done {
            told(&info);
        }
    }
}
