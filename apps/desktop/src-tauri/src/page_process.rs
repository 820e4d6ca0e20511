//! What happens when the process that shows a page ends by itself: it crashed, or the system took its memory away. The page is loaded anew; what it showed is
//! Core's and comes back. Where that happens again and again, three sentences stand in its place, and the window gets a frame, so that it can be moved and
//! closed: the page drew its own. Linux only: elsewhere the web view's maker loads the page anew or tells nobody.

use std::cell::RefCell;
use std::time::{Duration, Instant};

use tauri::WebviewWindow;
use webkit2gtk::{WebProcessTerminationReason, WebViewExt};

/// What stands in the page's place then: plain, so that it can hardly end as well.
const ENDED: &str = include_str!("page_ended.html");
/// Its address: the window's own page, because the window stays on that.
const HOME: &str = "tauri://localhost/";
/// So often within this time a page is loaded anew.
const TRIES: usize = 3;
const WITHIN: Duration = Duration::from_secs(60);

/// Loads the window's page anew whenever its process has ended by itself.
pub fn revive(window: &WebviewWindow) -> tauri::Result<()> {
    let shown = window.clone();
    window.with_webview(move |webview| {
        let ended = RefCell::new(Vec::new());
        webview.inner().connect_web_process_terminated(move |view, reason| {
            if reason == WebProcessTerminationReason::TerminatedByApi {
                return;
            }
            let again = admit(&mut ended.borrow_mut(), Instant::now());
            tracing::error!(?reason, again, "the process of the page ended");
            if again {
                view.reload();
                return;
            }
            view.load_html(ENDED, Some(HOME));
            if let Err(error) = shown.set_decorations(true) {
                tracing::warn!(%error, "the window has no frame");
            }
        });
    })
}

/// Whether one more ending is answered; `ended` holds when earlier ones were.
fn admit(ended: &mut Vec<Instant>, now: Instant) -> bool {
    ended.retain(|at| now.duration_since(*at) < WITHIN);
    ended.push(now);
    ended.len() <= TRIES
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_loaded_anew_three_times_a_minute() {
        let mut ended = Vec::new();
        let start = Instant::now();
        let at = |seconds| start + Duration::from_secs(seconds);
        assert_eq!([0, 1, 2, 3].map(|seconds| admit(&mut ended, at(seconds))), [true, true, true, false]);
        assert!(!admit(&mut ended, at(30)));
        assert!(admit(&mut ended, at(130)));
    }
}
