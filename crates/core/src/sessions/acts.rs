//! What a person does to a session as a whole: stop its answer, forget it, name it, choose what is shown of it.

use std::sync::atomic::Ordering;

use axion_protocol::{ErrorCode, ErrorInfo, MessageId, SessionMode, TurnModeParams};
use axion_store::{SessionRow, SessionUpdate, StoreError};

use super::Sessions;
use super::events::Own;
use super::store::Write;
use crate::failure::{internal, storage};
use crate::runs::json;

impl Sessions {
    /// Ends a running answer within half a second; what was said is kept. Nothing runs: nothing happens.
    pub(crate) async fn cancel(&self, session: &str) -> Result<(), ErrorInfo> {
        let Some(live) = self.running(session) else {
            self.store.get(session).await.map_err(storage)?;
            return Ok(());
        };
        live.cancelling.cancel();
        let _ = live.over.subscribe().wait_for(|over| *over).await;
        Ok(())
    }

    /// Forgets a session with all that belongs to it, and the answer that is being given.
    pub(crate) async fn delete(&self, session: &str) -> Result<(), ErrorInfo> {
        let desk = self.desk(session).await?;
        let live = self.running(session);
        if let Some(live) = &live {
            // Nothing of it may be written behind the deletion.
            let mut seat = live.seat.lock().await;
            seat.ticket = live.ticket();
            live.heard.store(seat.ticket, Ordering::Release);
            live.deleted.cancel();
        }
        match self.store.delete(session, self.host.now()).await {
            Ok(()) => {}
            Err(error @ StoreError::NotFound { .. }) if live.is_none() => return Err(storage(error)),
            Err(StoreError::NotFound { .. }) => {}
            Err(error) => return Err(storage(error)),
        }
        self.waiters.refuse(session, &ErrorInfo::new(ErrorCode::NotFound, "This session was deleted."));
        self.previews.forget(session);
        drop(desk);
        Ok(())
    }

    /// Changes what no event says; a running turn is told of another mode.
    pub(crate) async fn change(&self, session: &str, update: SessionUpdate, mode: Option<SessionMode>) -> Result<SessionRow, ErrorInfo> {
        let desk = self.desk(session).await?;
        self.write(&desk, Write { update: Some(update), ts: self.host.now(), ..Write::default() }).await?;
        let row = self.store.get(session).await.map_err(storage)?;
        if let (Some(mode), Some(live)) = (mode, self.running(session)) {
            let runner = live.seat.lock().await.runner.clone();
            let params = json(&TurnModeParams { turn_id: live.turn_id.clone(), mode })?;
            if let Some(runner) = runner
                && let Err(error) = runner.request("turn_mode", &params).await
            {
                tracing::debug!(%error, "a runner could not be told another mode");
            }
        }
        Ok(row)
    }

    /// Shows the newest branch that a message is on.
    pub(crate) async fn select(&self, session: &str, message: &MessageId) -> Result<(), ErrorInfo> {
        let desk = self.desk(session).await?;
        self.quiet(&desk)?;
        let tip = self.store.tip_below(session, message.as_str()).await.map_err(storage)?;
        let tip = MessageId::new(tip).map_err(|error| internal("A stored id is not valid", error))?;
        let ts = self.host.now();
        let draft = Own::TipMoved { ts, message_id: Some(&tip) }.draft()?;
        self.write(&desk, Write { drafts: vec![draft], ts, ..Write::default() }).await.map(|_| ())
    }

    /// Keeps a message word for word in compactions.
    pub(crate) async fn pin(&self, session: &str, message: &MessageId, pinned: bool) -> Result<(), ErrorInfo> {
        let desk = self.desk(session).await?;
        let ts = self.host.now();
        let draft = Own::MessagePinned { ts, message_id: message, pinned }.draft()?;
        self.write(&desk, Write { drafts: vec![draft], ts, ..Write::default() }).await.map(|_| ())
    }
}
