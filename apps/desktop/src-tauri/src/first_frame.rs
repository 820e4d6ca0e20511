//! When a window's first frame can be drawn: its page is there with what its head waits for, the look (`look.js`) and the style sheet; the workbench's own
//! script is not needed. Linux only: elsewhere that is when the page arrives.
//!
//! WebKitGTK serves the page from the thread that draws the window, and drawing without a graphics processor (`drawing`) waits up to half a second for the
//! page's process, which has nothing to show before those two are there. A window that is shown too soon therefore comes half a second late.

use std::cell::Cell;
use std::rc::Rc;
use std::time::Duration;

use tauri::WebviewWindow;
use webkit2gtk::{URIRequestExt, WebResourceExt, WebViewExt};

/// The ends of the names of what the head of a page waits for.
const HEAD: [&str; 2] = ["/look.js", ".css"];
/// In this time the page's process has taken in what arrived. Measured: without it one start of ten still came half a second late.
const TAKEN_IN: Duration = Duration::from_millis(20);

/// Calls `then` once, soon after the head of the window's page has got all that it waits for. `size` is what the window will have (logical pixels): the page
/// is laid out for it while the window is hidden, and not a second time when it is shown.
pub fn watch(window: &WebviewWindow, size: (i32, i32), then: fn(&WebviewWindow)) -> tauri::Result<()> {
    let shown = window.clone();
    window.with_webview(move |webview| {
        let view = webview.inner();
        gtk::prelude::WidgetExt::size_allocate(&view, &gtk::Allocation::new(0, 0, size.0, size.1));
        let arrived = Rc::new(Cell::new(0));
        view.connect_resource_load_started(move |_, resource, request| {
            if request.uri().is_some_and(|uri| HEAD.iter().any(|end| uri.ends_with(end))) {
                let (arrived, shown) = (arrived.clone(), shown.clone());
                resource.connect_finished(move |_| {
                    arrived.set(arrived.get() + 1);
                    if arrived.get() == HEAD.len() {
                        soon(shown.clone(), then);
                    }
                });
            }
        });
    })
}

fn soon(window: WebviewWindow, then: fn(&WebviewWindow)) {
    tauri::async_runtime::spawn(async move {
        tokio::time::sleep(TAKEN_IN).await;
        then(&window);
    });
}
