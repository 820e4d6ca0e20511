//! What is said ahead of the store, and what of it can be kept.

use super::*;

fn voice() -> TurnVoice {
    let id = |text: &str| text.to_owned();
    TurnVoice::new(Arc::default(), id("s").try_into().unwrap(), id("t").try_into().unwrap(), id("m").try_into().unwrap(), None)
}

fn added(part: u64, offset: u64, text: &str) -> TextAddedDraft {
    TextAddedDraft {
        ts: 1,
        turn_id: "t".to_owned().try_into().unwrap(),
        message_id: "m".to_owned().try_into().unwrap(),
        part,
        kind: TextKind::Text,
        offset,
        text: text.into(),
    }
}

fn left(voice: &TurnVoice, tally: &Tally) -> Vec<(u64, u64, String)> {
    let text = |event: TurnEvent| match event {
        TurnEvent::TextAdded(added) => (added.part, added.offset, added.text),
        other => panic!("{other:?}"),
    };
    voice.unwritten(tally, 1).into_iter().map(text).collect()
}

fn empty() -> Tally {
    Tally::new("t".to_owned().try_into().unwrap(), "m".to_owned().try_into().unwrap())
}

#[test]
fn what_a_lost_runner_said_last_can_be_written() {
    let (voice, mut tally) = (voice(), empty());
    voice.delta(0, TextKind::Text, 0, "Hello");
    voice.write(&added(0, 0, "Hello")).unwrap();
    tally.apply(&added(0, 0, "Hello").into()).unwrap();
    voice.settle(0, TextKind::Text, 5);
    voice.delta(0, TextKind::Text, 5, ", wor");
    voice.delta(0, TextKind::Text, 9, "rld");
    voice.delta(0, TextKind::Text, 40, "lost between");
    assert_eq!(left(&voice, &tally), [(0, 5, ", world".to_owned())]);
    assert_eq!(left(&voice, &empty()), [], "what the store lost before it cannot be invented");
}

#[test]
fn what_is_written_must_be_what_was_said() {
    let voice = voice();
    voice.delta(0, TextKind::Text, 0, "Hello");
    assert!(voice.write(&added(0, 0, "Help")).is_err());
    assert!(voice.write(&added(0, 0, "Hel")).is_ok());
    assert!(voice.write(&added(0, 3, "lo!")).is_ok(), "further than it was said");
    voice.settle(0, TextKind::Text, 6);
    voice.delta(0, TextKind::Text, 3, "lo!?");
    assert_eq!(left(&voice, &empty()), []);
}

#[test]
fn a_chatty_runner_fills_nothing() {
    let voice = voice();
    for part in 0..1000 {
        voice.delta(part, TextKind::Reasoning, 0, "x");
    }
    assert!(voice.lock().len() <= MOST_PARTS);
    let big = "y".repeat(60_000);
    for n in 0..100 {
        voice.delta(0, TextKind::Reasoning, 1 + n * 60_000, &big);
    }
    assert!(voice.lock()[&0].units < MOST_AHEAD + 60_001);
}
