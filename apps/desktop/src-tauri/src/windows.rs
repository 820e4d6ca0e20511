//! The windows and their connections to Core: one client per window label, and a task that hands what Core sends to that window as
//! `gateway-event`, or under the name that seed 004 gives the stream of an answer. Batches are cut below 8 KiB by Core, so that each goes in one script evaluation.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axion_core::{Client, Core, EVENTS, Outbox, Said};
use axion_protocol::StartedBy;
use serde_json::value::RawValue;
use tauri::webview::{Color, PageLoadEvent};
use tauri::{AppHandle, Emitter, Manager, Theme, Url, WebviewUrl, WebviewWindow, WebviewWindowBuilder};

/// Name of the event by which Core speaks to the page by itself.
const GATEWAY_EVENT: &str = "gateway-event";
/// A window that its page did not show by then is shown as it is, so that a broken page can be seen and closed.
const SHOW_AT_LATEST: Duration = Duration::from_secs(2);
/// `frame` of the page's two themes (packages/ui, tokens.css), until it paints: never a flash of the other one.
const DARK_GROUND: Color = Color(0x0e, 0x10, 0x12, 0xff);
const LIGHT_GROUND: Color = Color(0xf1, 0xf3, 0xf5, 0xff);
/// Of a new window, in logical pixels.
const SIZE: (i32, i32) = (1440, 900);
/// When the page is there to be shown, at the latest; where more can be known it is shown sooner (`first_frame`).
const LOADED: PageLoadEvent = if cfg!(target_os = "linux") { PageLoadEvent::Finished } else { PageLoadEvent::Started };

/// Connections by window label.
#[derive(Default)]
pub struct Windows(Mutex<HashMap<String, Arc<Client>>>);

impl Windows {
    /// The connection of a window, once it has one.
    pub fn client(&self, label: &str) -> Option<Arc<Client>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(label).cloned()
    }

    /// Connects a window to Core.
    pub fn connect(&self, app: &AppHandle, core: &Core, label: &str) {
        let (client, outbox) = core.connect(StartedBy::Window);
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(label.to_owned(), client);
        tauri::async_runtime::spawn(deliver(app.clone(), label.to_owned(), outbox));
    }

    /// Ends the connection of a closed window.
    pub fn disconnect(&self, label: &str) {
        if let Some(client) = self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(label) {
            client.close();
        }
    }
}

async fn deliver(app: AppHandle, label: String, mut outbox: Outbox) {
    while let Some(Said { method, json }) = outbox.next().await {
        let name = if method == EVENTS { GATEWAY_EVENT } else { method };
        let sent = RawValue::from_string(json).map_err(tauri::Error::from).and_then(|json| app.emit_to(&label, name, json));
        if let Err(error) = sent {
            tracing::warn!(%error, "an event did not reach the window; the page reads on by itself");
        }
    }
}

/// Opens the workbench's window, hidden until its page is there: its first frame is in the page itself and needs no script.
pub fn open(app: &AppHandle, theme: Option<Theme>) -> tauri::Result<()> {
    let window = WebviewWindowBuilder::new(app, "main", WebviewUrl::default())
        .title("Axion")
        .inner_size(SIZE.0.into(), SIZE.1.into())
        .min_inner_size(480.0, 480.0)
        .decorations(false)
        .visible(false)
        .theme(theme)
        .background_color(if theme == Some(Theme::Light) { LIGHT_GROUND } else { DARK_GROUND })
        .on_navigation(is_own_page)
        .on_page_load(|window, load| {
            tracing::debug!(event = ?load.event(), "the page loads");
            if load.event() == LOADED {
                show(&window);
            }
        })
        .build()?;
    #[cfg(target_os = "linux")]
    {
        crate::first_frame::watch(&window, SIZE, show)?;
        crate::page_process::revive(&window)?;
    }
    if theme.is_none() && window.theme()? == Theme::Light {
        window.set_background_color(Some(LIGHT_GROUND))?;
    }
    tauri::async_runtime::spawn(async move {
        tokio::time::sleep(SHOW_AT_LATEST).await;
        show(&window);
    });
    Ok(())
}

fn show(window: &WebviewWindow) {
    if let Err(error) = window.show() {
        tracing::warn!(%error, "the window could not be shown");
    }
}

/// Pages come from the binary (or, in development, from the dev server on loopback); everything else stays outside.
pub fn is_own_page(url: &Url) -> bool {
    match url.scheme() {
        "tauri" => url.host_str() == Some("localhost"),
        "http" | "https" => url.host_str() == Some("tauri.localhost") || (cfg!(debug_assertions) && url.host_str() == Some("localhost")),
        // The isolation frame: its name is made anew by each build.
        scheme => scheme.starts_with("isolation-"),
    }
}

/// Ends a window's connection with the window.
pub fn closed(app: &AppHandle, label: &str) {
    app.state::<Windows>().disconnect(label);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_window_stays_on_its_own_page() {
        let own = |text: &str| is_own_page(&text.parse().unwrap());
        assert!(own("tauri://localhost/"));
        assert!(own("http://tauri.localhost/index.html"));
        for foreign in [
            "https://example.org/",
            "http://tauri.localhost.evil.example/",
            "file:///etc/passwd",
            "data:text/html,x",
            "tauri://evil/",
            "http://127.0.0.1:1/",
        ] {
            assert!(!own(foreign), "{foreign}");
        }
    }
}
