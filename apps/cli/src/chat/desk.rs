//! One session at work: sending, reading to the end of the answer, asking on the way, interrupting, and going on when the instance that
//! did the work is gone.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use axion_protocol::{
    CompactionResult, ErrorCode, ErrorInfo, MessageId, SessionEvent, SessionInfo, SessionRequest, SessionSnapshot, TurnFinished, TurnId,
    TurnOutcome,
};
use serde_json::json;

use super::line::{Line, Typed};
use super::questions;
use super::talk::Talk;
use crate::door::Door;
use crate::follow::{Follow, Heard};
use crate::interrupts::Interrupts;
use crate::say;

/// A process that is being killed can still be reached for so long, and does not answer any more.
const DYING: Duration = Duration::from_secs(5);

/// How an answer ended for this command.
pub enum Ended {
    /// It is there.
    Answered,
    /// It is not, with the error's code.
    Failed(Option<String>),
    /// The person interrupted it.
    Cancelled,
    /// The person left before its end.
    Left,
}

/// Which answer is waited for.
enum Wait {
    /// To this message.
    To(MessageId),
    /// This one.
    For(TurnId),
}

/// The session and the way to it.
pub struct Desk {
    home: PathBuf,
    door: Door,
    known: SessionSnapshot,
    reader: Follow,
    begun: bool,
    json: bool,
    attended: bool,
    talk: Talk,
    input: Line,
    interrupts: Interrupts,
    left: bool,
}

impl Desk {
    /// For a session as it is now.
    pub fn new(home: PathBuf, door: Door, known: SessionSnapshot, json: bool) -> Self {
        let reader = Follow::new(format!("session:{}", known.session.id), Some(known.epoch.clone()), known.head);
        let attended = !json && say::can_ask();
        let (input, interrupts) = (Line::open(), Interrupts::listen());
        Self { home, door, known, reader, begun: false, json, attended, talk: Talk::new(), input, interrupts, left: false }
    }

    fn session(&self) -> &str {
        self.known.session.id.as_str()
    }

    /// The first lines of a conversation.
    pub fn greet(&self, person: bool) {
        if !person {
            return;
        }
        let session = &self.known.session;
        let title = if session.title.is_empty() { "A new chat" } else { &session.title };
        say::note(&format!("{} · {} · {}", say::plain(title), session.model.as_deref().unwrap_or("the usual model"), session.mode));
        for folder in &self.known.folders {
            let access = if folder.access == axion_protocol::Access::Rw { "may change" } else { "may read" };
            say::note(&format!("  {access} {}", say::plain(&folder.path)));
        }
        say::note(&format!("  /help for commands; this chat again: axion chat --session {}", session.id));
    }

    /// The person's next message.
    pub async fn read(&mut self) -> Typed {
        self.input.read("› ", &mut self.interrupts).await
    }

    /// Sees an answer through that was begun before.
    pub async fn go_on(&mut self) -> Result<Option<Ended>, ErrorInfo> {
        let Some(turn) = self.known.turn_id.clone() else { return Ok(None) };
        self.talk.note("An answer is still being given.");
        self.begin().await?;
        for request in std::mem::take(&mut self.known.requests) {
            self.asked(&request).await?;
        }
        self.attend(Wait::For(turn)).await.map(Some)
    }

    /// Sends a message and sees its answer through.
    pub async fn say(&mut self, text: &str) -> Result<Ended, ErrorInfo> {
        self.begin().await?;
        let mut bytes = [0; 12];
        axion_core::fill(&mut bytes);
        let message = format!("m-{}", axion_core::hash::hex(&bytes));
        let params = json!({ "sessionId": self.session(), "content": text, "messageId": message, "delivery": "queue", "follow": false });
        let since = Instant::now();
        loop {
            match self.door.call("send_message_streaming", &params.to_string()).await {
                // Who was asked is ending. The message has its id: sent again it is the same one.
                Err(info) if info.code == ErrorCode::Offline && since.elapsed() < DYING => self.take_over().await?,
                Err(info) => return Err(info),
                Ok(_) => break,
            }
        }
        let message = MessageId::try_from(message).map_err(|_| ErrorInfo::new(ErrorCode::Internal, "A message's id is not one."))?;
        self.attend(Wait::To(message)).await
    }

    /// Changes the model or the mode.
    pub async fn update(&mut self, key: &str, value: &str) -> Result<(), ErrorInfo> {
        let mut change = json!({ "sessionId": self.session() });
        change[key] = value.into();
        let session: SessionInfo = self.door.get("update_session", &change).await?;
        say::note(&format!("{} · {}", session.model.as_deref().unwrap_or("the usual model"), session.mode));
        Ok(())
    }

    /// Summarises what is old.
    pub async fn compact(&mut self) -> Result<(), ErrorInfo> {
        let done: CompactionResult = self.door.get("compact_session", &json!({ "sessionId": self.session() })).await?;
        say::note(&format!(
            "{} messages became {}; about {} tokens saved. The whole of it is kept and can be searched.",
            done.messages_before, done.messages_after, done.tokens_saved
        ));
        Ok(())
    }

    async fn begin(&mut self) -> Result<(), ErrorInfo> {
        if self.begun {
            return Ok(());
        }
        match self.reader.begin(&self.door).await {
            Err(info) if info.code == ErrorCode::Offline => self.take_over().await?,
            begun => begun?,
        }
        self.begun = true;
        Ok(())
    }

    async fn attend(&mut self, wait: Wait) -> Result<Ended, ErrorInfo> {
        let mut turn = match &wait {
            Wait::For(turn) => Some(turn.clone()),
            Wait::To(_) => None,
        };
        let mut stopping = false;
        loop {
            let heard = tokio::select! {
                heard = self.reader.next_heard(&self.door) => heard,
                () = self.interrupts.next() => {
                    if stopping {
                        self.left = true;
                        self.talk.note(&format!("axion: left; what was said is kept, and axion chat --session {} goes on.", self.session()));
                        return Ok(Ended::Left);
                    }
                    stopping = true;
                    self.talk.note("Interrupting; Ctrl-C again leaves at once.");
                    self.stop().await?;
                    continue;
                }
            };
            let text = match heard {
                Ok(Some(Heard::Event(text))) => text,
                Ok(Some(Heard::Ahead(delta))) => {
                    if !self.json {
                        self.talk.ahead(&delta);
                    }
                    continue;
                }
                Ok(None) => {
                    self.take_over().await?;
                    continue;
                }
                Err(info) if info.code == ErrorCode::Offline => {
                    self.take_over().await?;
                    continue;
                }
                Err(info) => return Err(info),
            };
            let read = if self.json { say::out(&text) } else { self.talk.is_read() };
            if !read && !stopping {
                stopping = true;
                self.stop().await?;
            }
            let event: SessionEvent = match serde_json::from_str(&text) {
                Ok(event) => event,
                Err(error) => {
                    tracing::warn!(%error, "an event of a newer Axion was skipped");
                    continue;
                }
            };
            if !self.json {
                self.talk.event(&event);
            }
            match event {
                SessionEvent::TurnStarted(begun) if matches!(&wait, Wait::To(message) if begun.parent_id == *message) => {
                    turn = Some(begun.turn_id)
                }
                SessionEvent::RequestOpened(opened) => self.asked(&opened.request).await?,
                SessionEvent::TurnFinished(end) if turn.as_ref() == Some(&end.turn_id) => return Ok(ended(end)),
                _ => {}
            }
        }
    }

    /// Ends the running answer; its last event says so.
    async fn stop(&self) -> Result<(), ErrorInfo> {
        self.door.call("cancel_stream", &json!({ "sessionId": self.session() }).to_string()).await.map(|_| ())
    }

    async fn asked(&mut self, request: &SessionRequest) -> Result<(), ErrorInfo> {
        let answer = if self.attended {
            self.talk.note("");
            match questions::ask(request, &mut self.input, &mut self.interrupts).await {
                Some(answer) => answer,
                None => {
                    self.talk.note("Interrupting.");
                    return self.stop().await;
                }
            }
        } else {
            questions::unattended(request)
        };
        let params = json!({ "sessionId": self.session(), "requestId": request.request_id, "answer": answer });
        match self.door.call("answer_request", &params.to_string()).await {
            Ok(_) => Ok(()),
            // Somebody else was faster, or what asked was interrupted; the events say which.
            Err(info) if info.code == ErrorCode::Conflict => {
                if self.attended {
                    self.talk.note(&info.message);
                }
                Ok(())
            }
            Err(info) => Err(info),
        }
    }

    async fn take_over(&mut self) -> Result<(), ErrorInfo> {
        if !self.json {
            self.talk.note("The Axion instance that held this chat has ended; going on without it.");
        }
        let since = Instant::now();
        loop {
            self.door = Door::open(self.home.clone()).await?;
            if let Door::Here { core, .. } = &self.door {
                core.resume_session(self.session()).await?;
            }
            match self.reader.begin(&self.door).await {
                Err(info) if info.code == ErrorCode::Offline && since.elapsed() < DYING => {
                    tokio::time::sleep(Duration::from_millis(50)).await
                }
                begun => return begun,
            }
        }
    }

    /// What others handed to this process is seen through before it ends, unless the person will not wait.
    pub async fn leave(mut self) {
        if let (Door::Here { core, .. }, false) = (&self.door, self.left) {
            let done = async {
                core.turns_done().await;
                core.runs_done().await;
            };
            tokio::pin!(done);
            if tokio::time::timeout(Duration::from_millis(500), &mut done).await.is_err() {
                say::note(
                    "axion: something that another command began goes on in this process; waiting for its end (Ctrl-C leaves it to be resumed).",
                );
                tokio::select! {
                    () = &mut done => {}
                    () = self.interrupts.next() => {}
                }
            }
        }
        self.door.close().await;
    }
}

fn ended(end: TurnFinished) -> Ended {
    match end.state {
        TurnOutcome::Succeeded => Ended::Answered,
        TurnOutcome::Cancelled => Ended::Cancelled,
        TurnOutcome::Failed => Ended::Failed(end.error.map(|error| error.code)),
    }
}
