//! Reading one stream to its end, exactly: each event once and in order, also when the reader lagged or Core was replaced.

use axion_protocol::{ErrorInfo, SessionDelta, Subscription};
use serde::Deserialize;
use serde_json::value::RawValue;

use crate::door::Door;

/// A place in a stream.
pub struct Follow {
    stream: String,
    /// The last `seq` that was taken in; what is waiting goes up to it.
    after: u64,
    epoch: Option<String>,
    /// Core sends what follows. Not so before the first [`begin`](Self::begin), after a lag, and when a `begin` was given up half way.
    subscribed: bool,
    /// Asked again since the last gap.
    asked: bool,
    waiting: std::collections::VecDeque<String>,
}

/// What a reader of a stream hears.
pub enum Heard {
    /// The JSON of its next event.
    Event(String),
    /// Text of a session that is not durable yet.
    Ahead(SessionDelta),
}

#[derive(Deserialize)]
struct Pushed<'a> {
    r#type: String,
    stream: String,
    epoch: String,
    #[serde(borrow, default)]
    events: Vec<&'a RawValue>,
}

#[derive(Deserialize)]
struct Place {
    seq: u64,
}

impl Follow {
    /// From the beginning, or after a place of a known epoch.
    pub fn new(stream: impl Into<String>, epoch: Option<String>, after: u64) -> Self {
        Self { stream: stream.into(), after, epoch, subscribed: false, asked: false, waiting: std::collections::VecDeque::new() }
    }

    /// Subscribes; call it again at another door to go on from the same place.
    pub async fn begin(&mut self, door: &Door) -> Result<(), ErrorInfo> {
        let mut params = serde_json::json!({ "stream": self.stream, "after": self.after });
        if let Some(epoch) = &self.epoch {
            params["epoch"] = epoch.as_str().into();
        }
        self.subscribed = false;
        let (answer, held) = door.call_held("subscribe", &params.to_string()).await?;
        let place: Subscription = serde_json::from_str(answer.get()).map_err(|error| {
            ErrorInfo::new(axion_protocol::ErrorCode::Internal, format!("The answer of subscribe cannot be read: {error}."))
        })?;
        if place.mode == axion_protocol::SubscribeMode::Snapshot {
            // The place cannot be served: what follows its head is all there is.
            self.after = place.head;
        }
        self.epoch = Some(place.epoch);
        self.subscribed = true;
        drop(held);
        Ok(())
    }

    /// The next event's JSON; `None` if Core is gone. Cancel safe.
    pub async fn next(&mut self, door: &Door) -> Result<Option<String>, ErrorInfo> {
        loop {
            match self.next_heard(door).await? {
                Some(Heard::Event(event)) => return Ok(Some(event)),
                Some(Heard::Ahead(_)) => {}
                None => return Ok(None),
            }
        }
    }

    /// The same, with what is said ahead of the store. Cancel safe.
    pub async fn next_heard(&mut self, door: &Door) -> Result<Option<Heard>, ErrorInfo> {
        loop {
            if let Some(event) = self.waiting.pop_front() {
                return Ok(Some(Heard::Event(event)));
            }
            if !self.subscribed {
                self.begin(door).await?;
            }
            let Some(said) = door.next().await else { return Ok(None) };
            if let Ok(delta) = serde_json::from_str::<SessionDelta>(&said.json)
                && self.stream.strip_prefix("session:") == Some(delta.session_id.as_str())
            {
                return Ok(Some(Heard::Ahead(delta)));
            }
            let Ok(pushed) = serde_json::from_str::<Pushed<'_>>(&said.json) else { continue };
            if pushed.stream != self.stream {
                continue;
            }
            if pushed.r#type == "stream-lagged" || Some(&pushed.epoch) != self.epoch.as_ref() {
                self.subscribed = false;
            } else if !self.take(&pushed.events) && !self.asked {
                self.asked = true;
                self.subscribed = false;
            }
        }
    }

    /// Takes what follows; false at a gap. What is older was seen already.
    fn take(&mut self, events: &[&RawValue]) -> bool {
        for event in events {
            let Ok(place) = serde_json::from_str::<Place>(event.get()) else { continue };
            if place.seq <= self.after {
                continue;
            }
            if place.seq != self.after + 1 {
                return false;
            }
            self.after = place.seq;
            self.asked = false;
            self.waiting.push_back(event.get().to_owned());
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use futures_util::FutureExt;

    use super::*;

    fn taken(follow: &mut Follow, seqs: &[u64]) -> bool {
        let raws: Vec<Box<RawValue>> = seqs.iter().map(|seq| RawValue::from_string(format!("{{\"seq\":{seq}}}")).unwrap()).collect();
        follow.take(&raws.iter().map(|raw| &**raw).collect::<Vec<_>>())
    }

    #[test]
    fn each_event_once_and_in_order() {
        let mut follow = Follow::new("s", None, 2);
        assert!(taken(&mut follow, &[1, 2, 3, 4]));
        assert!(taken(&mut follow, &[4, 5]));
        assert!(!taken(&mut follow, &[7]), "a gap");
        assert!(taken(&mut follow, &[6, 7]));
        assert_eq!(follow.waiting.len(), 5);
    }

    #[tokio::test]
    async fn giving_a_subscription_up_half_way_loses_nothing() {
        let home = tempfile::tempdir().unwrap();
        let door = Door::open(home.path().join("axion")).await.unwrap();
        let act = || async { door.call("create_session", r#"{"model":"demo"}"#).await.unwrap() };
        act().await;
        let mut follow = Follow::new("workspace", None, 0);
        let first = follow.next(&door).await.unwrap().unwrap();
        // What came before a lag is still handed out, and the subscription is asked for as often as it takes.
        follow.waiting.push_back(first.clone());
        follow.subscribed = false;
        assert_eq!(follow.next(&door).now_or_never().unwrap().unwrap(), Some(first));
        for _ in 0..3 {
            assert!(follow.next(&door).now_or_never().is_none());
            assert!(!follow.subscribed);
        }
        act().await;
        let heard = tokio::time::timeout(Duration::from_secs(20), follow.next(&door)).await.unwrap().unwrap().unwrap();
        assert!(heard.contains("session"), "{heard}");
        door.close().await;
    }
}
