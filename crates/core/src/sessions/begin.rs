//! A message is sent, and a turn begins: the message and `turn-started` are one transaction, on disk before anybody is told; only
//! then is a runner looked for.

use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use axion_protocol::{
    ChannelId, Delivery, ErrorCode, ErrorInfo, MessageId, QueuedId, QueuedMessage, SessionId, TextPart, TurnId, TurnModel, UserPart, clip,
};
use axion_store::{MessageRole, OpenTurn, SessionRow, SessionUpdate, StoreError};
use tokio::sync::{Mutex, oneshot, watch};
use tokio_util::sync::CancellationToken;

use super::events::Own;
use super::live::{Live, Seat};
use super::queue::Waiter;
use super::store::{At, Write};
use super::tally::Tally;
use super::voice::TurnVoice;
use super::{Desk, Sessions, load, steer};
use crate::failure::{internal, invalid, storage};
use crate::host::new_id;
use crate::streams::Telling;

/// Parts of one message of a person.
const MOST_PARTS: usize = 64;

/// What a person sends.
pub(crate) struct Sending {
    pub(crate) session_id: SessionId,
    pub(crate) content: String,
    pub(crate) message_id: Option<MessageId>,
    pub(crate) parts: Option<Vec<UserPart>>,
    pub(crate) delivery: Option<Delivery>,
    /// A new branch behind this message; `Some(None)`: before the first one.
    pub(crate) parent: Option<Option<MessageId>>,
    pub(crate) channel: ChannelId,
    /// Who is told the answer as seed 004 has it.
    pub(crate) telling: Option<Arc<Telling>>,
}

/// What became of it.
pub(crate) enum Sent {
    /// A turn answers it.
    Turn(Arc<Live>),
    /// It waits for the running turn.
    Queued(oneshot::Receiver<Result<Arc<Live>, ErrorInfo>>),
    /// It goes into the running turn.
    Steered(Arc<Live>),
    /// It was sent before; its answer, if there is one.
    Before(Option<MessageId>),
}

/// What a turn answers.
enum Asked<'a> {
    /// A new message.
    New { id: &'a MessageId, parent: Option<&'a MessageId>, parts: &'a [UserPart], channel: ChannelId },
    /// One that is there.
    Again(&'a MessageId),
}

impl Sessions {
    /// Sends a message: it is answered at once, or waits for the running turn.
    pub(crate) async fn send(self: &Arc<Self>, sending: Sending) -> Result<Sent, ErrorInfo> {
        let desk = self.desk_after_turn(sending.session_id.as_str()).await?;
        let row = self.store.get(&desk.session).await.map_err(storage)?;
        let id = match sending.message_id {
            Some(id) => {
                if let Some(before) = self.sent_before(&desk.session, &id).await? {
                    return Ok(before);
                }
                id
            }
            None => self.fresh()?,
        };
        let parts = self.parts(&desk.session, sending.content, sending.parts).await?;
        if let Some(live) = self.running(&desk.session) {
            if sending.parent.is_some() {
                return Err(ErrorInfo::new(ErrorCode::Busy, "An answer is being given; another branch can begin when it has ended.")
                    .with_hint("Stop the answer, or wait for its end."));
            }
            let steers = sending.delivery == Some(Delivery::Steer) && steer::can(&parts);
            let delivery = if steers { Delivery::Steer } else { Delivery::Queue };
            let queued_id = QueuedId::new(id.as_str()).map_err(|error| invalid(error.to_string()))?;
            let message = QueuedMessage { queued_id: queued_id.clone(), delivery, parts, created_at: self.host.now(), held: None };
            self.enqueue(&desk, message).await?;
            if steers {
                return Ok(Sent::Steered(live));
            }
            let (begun, begins) = oneshot::channel();
            self.waiters.put(&desk.session, &queued_id, Waiter { telling: sending.telling, begun: Some(begun) });
            return Ok(Sent::Queued(begins));
        }
        let tip = self.store.snapshot(&desk.session).await.map_err(storage)?.tip;
        let tip: Option<MessageId> =
            tip.map(|tip| tip.try_into().map_err(|error| internal("A stored id is not valid", error))).transpose()?;
        let parent = sending.parent.unwrap_or(tip);
        let asked = Asked::New { id: &id, parent: parent.as_ref(), parts: &parts, channel: sending.channel };
        let live = self.begin(&desk, &row, row.model.as_deref(), asked, None, sending.telling).await?;
        Ok(Sent::Turn(live))
    }

    /// Answers a message once more, beside what was answered before.
    pub(crate) async fn retry(self: &Arc<Self>, session: &str, message: &MessageId, model: Option<&str>) -> Result<Arc<Live>, ErrorInfo> {
        let desk = self.desk(session).await?;
        let row = self.store.get(session).await.map_err(storage)?;
        self.quiet(&desk)?;
        let asked = self.store.message(session, message.as_str()).await.map_err(storage)?;
        let parent = if asked.role == MessageRole::User { Some(asked.message_id) } else { asked.parent_id };
        let parent = parent.ok_or_else(|| invalid("This message answers nothing, so it cannot be answered again."))?;
        let parent: MessageId = parent.try_into().map_err(|error| internal("A stored id is not valid", error))?;
        self.begin(&desk, &row, model.or(row.model.as_deref()), Asked::Again(&parent), None, None).await
    }

    /// Begins a turn with a message that waited.
    pub(super) async fn begin_queued(
        self: &Arc<Self>,
        desk: &Desk,
        first: QueuedMessage,
        rest: Vec<QueuedMessage>,
    ) -> Result<(), ErrorInfo> {
        let row = self.store.get(&desk.session).await.map_err(storage)?;
        let tip = self.store.snapshot(&desk.session).await.map_err(storage)?.tip;
        let parent: Option<MessageId> =
            tip.map(|tip| tip.try_into().map_err(|error| internal("A stored id is not valid", error))).transpose()?;
        let id = MessageId::new(first.queued_id.as_str()).map_err(|error| internal("A stored id is not valid", error))?;
        let channel = row.channel_id.parse().unwrap_or(ChannelId::Desktop);
        let asked = Asked::New { id: &id, parent: parent.as_ref(), parts: &first.parts, channel };
        let waiter = self.waiters.take(&desk.session, &first.queued_id);
        let telling = waiter.as_ref().and_then(|waiter| waiter.telling.clone());
        match self.begin(desk, &row, row.model.as_deref(), asked, Some(&rest), telling).await {
            Ok(live) => {
                if let Some(begun) = waiter.and_then(|waiter| waiter.begun) {
                    // Whoever asked may have stopped waiting.
                    let _ = begun.send(Ok(live));
                }
                Ok(())
            }
            Err(info) => {
                if let Some(waiter) = waiter {
                    waiter.refuse(&info);
                }
                Err(info)
            }
        }
    }

    /// That no turn runs in a session whose desk is held.
    pub(crate) fn quiet(&self, desk: &Desk) -> Result<(), ErrorInfo> {
        if self.running(&desk.session).is_none() {
            return Ok(());
        }
        Err(ErrorInfo::new(ErrorCode::Busy, "An answer is being given in this session.").with_hint("Stop it, or wait for its end."))
    }

    async fn begin(
        self: &Arc<Self>,
        desk: &Desk,
        row: &SessionRow,
        model: Option<&str>,
        asked: Asked<'_>,
        queue: Option<&[QueuedMessage]>,
        telling: Option<Arc<Telling>>,
    ) -> Result<Arc<Live>, ErrorInfo> {
        let model: TurnModel = self.models.to_ask(model, &desk.session).await?;
        let (ts, mode) = (self.host.now(), load::mode(row.mode));
        let (turn_id, message_id) = (TurnId::new(new_id(&*self.host)), self.fresh()?);
        let turn_id = turn_id.map_err(|error| internal("An id is not valid", error))?;
        let mut drafts = Vec::new();
        let mut update = None;
        let parent_id = match asked {
            Asked::New { id, parent, parts, channel } => {
                drafts.push(Own::MessageAdded { ts, message_id: id, parent_id: parent, parts, channel_id: channel }.draft()?);
                if row.title.is_empty() && !row.titled {
                    update = title_of(parts).map(|title| SessionUpdate { title: Some(title), ..SessionUpdate::default() });
                }
                id
            }
            Asked::Again(id) => id,
        };
        if let Some(queue) = queue {
            drafts.push(Own::QueueChanged { ts, queue }.draft()?);
        }
        let started = Own::TurnStarted {
            ts,
            turn_id: &turn_id,
            message_id: &message_id,
            parent_id,
            model: &model.model.id,
            provider: &model.provider,
            mode,
        };
        drafts.push(started.draft()?);
        self.store.append(&desk.session, Write { drafts, update, ts, ..Write::default() }).await.map_err(storage)?;
        let session_id = SessionId::new(desk.session.as_str()).map_err(|error| internal("A stored id is not valid", error))?;
        let live = Arc::new(self.fresh_live(session_id, turn_id, message_id, model.model.id, ts, telling));
        live.voice.begin();
        self.supervise(live.clone(), None);
        Ok(live)
    }

    /// A turn that an earlier instance left open.
    pub(super) fn live_of(&self, open: &OpenTurn, telling: Option<Arc<Telling>>) -> Result<Arc<Live>, ErrorInfo> {
        let bad = |error| internal("A stored id is not valid", error);
        let session_id = SessionId::new(open.session_id.as_str()).map_err(bad)?;
        let turn_id = TurnId::new(open.turn_id.as_str()).map_err(bad)?;
        let message_id = MessageId::new(open.message_id.as_str()).map_err(bad)?;
        Ok(Arc::new(self.fresh_live(session_id, turn_id, message_id, open.model.clone(), open.started_at, telling)))
    }

    fn fresh_live(
        &self,
        session_id: SessionId,
        turn_id: TurnId,
        message_id: MessageId,
        model: String,
        created_at: u64,
        telling: Option<Arc<Telling>>,
    ) -> Live {
        let seat = Seat {
            head: 0,
            tally: Tally::new(turn_id.clone(), message_id.clone()),
            attempt: 0,
            ticket: 0,
            brought: 0,
            stored: std::collections::HashSet::new(),
            stored_bytes: 0,
            runner: None,
            interrupted: false,
        };
        Live {
            voice: TurnVoice::new(self.hub.clone(), session_id.clone(), turn_id.clone(), message_id.clone(), telling),
            session_id,
            turn_id,
            message_id,
            model,
            created_at,
            store: self.store.clone(),
            host: self.host.clone(),
            seat: Mutex::new(seat),
            tickets: AtomicU64::new(0),
            heard: AtomicU64::new(0),
            told: std::sync::Mutex::default(),
            cancelling: CancellationToken::new(),
            deleted: CancellationToken::new(),
            left: CancellationToken::new(),
            fault: watch::Sender::new(None),
            unwritten: watch::Sender::new(None),
            over: watch::Sender::new(false),
        }
    }

    fn fresh(&self) -> Result<MessageId, ErrorInfo> {
        MessageId::new(new_id(&*self.host)).map_err(|error| internal("An id is not valid", error))
    }

    /// Whether a message was sent before: the command is repeated.
    async fn sent_before(&self, session: &str, id: &MessageId) -> Result<Option<Sent>, ErrorInfo> {
        match self.store.message(session, id.as_str()).await {
            Ok(_) => {}
            Err(StoreError::NotFound { .. }) => {
                let waits = self.queue(session).await?.iter().any(|queued| queued.queued_id.as_str() == id.as_str());
                return Ok(waits.then_some(Sent::Before(None)));
            }
            Err(error) => return Err(storage(error)),
        }
        let page = self.store.page(session, At::Around(id.to_string()), 4).await.map_err(storage)?;
        let answer = page.messages.into_iter().find(|message| message.parent_id.as_deref() == Some(id.as_str()));
        let answer = answer.map(|answer| answer.message_id.try_into()).transpose();
        Ok(Some(Sent::Before(answer.map_err(|error| internal("A stored id is not valid", error))?)))
    }

    /// What a message is made of, checked: folders and images are those of the session.
    async fn parts(&self, session: &str, content: String, others: Option<Vec<UserPart>>) -> Result<Vec<UserPart>, ErrorInfo> {
        let others = others.unwrap_or_default();
        if others.len() > MOST_PARTS {
            return Err(invalid(format!("A message has at most {MOST_PARTS} parts.")));
        }
        let mut parts = Vec::with_capacity(others.len() + 1);
        if !content.is_empty() {
            parts.push(UserPart::from(TextPart { text: content }));
        }
        parts.extend(others);
        if !parts.iter().any(|part| !matches!(part, UserPart::Text(text) if text.text.trim().is_empty())) {
            return Err(invalid("A message cannot be empty."));
        }
        if parts.iter().any(|part| matches!(part, UserPart::File(_))) {
            let folders = self.store.folders(session).await.map_err(storage)?;
            let unknown = |part: &&UserPart| matches!(part, UserPart::File(file) if folders.iter().all(|folder| folder.folder_id != file.folder_id.as_str()));
            if let Some(UserPart::File(file)) = parts.iter().find(unknown) {
                return Err(invalid(format!("The session has no folder `{}`.", file.folder_id)));
            }
        }
        if parts.iter().any(|part| matches!(part, UserPart::Image(_))) {
            let kept = self.store.blobs(session).await.map_err(storage)?;
            let unknown = |part: &UserPart| matches!(part, UserPart::Image(image) if !kept.iter().any(|hash| hash == image.hash.as_str()));
            if parts.iter().any(unknown) {
                return Err(invalid("An image of this message was not kept before (put_image)."));
            }
        }
        Ok(parts)
    }
}

/// A title for a session that has none: the first line that says something.
fn title_of(parts: &[UserPart]) -> Option<String> {
    let text = parts.iter().find_map(|part| match part {
        UserPart::Text(text) if !text.text.trim().is_empty() => Some(text.text.trim().lines().next().unwrap_or_default()),
        UserPart::File(file) => Some(file.path.as_str()),
        UserPart::Image(image) => Some(image.name.as_str()),
        UserPart::Text(_) => None,
    })?;
    let short = clip(text.trim(), 72);
    Some(if short.len() < text.trim().len() { format!("{}…", short.trim_end()) } else { short })
}
