//! What waits for a running turn. A message to *queue* begins the next turn when this one has ended well; one to *steer* goes into
//! the turn at its next step (and queues if the turn ends first). After a failed or cancelled turn the queue waits until the
//! person sends something or lets a message go (`held: false`): nothing is sent on after a failure that nobody looked at.
//!
//! Order is kept: a message that is held (the person edits it) holds up those behind it.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axion_protocol::{Delivery, ErrorCode, ErrorInfo, QueuedId, QueuedMessage, TextPart, UpdateQueuedParams, UserPart};
use tokio::sync::oneshot;

use super::events::Own;
use super::live::Live;
use super::store::Write;
use super::{Desk, Sessions, steer};
use crate::failure::storage;
use crate::streams::{Ending, Telling};

/// Messages that may wait in one session.
const MOST_QUEUED: usize = 100;

/// Who waits for a queued message to become a turn.
pub(crate) struct Waiter {
    pub(crate) telling: Option<Arc<Telling>>,
    pub(crate) begun: Option<oneshot::Sender<Result<Arc<Live>, ErrorInfo>>>,
}

/// All of them, by session and message.
#[derive(Default)]
pub(crate) struct Waiters(Mutex<HashMap<(String, QueuedId), Waiter>>);

impl Waiters {
    fn lock(&self) -> MutexGuard<'_, HashMap<(String, QueuedId), Waiter>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn put(&self, session: &str, queued: &QueuedId, waiter: Waiter) {
        self.lock().insert((session.to_owned(), queued.clone()), waiter);
    }

    pub(crate) fn take(&self, session: &str, queued: &QueuedId) -> Option<Waiter> {
        self.lock().remove(&(session.to_owned(), queued.clone()))
    }

    /// Tells who waits in a session that it is for nothing.
    pub(crate) fn refuse(&self, session: &str, why: &ErrorInfo) {
        let gone: Vec<Waiter> = self.lock().extract_if(|(of, _), _| of == session).map(|(_, waiter)| waiter).collect();
        gone.into_iter().for_each(|waiter| waiter.refuse(why));
    }

    pub(crate) fn refuse_all(&self, why: &ErrorInfo) {
        let gone: Vec<Waiter> = self.lock().drain().map(|(_, waiter)| waiter).collect();
        gone.into_iter().for_each(|waiter| waiter.refuse(why));
    }
}

impl Waiter {
    pub(crate) fn refuse(self, why: &ErrorInfo) {
        if let Some(telling) = self.telling {
            telling.end(Ending::from(why));
        }
        if let Some(begun) = self.begun {
            // Whoever asked may have stopped waiting.
            let _ = begun.send(Err(why.clone()));
        }
    }
}

impl Sessions {
    /// Puts a message behind those that wait; the running turn's runner is told of one that steers.
    pub(crate) async fn enqueue(&self, desk: &Desk, message: QueuedMessage) -> Result<(), ErrorInfo> {
        let mut queue = self.queue(&desk.session).await?;
        if queue.iter().any(|known| known.queued_id == message.queued_id) {
            return Ok(());
        }
        if queue.len() >= MOST_QUEUED {
            return Err(ErrorInfo::new(ErrorCode::Busy, format!("{MOST_QUEUED} messages wait already. Nothing was sent."))
                .with_hint("Wait for the answer, or remove some of them."));
        }
        queue.push(message.clone());
        self.write_queue(desk, &queue, Vec::new()).await?;
        if message.delivery == Delivery::Steer
            && let Some(live) = self.running(&desk.session)
        {
            steer::tell(&live, message);
        }
        Ok(())
    }

    pub(crate) async fn write_queue(
        &self,
        desk: &Desk,
        queue: &[QueuedMessage],
        mut before: Vec<axion_store::EventDraft>,
    ) -> Result<(), ErrorInfo> {
        let ts = self.host.now();
        before.push(Own::QueueChanged { ts, queue }.draft()?);
        self.write(desk, Write { drafts: before, ts, ..Write::default() }).await.map(|_| ())
    }

    /// Changes a message that waits.
    pub(crate) async fn update_queued(self: &Arc<Self>, params: UpdateQueuedParams) -> Result<Vec<QueuedMessage>, ErrorInfo> {
        let desk = self.desk(params.session_id.as_str()).await?;
        let mut queue = self.queue(&desk.session).await?;
        let at = place(&queue, &params.queued_id)?;
        let live = self.running(&desk.session);
        let before = queue[at].clone();
        let mut fresh = before.clone();
        if let Some(content) = params.content {
            let others = fresh.parts.into_iter().filter(|part| !matches!(part, UserPart::Text(_)));
            let text = (!content.is_empty()).then(|| UserPart::from(TextPart { text: content }));
            fresh.parts = text.into_iter().chain(others).collect();
            if fresh.parts.is_empty() {
                return Err(crate::failure::invalid("A message cannot be empty. Remove it instead."));
            }
        }
        if let Some(delivery) = params.delivery {
            fresh.delivery = if steer::can(&fresh.parts) { delivery } else { Delivery::Queue };
        }
        if let Some(held) = params.held {
            fresh.held = held.then_some(true);
        }
        let went = |message: &QueuedMessage| message.delivery == Delivery::Steer && message.held != Some(true);
        let changed = fresh != before;
        if let (Some(live), true, true) = (&live, changed, went(&before))
            && !steer::take_back(live, &params.queued_id).await
        {
            return Err(went_in());
        }
        queue.remove(at);
        let position = params.position.map_or(at, |position| usize::try_from(position).unwrap_or(usize::MAX)).min(queue.len());
        queue.insert(position, fresh.clone());
        self.write_queue(&desk, &queue, Vec::new()).await?;
        match live {
            Some(live) if changed && went(&fresh) => steer::tell(&live, fresh),
            Some(_) => {}
            // The person lets it go, and nothing runs.
            None if params.held == Some(false) => self.release(&desk).await?,
            None => {}
        }
        self.queue(&desk.session).await
    }

    /// Takes a message back.
    pub(crate) async fn remove_queued(&self, session: &str, queued: &QueuedId) -> Result<Vec<QueuedMessage>, ErrorInfo> {
        let desk = self.desk(session).await?;
        let mut queue = self.queue(session).await?;
        let at = place(&queue, queued)?;
        if queue[at].delivery == Delivery::Steer
            && let Some(live) = self.running(session)
            && !steer::take_back(&live, queued).await
        {
            return Err(went_in());
        }
        queue.remove(at);
        self.write_queue(&desk, &queue, Vec::new()).await?;
        if let Some(waiter) = self.waiters.take(session, queued) {
            waiter.refuse(&ErrorInfo::new(ErrorCode::Cancelled, "The message was taken back before it was sent."));
        }
        Ok(queue)
    }

    /// Begins the next turn with what waits, if it may go out: called where a turn has ended well, or at start after one did.
    pub(crate) async fn go_on(self: &Arc<Self>, desk: &Desk) {
        // Somebody began a turn meanwhile; the queue goes on after it.
        if self.running(&desk.session).is_some() {
            return;
        }
        let ended_well = async {
            let snapshot = self.store.snapshot(&desk.session).await.map_err(storage)?;
            let Some(tip) = snapshot.tip else { return Ok(true) };
            let tip = self.store.message(&desk.session, &tip).await.map_err(storage)?;
            Ok::<_, ErrorInfo>(tip.state == axion_store::MessageState::Complete)
        };
        match ended_well.await {
            Ok(true) => {
                if let Err(info) = self.release(desk).await {
                    self.waiters.refuse(&desk.session, &info);
                }
            }
            Ok(false) => self.waiters.refuse(&desk.session, &stopped()),
            Err(info) => tracing::warn!(error = %info, session = desk.session, "a queue could not be read"),
        }
    }

    /// Begins a turn with the first message that waits, unless the person holds it.
    async fn release(self: &Arc<Self>, desk: &Desk) -> Result<(), ErrorInfo> {
        let mut queue = self.queue(&desk.session).await?;
        if self.running(&desk.session).is_some() || queue.first().is_none_or(|first| first.held == Some(true)) {
            return Ok(());
        }
        let first = queue.remove(0);
        // There is no turn to steer any more.
        queue.iter_mut().for_each(|message| message.delivery = Delivery::Queue);
        self.begin_queued(desk, first, queue).await
    }
}

fn place(queue: &[QueuedMessage], queued: &QueuedId) -> Result<usize, ErrorInfo> {
    let gone = || ErrorInfo::new(ErrorCode::NotFound, "This message does not wait any more: it was sent or removed.");
    queue.iter().position(|message| message.queued_id == *queued).ok_or_else(gone)
}

fn went_in() -> ErrorInfo {
    ErrorInfo::new(ErrorCode::Conflict, "This message has gone into the answer already.")
}

fn stopped() -> ErrorInfo {
    ErrorInfo::new(ErrorCode::Busy, "The answer before it did not end well, so this message waits in the session's queue.")
        .with_hint("Send another message, or let this one go.")
}
