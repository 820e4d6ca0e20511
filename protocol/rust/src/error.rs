//! Making `ErrorInfo`, the one form in which a failure crosses a border.

use std::fmt;

use crate::{ErrorCode, ErrorInfo, Problem, Slot, clip};

impl ErrorInfo {
    /// An error with a code and a sentence for the person. A sentence that is too long for the wire is cut.
    #[must_use]
    pub fn new(code: ErrorCode, message: impl AsRef<str>) -> Self {
        Self { code, message: clip(message.as_ref(), 4000), hint: None, problems: None, slots: None }
    }

    /// Says what to do.
    #[must_use]
    pub fn with_hint(mut self, hint: impl AsRef<str>) -> Self {
        self.hint = Some(clip(hint.as_ref(), 4000));
        self
    }

    /// Says what is wrong with the graph.
    #[must_use]
    pub fn with_problems(mut self, problems: Vec<Problem>) -> Self {
        self.problems = Some(problems);
        self
    }

    /// Says which folders must be bound first.
    #[must_use]
    pub fn with_slots(mut self, slots: Vec<Slot>) -> Self {
        self.slots = Some(slots);
        self
    }
}

impl fmt::Display for ErrorInfo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for ErrorInfo {}
