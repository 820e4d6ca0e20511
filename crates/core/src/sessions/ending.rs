//! After a turn: who asked is told how it ended, and the session goes on with what waits.

use std::sync::Arc;

use axion_protocol::{ErrorCode, ErrorInfo, Message, MessageResponse, StepError};
use axion_store::{MessageRow, MessageState};

use super::Sessions;
use super::live::Live;
use crate::failure::storage;
use crate::streams::Ending;
use crate::wire;

/// A turn on its way out; dropped, it is out, also after a panic.
struct Leaving<'a> {
    sessions: &'a Sessions,
    live: &'a Arc<Live>,
}

impl Drop for Leaving<'_> {
    fn drop(&mut self) {
        self.sessions.exit(self.live);
    }
}

impl Sessions {
    /// A turn is over, or this instance gave it up.
    pub(super) async fn after(self: &Arc<Self>, live: Arc<Live>) {
        // It counts until the next one does, so that nobody takes the moment between two turns of a queue for the end.
        let _leaving = Leaving { sessions: self, live: &live };
        self.tools.turn_ended(live.turn_id.as_str()).await;
        let message = self.store.message(live.session_id.as_str(), live.message_id.as_str()).await;
        match &message {
            Ok(row) if !live.deleted.is_cancelled() => live.voice.end(ending(row)),
            _ => live.voice.end(Ending::from(&gone())),
        }
        if self.closing.is_cancelled() {
            return;
        }
        // At the desk, so that nobody begins a turn between the end of this one and the next.
        if let (Ok(desk), Ok(_)) = (self.desk(live.session_id.as_str()).await, message) {
            self.go_on(&desk).await;
        }
    }

    /// Waits for the end of a turn; what it said.
    pub(crate) async fn response(&self, live: &Live) -> Result<MessageResponse, ErrorInfo> {
        // The sender lives as long as this: waiting cannot fail.
        let _ = live.over.subscribe().wait_for(|over| *over).await;
        self.response_of(live.session_id.as_str(), live.message_id.as_str()).await
    }

    /// What a message of the assistant said, if it has ended well.
    pub(crate) async fn response_of(&self, session: &str, message: &str) -> Result<MessageResponse, ErrorInfo> {
        let row = self.store.message(session, message).await.map_err(storage)?;
        if row.state == MessageState::Streaming {
            return Err(super::closing());
        }
        if row.state != MessageState::Complete {
            return Err(failure(&row));
        }
        let message: Message = wire::of(&row)?;
        Ok(MessageResponse {
            id: message.id,
            role: message.role,
            content: message.content,
            model: message.model.unwrap_or_default(),
            usage: message.usage.unwrap_or_default(),
            timestamp: message.timestamp,
            session_id: message.session_id,
        })
    }
}

fn ending(row: &MessageRow) -> Ending {
    match row.state {
        MessageState::Complete => match wire::of(&row.usage.unwrap_or_default()) {
            Ok(usage) => Ending::Done(usage),
            Err(info) => Ending::from(&info),
        },
        MessageState::Streaming => Ending::from(&super::closing()),
        MessageState::Failed | MessageState::Cancelled => Ending::from(&failure(row)),
    }
}

/// Why an answer did not end well. What was said of it is in the session.
fn failure(row: &MessageRow) -> ErrorInfo {
    if row.state == MessageState::Cancelled {
        return ErrorInfo::new(ErrorCode::Cancelled, "The answer was stopped. What was said is kept.");
    }
    let error: Option<StepError> = row.error.as_ref().and_then(|json| wire::text_of(json.get()).ok());
    let Some(error) = error else { return ErrorInfo::new(ErrorCode::Internal, "The answer failed.") };
    // What a step says and the wire does not know comes from the model's side.
    let code = error.code.parse::<ErrorCode>().unwrap_or(ErrorCode::Provider);
    let info = ErrorInfo::new(code, &error.message);
    match error.hint {
        Some(hint) => info.with_hint(hint),
        None => info,
    }
}

fn gone() -> ErrorInfo {
    ErrorInfo::new(ErrorCode::NotFound, "This session was deleted.")
}
