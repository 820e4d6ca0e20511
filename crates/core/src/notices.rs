//! What the person must be told and did not ask for: that the database was restored, that a backup failed, that a run
//! stands still. Kept in memory while it holds, and shown by `get_system`.

use std::sync::{Mutex, MutexGuard, PoisonError};

use axion_protocol::Notice;

/// Most that are kept; they repeat when a disk stays full.
const MOST: usize = 50;

/// The notices of this instance, each perhaps about one thing.
#[derive(Debug, Default)]
pub(crate) struct Notices(Mutex<Vec<(Option<String>, Notice)>>);

impl Notices {
    fn lock(&self) -> MutexGuard<'_, Vec<(Option<String>, Notice)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Keeps one until this instance ends.
    pub(crate) fn push(&self, notice: Notice) {
        let mut all = self.lock();
        if all.len() < MOST {
            all.push((None, notice));
        }
    }

    /// Keeps one about a thing, in place of an earlier one about it.
    pub(crate) fn put(&self, notice: Notice, about: &str) {
        let mut all = self.lock();
        let room = all.len() < MOST;
        match all.iter_mut().find(|(known, _)| known.as_deref() == Some(about)) {
            // When it began is what the person wants to know.
            Some((_, known)) => *known = Notice { at: known.at, ..notice },
            None if room => all.push((Some(about.to_owned()), notice)),
            None => {}
        }
    }

    /// What was said about a thing no longer holds.
    pub(crate) fn take_back(&self, about: &str) {
        self.lock().retain(|(known, _)| known.as_deref() != Some(about));
    }

    /// All, oldest first.
    pub(crate) fn all(&self) -> Vec<Notice> {
        self.lock().iter().map(|(_, notice)| notice.clone()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn notice(message: &str, at: u64) -> Notice {
        Notice { code: "c".into(), message: message.into(), at }
    }

    #[test]
    fn one_notice_about_one_thing_for_as_long_as_it_holds() {
        let notices = Notices::default();
        notices.push(notice("a", 1));
        notices.put(notice("b", 2), "r");
        notices.put(notice("c", 3), "r");
        assert_eq!(notices.all(), [notice("a", 1), notice("c", 2)]);
        notices.take_back("r");
        assert_eq!(notices.all(), [notice("a", 1)]);
        (0..100).for_each(|n| notices.push(notice("x", n)));
        assert_eq!(notices.all().len(), MOST);
    }
}
