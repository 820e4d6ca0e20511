//! A person answers what a turn asks: durable first, then told to its runner. Of many answers the first counts.

use std::sync::Arc;

use axion_protocol::{
    AnsweredBy, ErrorCode, ErrorInfo, Fact, RequestAnswer, RequestAnsweredDraft, RequestId, RequestKind, SessionRequest, TurnAnswerParams,
    TurnEvent,
};
use axion_store::EventDraft;

use super::Sessions;
use super::live::Live;
use super::store::Write;
use crate::failure::{internal, invalid, storage};
use crate::runs::json;
use crate::wire;

/// The fact that names an instruction file's hash, and the answer that lets it apply (see `TurnStartParams.seenInstructions`).
const HASH_FACT: &str = "SHA-256";
const USE: &str = "use";

impl Sessions {
    /// Answers a request. The same answer again is harmless; another one is a conflict.
    pub(crate) async fn answer(self: &Arc<Self>, session: &str, request: &RequestId, answer: RequestAnswer) -> Result<(), ErrorInfo> {
        let desk = self.desk(session).await?;
        let Some(row) = self.store.open_request(session, request.as_str()).await.map_err(storage)? else {
            drop(desk);
            return self.answered_before(session, request, &answer).await;
        };
        let asked: SessionRequest = wire::text_of(row.body.get())?;
        let answer = by_whom(answer);
        check(&asked, &answer)?;
        let live = match self.running(session) {
            Some(live) => live,
            None => {
                // Left open by an earlier instance and not taken up yet: it is, with the answer in its journal.
                let open = self.store.open_turns().await.map_err(storage)?;
                let turn = open.into_iter().find(|turn| turn.session_id == session && turn.turn_id == row.turn_id);
                let turn = turn.ok_or_else(|| ErrorInfo::new(ErrorCode::Conflict, "The answer that asked has ended."))?;
                self.live_of(&turn, None)?
            }
        };
        let taken_up = self.running(session).is_none();
        if taken_up {
            super::revive::reload(&live).await?;
        }
        self.write_answer(&live, &asked, &answer).await?;
        if taken_up {
            self.supervise(live, Some("Axion was closed or killed while this answer was being given".to_owned()));
        }
        Ok(())
    }

    async fn write_answer(&self, live: &Arc<Live>, asked: &SessionRequest, answer: &RequestAnswer) -> Result<(), ErrorInfo> {
        let (ts, request_id) = (self.host.now(), asked.request_id.clone());
        let event: TurnEvent =
            RequestAnsweredDraft { ts, turn_id: live.turn_id.clone(), request_id: request_id.clone(), answer: answer.clone() }.into();
        let seen =
            (asked.kind == RequestKind::Instructions && answer.option.as_deref() == Some(USE)).then(|| hash_of(&asked.facts)).flatten();
        let (written, runner) = {
            let mut seat = live.seat.lock().await;
            // Looked at again while seated: another window, or the mode, may have been faster.
            if !seat.tally.waits_for(&request_id) {
                return Err(conflict());
            }
            seat.tally.apply(&event).map_err(|why| internal("An answer could not be written", why))?;
            let drafts = vec![EventDraft::of(&event).map_err(storage)?];
            (live.append_own(&mut seat, Write { drafts, seen, ts, ..Write::default() }), seat.runner.clone())
        };
        written.done().await?;
        if let Some(runner) = runner {
            let params = TurnAnswerParams { turn_id: live.turn_id.clone(), request_id, answer: answer.clone(), ts };
            // If it is gone, the next one reads the answer in the journal.
            if let Err(error) = runner.request("turn_answer", &json(&params)?).await {
                tracing::debug!(%error, "a runner could not be told an answer");
            }
        }
        Ok(())
    }

    async fn answered_before(&self, session: &str, request: &RequestId, answer: &RequestAnswer) -> Result<(), ErrorInfo> {
        self.store.get(session).await.map_err(storage)?;
        let live = self.running(session);
        let known = match &live {
            Some(live) => live.seat.lock().await.tally.answer(request),
            None => None,
        };
        match known {
            Some(known) if known.option == answer.option && known.text == answer.text => Ok(()),
            _ => Err(conflict()),
        }
    }
}

fn conflict() -> ErrorInfo {
    ErrorInfo::new(ErrorCode::Conflict, "This request does not wait for an answer any more: it was answered, or what asked has ended.")
}

fn hash_of(facts: &[Fact]) -> Option<String> {
    facts.iter().find(|fact| fact.label == HASH_FACT).map(|fact| fact.value.clone()).filter(|hash| hash.len() <= 64)
}

/// A client speaks for the person, or says that nobody is there; then it has chosen nothing. What the mode decides is the runner's to say.
fn by_whom(answer: RequestAnswer) -> RequestAnswer {
    match answer.by {
        Some(AnsweredBy::Nobody) => RequestAnswer { option: None, text: None, by: Some(AnsweredBy::Nobody) },
        _ => RequestAnswer { by: Some(AnsweredBy::Person), ..answer },
    }
}

/// That an answer is one of those that were offered.
fn check(asked: &SessionRequest, answer: &RequestAnswer) -> Result<(), ErrorInfo> {
    if answer.by == Some(AnsweredBy::Nobody) {
        return Ok(());
    }
    if let Some(option) = &answer.option {
        if !asked.options.iter().any(|known| known.id == *option) {
            let known: Vec<&str> = asked.options.iter().map(|known| known.id.as_str()).collect();
            return Err(invalid(format!("{option:?} is not one of the answers: {}.", known.join(", "))));
        }
        return Ok(());
    }
    if asked.free_text && answer.text.as_ref().is_some_and(|text| !text.trim().is_empty()) {
        return Ok(());
    }
    Err(invalid("An answer names one of the options, or says something where that is allowed."))
}
