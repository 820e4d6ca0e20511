//! From the inner rooms' errors to the wire's: each becomes a code that somebody branches on, a sentence and what to do.

use axion_protocol::{ErrorCode, ErrorInfo};
use axion_runner_host::{HandshakeFault, RunnerError};
use axion_store::{OpenError, StoreError};

/// A store's failure for the person.
pub fn storage(error: StoreError) -> ErrorInfo {
    let code = match &error {
        StoreError::NotFound { .. } => ErrorCode::NotFound,
        StoreError::Conflict(_) => ErrorCode::Conflict,
        StoreError::Invalid(_) => ErrorCode::InvalidParams,
        StoreError::Internal(_) => ErrorCode::Internal,
        // Core is closing: another instance can do it, or this one after its next start.
        StoreError::Closed => ErrorCode::Offline,
        _ => ErrorCode::Storage,
    };
    let info = ErrorInfo::new(code, error.to_string());
    match error.hint() {
        Some(hint) => info.with_hint(hint),
        None => info,
    }
}

/// A home that could not be opened.
pub fn opening(error: &OpenError) -> ErrorInfo {
    match error {
        OpenError::HomeInUse { .. } => {
            ErrorInfo::new(ErrorCode::InUse, error.to_string()).with_hint("Close the other instance, or choose another folder with --home.")
        }
        OpenError::Home { source, .. } => {
            let info = ErrorInfo::new(ErrorCode::Storage, error.to_string());
            match source.hint() {
                Some(hint) => info.with_hint(hint),
                None => info,
            }
        }
        _ => ErrorInfo::new(ErrorCode::Storage, error.to_string()),
    }
}

/// A runner that could not be had.
pub fn runner(error: &RunnerError) -> ErrorInfo {
    let code = match error {
        RunnerError::NodeMissing { .. } => ErrorCode::RuntimeMissing,
        RunnerError::Grant { .. } => ErrorCode::InvalidParams,
        // Somebody ended it while it started: another one may well live.
        RunnerError::Handshake { why: HandshakeFault::Ended(how), .. } if how.starts_with("signal") => ErrorCode::RunnerLost,
        _ => ErrorCode::NoRunner,
    };
    let text = error.to_string();
    let mut letters = text.chars();
    let sentence = letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect());
    ErrorInfo::new(code, format!("{sentence}.")).with_hint(error.hint())
}

/// A parameter that is wrong in a way that the schema cannot say.
pub fn invalid(message: impl AsRef<str>) -> ErrorInfo {
    ErrorInfo::new(ErrorCode::InvalidParams, message)
}

/// A fault of this program.
pub fn internal(what: &str, error: impl std::fmt::Display) -> ErrorInfo {
    tracing::error!(%error, what, "a fault of this program");
    ErrorInfo::new(ErrorCode::Internal, format!("{what}: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_runner_that_was_killed_while_it_started_is_lost_and_one_that_cannot_start_is_none() {
        let of = |how: &str| runner(&RunnerError::Handshake { why: HandshakeFault::Ended(how.into()), stderr: String::new() }).code;
        assert_eq!((of("signal 9"), of("exit code 1")), (ErrorCode::RunnerLost, ErrorCode::NoRunner));
    }
}
