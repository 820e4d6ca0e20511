//! What a person says into a running turn: told to its runner, which writes `steered` when it has gone in.

use std::sync::{Arc, PoisonError};

use axion_protocol::{QueuedId, QueuedMessage, TurnSteerParams, TurnUnsteerParams, TurnUnsteerResult, UserPart};

use super::live::Live;
use crate::runs::json;

/// The text of a message for where only text can go: files by the name that the agent knows them by.
pub(super) fn text_of(parts: &[UserPart]) -> String {
    let mut lines = Vec::new();
    for part in parts {
        match part {
            UserPart::Text(text) => lines.push(text.text.clone()),
            UserPart::File(file) => lines.push(format!("[file {}/{}]", file.folder_id, file.path)),
            UserPart::Image(image) => lines.push(format!("[image {}]", image.name)),
        }
    }
    lines.join("\n")
}

/// Whether it can go into a running turn: an image cannot.
pub(super) fn can(parts: &[UserPart]) -> bool {
    !parts.iter().any(|part| matches!(part, UserPart::Image(_)))
}

/// A new runner knows of nothing.
pub(super) fn none_told(live: &Live) {
    live.told.lock().unwrap_or_else(PoisonError::into_inner).clear();
}

/// Tells it, once and without waiting: a runner that is gone, or not there yet, is followed by one that is told all that waits.
pub(super) fn tell(live: &Arc<Live>, queued: QueuedMessage) {
    let live = live.clone();
    tokio::spawn(async move {
        let runner = {
            let seat = live.seat.lock().await;
            let mut told = live.told.lock().unwrap_or_else(PoisonError::into_inner);
            seat.runner.clone().filter(|_| !seat.tally.has_steered(&queued.queued_id) && told.insert(queued.queued_id.clone()))
        };
        let params = TurnSteerParams { turn_id: live.turn_id.clone(), queued_id: queued.queued_id, text: text_of(&queued.parts) };
        if let (Some(runner), Ok(params)) = (runner, json(&params))
            && let Err(error) = runner.request("turn_steer", &params).await
        {
            tracing::debug!(%error, "a runner could not be told what the person said");
        }
    });
}

/// Takes it back; false if it has gone in already.
pub(super) async fn take_back(live: &Live, queued: &QueuedId) -> bool {
    let runner = {
        let seat = live.seat.lock().await;
        if seat.tally.has_steered(queued) {
            return false;
        }
        seat.runner.clone()
    };
    // Without a runner nobody has it.
    let Some(runner) = runner else { return true };
    let params = TurnUnsteerParams { turn_id: live.turn_id.clone(), queued_id: queued.clone() };
    let Ok(params) = json(&params) else { return false };
    match runner.request("turn_unsteer", &params).await {
        Ok(answer) if serde_json::from_str::<TurnUnsteerResult>(answer.get()).is_ok_and(|answer| answer.taken) => {
            live.told.lock().unwrap_or_else(PoisonError::into_inner).remove(queued);
            true
        }
        Ok(_) => false,
        // It is gone, or does not know the message: what it wrote decides.
        Err(_) => !live.seat.lock().await.tally.has_steered(queued),
    }
}
