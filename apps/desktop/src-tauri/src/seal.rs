//! The seal that binds an invoke to the isolation frame that approved it.
//!
//! Tauri's isolation pattern encrypts only the payload: a script of the page can send a ciphertext that was approved for one command as another
//! command, replay it, or send no payload at all. So the hook puts `$seal {frame, cmd, n}` inside the payload, which only the frame and Core can read,
//! and Core admits each (frame, n) once, for that command and that window only. This file is the pure decision; `lib.rs` applies it.

use std::collections::HashMap;

use serde::Deserialize;

/// Key under which the hook puts the seal in the payload.
pub const SEAL_KEY: &str = "$seal";

/// Numbers that may arrive late: concurrent invokes overtake each other, so the window is wider than any burst of the page.
const WINDOW: u64 = 4096;
/// Frames are never forgotten, or a replay of a forgotten one would look new; one is made per page load, so the bound is far away.
const MAX_FRAMES: usize = 4096;

/// What the isolation frame wrote into the payload.
#[derive(Debug, Clone, Deserialize)]
pub struct Seal {
    /// Random id that the frame made when it loaded.
    pub frame: String,
    /// The command that was approved.
    pub cmd: String,
    /// Counter of the frame, from 1.
    pub n: u64,
}

/// Why a message was not admitted. The page learns only that it was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// No seal in the payload: the message did not pass the hook.
    Unsealed,
    /// The seal was made for another command.
    Swapped,
    /// This message was admitted before, or is older than the window.
    Replayed,
    /// The frame belongs to another window.
    ForeignWindow,
    /// More frames than a session can have.
    TooManyFrames,
}

struct Frame {
    window: String,
    highest: u64,
    seen: Box<[u64]>,
}

impl Frame {
    fn new(window: &str) -> Self {
        Frame { window: window.to_owned(), highest: 0, seen: vec![0; (WINDOW / 64) as usize].into_boxed_slice() }
    }

    /// Marks `n` as used; false if it was used before or cannot be told any more.
    fn take(&mut self, n: u64) -> bool {
        if n == 0 || n.saturating_add(WINDOW) <= self.highest {
            return false;
        }
        if n > self.highest {
            // Slots between the old and the new highest are reused by the window: clear them.
            for fresh in (self.highest + 1..=n).rev().take(WINDOW as usize) {
                self.clear(fresh);
            }
            self.highest = n;
        }
        let (word, bit) = slot(n);
        let used = self.seen[word] & bit != 0;
        self.seen[word] |= bit;
        !used
    }

    fn clear(&mut self, n: u64) {
        let (word, bit) = slot(n);
        self.seen[word] &= !bit;
    }
}

fn slot(n: u64) -> (usize, u64) {
    let index = n % WINDOW;
    ((index / 64) as usize, 1 << (index % 64))
}

/// All frames of this process, each with the numbers that it has used.
#[derive(Default)]
pub struct Seals {
    frames: HashMap<String, Frame>,
}

impl Seals {
    /// Admits a message once, or says why not.
    pub fn admit(&mut self, window: &str, command: &str, seal: Option<&Seal>) -> Result<(), Refusal> {
        let seal = seal.ok_or(Refusal::Unsealed)?;
        if seal.cmd != command {
            return Err(Refusal::Swapped);
        }
        if !self.frames.contains_key(&seal.frame) {
            if self.frames.len() >= MAX_FRAMES || seal.frame.len() > 64 {
                return Err(Refusal::TooManyFrames);
            }
            self.frames.insert(seal.frame.clone(), Frame::new(window));
        }
        let Some(frame) = self.frames.get_mut(&seal.frame) else { return Err(Refusal::TooManyFrames) };
        if frame.window != window {
            return Err(Refusal::ForeignWindow);
        }
        if frame.take(seal.n) { Ok(()) } else { Err(Refusal::Replayed) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seal(cmd: &str, n: u64) -> Seal {
        Seal { frame: "f1".into(), cmd: cmd.into(), n }
    }

    #[test]
    fn admits_each_number_once_in_any_order() {
        let mut seals = Seals::default();
        for n in [3, 1, 2, 200, 199, 5000, 4999] {
            assert_eq!(seals.admit("main", "get_run", Some(&seal("get_run", n))), Ok(()), "{n}");
        }
        for n in [3, 1, 200, 5000, 4999] {
            assert_eq!(seals.admit("main", "get_run", Some(&seal("get_run", n))), Err(Refusal::Replayed), "{n}");
        }
        assert_eq!(seals.admit("main", "get_run", Some(&seal("get_run", 4998))), Ok(()));
    }

    #[test]
    fn refuses_what_is_unsealed_swapped_foreign_or_zero() {
        let mut seals = Seals::default();
        assert_eq!(seals.admit("main", "get_run", None), Err(Refusal::Unsealed));
        assert_eq!(seals.admit("main", "delete_run", Some(&seal("get_run", 1))), Err(Refusal::Swapped));
        assert_eq!(seals.admit("main", "get_run", Some(&seal("get_run", 0))), Err(Refusal::Replayed));
        assert_eq!(seals.admit("main", "get_run", Some(&seal("get_run", 1))), Ok(()));
        assert_eq!(seals.admit("other", "get_run", Some(&seal("get_run", 2))), Err(Refusal::ForeignWindow));
    }

    #[test]
    fn agrees_with_a_plain_set_while_inside_the_window() {
        // Numbers jump about by less than the window, as concurrent invokes do; a plain set is the model.
        let mut seals = Seals::default();
        let mut model = std::collections::HashSet::new();
        let (mut state, mut base) = (0x9e37_79b9_7f4a_7c15_u64, 1_u64);
        for _ in 0..50_000 {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            base += u64::from(state >> 62 == 0);
            let n = base + (state >> 40) % 2000;
            let admitted = seals.admit("main", "x", Some(&seal("x", n))).is_ok();
            assert_eq!(admitted, model.insert(n), "{n}");
        }
    }

    #[test]
    fn frames_are_bounded_and_never_forgotten() {
        let mut seals = Seals::default();
        for i in 0..MAX_FRAMES {
            let s = Seal { frame: format!("f{i}"), cmd: "x".into(), n: 1 };
            assert_eq!(seals.admit("main", "x", Some(&s)), Ok(()));
        }
        let more = Seal { frame: "another".into(), cmd: "x".into(), n: 1 };
        assert_eq!(seals.admit("main", "x", Some(&more)), Err(Refusal::TooManyFrames));
        let old = Seal { frame: "f0".into(), cmd: "x".into(), n: 1 };
        assert_eq!(seals.admit("main", "x", Some(&old)), Err(Refusal::Replayed));
    }
}
