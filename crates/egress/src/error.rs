//! Why a request did not go out, or did not come back whole. Sentences for the person; no address's query, no header's value.

use std::time::Duration;

/// The broker did not let it out.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The address is not one that can be used.
    #[error("the address cannot be used: {0}")]
    Address(&'static str),
    /// The address holds a name or a password.
    #[error("the address holds a name or password; keys are kept apart from addresses")]
    Userinfo,
    /// Unencrypted to another machine.
    #[error("http:// is allowed to this machine only; another one needs https://")]
    Plain,
    /// Nobody allowed this host for this purpose.
    #[error("{0} is not among the allowed hosts")]
    Host(String),
    /// Nothing may leave this machine now.
    #[error("the air gap is on: nothing leaves this machine")]
    AirGap,
    /// The name leads somewhere special.
    #[error("{host} leads to {address}, which is {what}")]
    Reach {
        /// The name.
        host: String,
        /// What it resolved to.
        address: std::net::IpAddr,
        /// What kind of place that is.
        what: &'static str,
    },
    /// A header that the caller may not set, or that holds a line break.
    #[error("the header `{0}` may not be sent")]
    Header(String),
    /// It could not be written into the ledger.
    #[error("it could not be recorded, and nothing leaves unrecorded: {0}")]
    Ledger(String),
    /// Too many at once.
    #[error("too many requests are open at once ({0})")]
    Busy(usize),
}

/// What became of a request.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EgressError {
    /// It did not go out.
    #[error("{0}")]
    Blocked(#[from] Refusal),
    /// The name has no address.
    #[error("the address of {0} could not be found")]
    Resolve(String),
    /// No connection.
    #[error("no connection to {host}: {why}")]
    Connect {
        /// Host and port.
        host: String,
        /// What the system said.
        why: String,
    },
    /// The encryption failed.
    #[error("no secure connection to {host}: {why}")]
    Tls {
        /// Host and port.
        host: String,
        /// What the library said.
        why: String,
    },
    /// The server broke the protocol, or the connection ended half-way.
    #[error("the answer of {host} broke off or is no HTTP: {why}")]
    Protocol {
        /// Host and port.
        host: String,
        /// What the library said.
        why: String,
    },
    /// The head of the answer is too long.
    #[error("the head of the answer is longer than {0} bytes")]
    HeadTooLarge(usize),
    /// The body is too long.
    #[error("the answer is longer than {0} bytes")]
    TooLarge(u64),
    /// Nothing came for too long.
    #[error("nothing came for {}", seconds(.0))]
    Idle(Duration),
    /// It took too long altogether.
    #[error("it took longer than {}", seconds(.0))]
    Time(Duration),
    /// More redirects than are followed, or one that is not followed.
    #[error("it redirects {0}")]
    Redirect(&'static str),
    /// Compressed although that was not asked for: its size cannot be bounded before it is unpacked.
    #[error("the answer is compressed ({0}) although that was not asked for")]
    Compressed(String),
}

impl EgressError {
    /// Whether nothing left this machine.
    #[must_use]
    pub fn is_blocked(&self) -> bool {
        matches!(self, Self::Blocked(_))
    }

    /// Whether the same request may succeed a moment later.
    #[must_use]
    pub fn is_passing(&self) -> bool {
        matches!(
            self,
            Self::Resolve(_)
                | Self::Connect { .. }
                | Self::Protocol { .. }
                | Self::Idle(_)
                | Self::Time(_)
                | Self::Blocked(Refusal::Busy(_))
        )
    }
}

fn seconds(time: &Duration) -> String {
    if time.as_millis().is_multiple_of(1000) { format!("{} s", time.as_secs()) } else { format!("{} ms", time.as_millis()) }
}
