//! A disk that is full in the middle of a turn, on a real small file system: the turn stands still and says so, what was acknowledged stays, and once there is
//! room it goes on to its end. What had happened is not done again.
#![cfg(target_os = "linux")]

mod support;

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use support::turns::{Turn, agents, called, chat, ended, text_added};
use support::types;

const PATIENCE: Duration = Duration::from_secs(60);
/// As much as one checkpoint says.
const PIECE: &str = "This is said while there is less and less room for it. ";

/// A file system of eight megabytes, where this user may make one.
struct SmallDisk(PathBuf);

impl SmallDisk {
    fn mount(at: &Path) -> Option<Self> {
        std::fs::create_dir_all(at).unwrap();
        let done = Command::new("mount").args(["-t", "tmpfs", "-o", "size=8m,mode=0700", "axion-test"]).arg(at).output().ok()?;
        if !done.status.success() {
            println!("not mounted: {}", String::from_utf8_lossy(&done.stderr));
            return None;
        }
        Some(Self(at.to_owned()))
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(&self.0).status();
    }
}

/// What the world outside has of the turn, whatever the disk keeps.
#[derive(Default)]
struct Outside {
    effects: AtomicUsize,
    /// Letters of the answer that were acknowledged.
    said: AtomicU64,
    /// The journal that the runner after the full disk was given.
    journal: Mutex<Vec<Value>>,
}

/// Takes all the room that is left.
fn fill(ballast: &Path) {
    let mut file = std::fs::File::create(ballast).unwrap();
    while file.write_all(&[0; 4096]).is_ok() {}
}

/// Does one thing that cannot be undone, then talks until nothing more can be written. Whoever goes on says the last word.
async fn agent(turn: Turn, outside: Arc<Outside>, ballast: PathBuf) {
    if turn.params["messages"].as_array().unwrap().len() > 1 {
        turn.say(0, 0, "You are welcome.").await;
        return turn.finish().await;
    }
    if turn.has("tool-finished") {
        *outside.journal.lock().unwrap() = turn.journal.clone();
        turn.append(vec![text_added(2, 0, "Done.")]).await.unwrap();
        return turn.finish().await;
    }
    turn.append(vec![called(0, "c", false), json!({ "type": "tool-started", "callId": "c" })]).await.unwrap();
    outside.effects.fetch_add(1, Ordering::SeqCst);
    turn.append(vec![ended("c")]).await.unwrap();
    fill(&ballast);
    loop {
        let offset = outside.said.load(Ordering::SeqCst);
        let text = PIECE.repeat(100);
        if turn.append(vec![text_added(1, offset, &text)]).await.is_err() {
            return;
        }
        outside.said.fetch_add(text.len() as u64, Ordering::SeqCst);
        assert!(offset < 64 << 20, "the disk is never full");
    }
}

fn said_in(events: &[Value], part: u64) -> String {
    events
        .iter()
        .filter(|event| event["type"] == "text-added" && event["part"] == part)
        .map(|event| event["text"].as_str().unwrap())
        .collect()
}

#[tokio::test]
async fn a_turn_stands_still_while_the_disk_is_full_and_goes_on_when_there_is_room() {
    let dir = tempfile::tempdir().unwrap();
    let home = dir.path().join("home");
    let Some(_disk) = SmallDisk::mount(&home) else { return };
    let (outside, ballast) = (Arc::new(Outside::default()), home.join("ballast"));
    let (theirs, filled) = (outside.clone(), ballast.clone());
    let runners = agents(move |turn| agent(turn, theirs.clone(), filled.clone()));
    let (world, session) = chat(&home, runners).await;
    let of = json!({ "sessionId": session });
    world.ok("send_message_streaming", json!({ "sessionId": session, "content": "Do it.", "follow": false })).await;

    let since = Instant::now();
    let problem = loop {
        let health = world.ok("get_health", json!({})).await;
        if let Some(problem) = health["problems"].as_array().unwrap().iter().find(|problem| problem.to_string().contains("stands still")) {
            break problem.to_string();
        }
        assert!(since.elapsed() < PATIENCE, "no notice: {health}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    };
    assert!(problem.contains(&session) && problem.to_lowercase().contains("full"), "it says which answer, and why: {problem}");
    let acknowledged = outside.said.load(Ordering::SeqCst);
    let story = world.story(&session).await;
    assert_eq!(types(&story).iter().filter(|kind| **kind == "tool-finished").count(), 1);
    assert!(said_in(&story, 1).len() as u64 >= acknowledged, "what was acknowledged can be read meanwhile");
    assert_eq!(world.ok("get_session", of.clone()).await["state"], "running", "the turn has not ended");
    // Nothing else is taken and then lost: it is refused, and says why.
    let refused = world.refused("send_message_streaming", json!({ "sessionId": session, "content": "And?", "messageId": "more" })).await;
    assert!(refused.message.to_lowercase().contains("full"), "{refused:?}");

    std::fs::remove_file(&ballast).unwrap();
    world.until_state(&session, "idle").await;
    world.core.turns_done().await;
    let story = world.story(&session).await;
    let kinds = types(&story);
    for (kind, count) in [("tool-started", 1), ("tool-finished", 1), ("turn-interrupted", 1), ("turn-finished", 1)] {
        assert_eq!(kinds.iter().filter(|one| **one == kind).count(), count, "{kind} in {kinds:?}");
    }
    assert_eq!(outside.effects.load(Ordering::SeqCst), 1, "it was not done again");
    let given = outside.journal.lock().unwrap().clone();
    assert!(said_in(&given, 1).len() as u64 >= acknowledged, "who went on was given all of it");
    let answer = world.ok("get_messages", of).await[1].clone();
    assert_eq!(answer["state"], "complete");
    assert!(answer["content"].as_str().unwrap().len() as u64 >= acknowledged && answer["content"].as_str().unwrap().ends_with("Done."));
    assert!(!world.ok("get_health", json!({})).await.to_string().contains("stands still"), "the notice is taken back");
    // The message that was refused can be sent now.
    let next = world.ok("send_message", json!({ "sessionId": session, "content": "And?", "messageId": "more" })).await;
    assert_eq!(next["content"], "You are welcome.");
    assert_eq!(world.ok("get_session", json!({ "sessionId": session })).await["messageCount"], 4);
    world.core.close().await;
}
