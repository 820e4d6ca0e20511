//! The window that opens when Axion cannot start: it says what happened, what is kept and what to do. It has no commands (no
//! capability names it), and the app ends with it. Not here: what is said, which is Core's own error.

use std::sync::atomic::{AtomicBool, Ordering};

use axion_protocol::{ErrorCode, ErrorInfo};
use tauri::{AppHandle, WebviewUrl, WebviewWindowBuilder};

/// Set when the app only says why it does not start; its exit code is then not 0.
#[derive(Debug, Default)]
pub struct Stopped(AtomicBool);

impl Stopped {
    /// Whether the app could not start.
    pub fn is(&self) -> bool {
        self.0.load(Ordering::Acquire)
    }

    /// Says it in a window and on standard error.
    pub fn tell(&self, app: &AppHandle, info: &ErrorInfo) -> tauri::Result<()> {
        self.0.store(true, Ordering::Release);
        let (heading, hint) = words(info);
        tracing::error!("{heading} {} {}", info.message, hint.as_deref().unwrap_or_default());
        let told = serde_json::json!({ "heading": heading, "message": info.message, "hint": hint });
        WebviewWindowBuilder::new(app, "stopped", WebviewUrl::App("stopped.html".into()))
            .title("Axion")
            .inner_size(560.0, 260.0)
            .initialization_script(format!("globalThis.__AXION_STOPPED__ = {told};"))
            .on_navigation(crate::windows::is_own_page)
            .build()
            .map(|_| ())
    }
}

/// The heading, and a way out that a person at a window can take.
fn words(info: &ErrorInfo) -> (&'static str, Option<String>) {
    match info.code {
        ErrorCode::InUse => (
            "Axion is open already.",
            Some("Go to its window or its page, or end that instance and start Axion again. To work with another folder, set AXION_HOME before the start.".to_owned()),
        ),
        _ => ("Axion cannot start.", info.hint.clone()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_home_in_use_names_the_way_out() {
        let (heading, hint) = words(&ErrorInfo::new(ErrorCode::InUse, "held").with_hint("--home"));
        assert_eq!(heading, "Axion is open already.");
        assert!(hint.is_some_and(|hint| hint.contains("AXION_HOME") && !hint.contains("--home")));
        let (_, hint) = words(&ErrorInfo::new(ErrorCode::Storage, "full").with_hint("Make room."));
        assert_eq!(hint.as_deref(), Some("Make room."));
    }
}
