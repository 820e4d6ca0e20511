//! The closed lists of words in a session's rows: the wire's, checked as they are read.

use rusqlite::Row;
use rusqlite::types::Type;
use serde::{Deserialize, Serialize};

macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$var_doc:meta])* $variant:ident = $word:literal),* $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
        pub enum $name { $($(#[$var_doc])* #[serde(rename = $word)] $variant),* }

        impl $name {
            /// The wire's word.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word),* }
            }

            /// Reads the wire's word.
            #[must_use]
            pub fn parse(word: &str) -> Option<Self> {
                match word { $($word => Some(Self::$variant),)* _ => None }
            }

            pub(super) fn read(row: &Row<'_>, column: usize) -> rusqlite::Result<Self> {
                let word = row.get_ref(column)?.as_str().map_err(|e| rusqlite::Error::FromSqlConversionFailure(column, Type::Text, Box::new(e)))?;
                Self::parse(word).ok_or_else(|| bad(column, format!("unknown word {word}")))
            }
        }
    };
}

words! {
    /// Where a session stands.
    SessionState {
        /// Nothing runs.
        Idle = "idle",
        /// A turn runs.
        Running = "running",
        /// A turn waits for the person.
        Waiting = "waiting",
        /// The last turn failed.
        Failed = "failed",
    }
}
words! {
    /// What an agent may do without being allowed each time.
    SessionMode {
        /// Only look.
        ReadOnly = "read-only",
        /// Change what the person allows, one by one.
        Ask = "ask",
        /// Change files without asking.
        AcceptEdits = "accept-edits",
    }
}
words! {
    /// Who says a message.
    MessageRole {
        /// The person.
        User = "user",
        /// The agent.
        Assistant = "assistant",
        /// Axion.
        System = "system",
    }
}
words! {
    /// Where a message stands.
    MessageState {
        /// Its turn has not ended.
        Streaming = "streaming",
        /// All of it is there.
        Complete = "complete",
        /// Its turn failed.
        Failed = "failed",
        /// Its turn was stopped.
        Cancelled = "cancelled",
    }
}

pub(super) fn bad(column: usize, error: String) -> rusqlite::Error {
    rusqlite::Error::FromSqlConversionFailure(column, Type::Text, error.into())
}
