//! The desktop shell: a window, one Tauri command per protocol command, and Core behind them.
//!
//! The page has no power of its own: each message must be a command of the protocol, allowed to its window (app manifest, deny by default),
//! approved and sealed by the isolation frame, and valid for Core. Not here: command bodies (crates/core), the page (packages/workbench).

mod call;
#[path = "../generated/commands.rs"]
#[rustfmt::skip]
mod commands;
mod seal;
mod windows;

use std::sync::{Arc, Mutex, PoisonError};

use axion_core::{Core, Resources, Setup, SystemHost, home};
use axion_protocol::{ErrorCode, ErrorInfo, Shell};
use tauri::ipc::{Invoke, InvokeBody};
use tauri::{AppHandle, Manager, RunEvent, WindowEvent};

use seal::{SEAL_KEY, Seal, Seals};
use windows::Windows;

/// Starts the app and returns when its last window is closed; the process's exit code.
#[cfg_attr(mobile, tauri::mobile_entry_point)]
pub fn run() -> i32 {
    tracing_subscriber::fmt().with_env_filter(filter()).with_writer(std::io::stderr).init();
    let app = tauri::Builder::default()
        .manage(Windows::default())
        .manage(Mutex::new(Seals::default()))
        .invoke_handler(sealed(commands::handler()))
        .setup(|app| start(app.handle()).map_err(Into::into))
        .build(tauri::generate_context!());
    match app {
        Ok(app) => app.run_return(on_event),
        Err(error) => {
            tracing::error!(%error, "Axion could not start");
            1
        }
    }
}

fn filter() -> tracing_subscriber::EnvFilter {
    tracing_subscriber::EnvFilter::try_from_env("AXION_LOG").unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("warn"))
}

/// Opens the home and connects the window before its page can ask for anything.
fn start(app: &AppHandle) -> Result<(), ErrorInfo> {
    let home = home::locate(None).ok_or_else(|| {
        ErrorInfo::new(ErrorCode::Storage, "There is no home folder to keep Axion's data in.")
            .with_hint("Set AXION_HOME to a folder of yours.")
    })?;
    let setup = Setup { home, resources: resources(app), runners: None };
    let core = tauri::async_runtime::block_on(Core::open(setup, Arc::new(SystemHost(Shell::Desktop)))).inspect_err(|error| {
        tracing::error!("{error} {}", error.hint.as_deref().unwrap_or_default());
    })?;
    app.state::<Windows>().connect(app, &core, "main");
    app.manage(core.clone());
    tauri::async_runtime::spawn(async move {
        if let Err(error) = core.resume_runs().await {
            tracing::warn!(%error, "runs of an earlier session could not be taken up");
        }
    });
    windows::open(app).map_err(|error| ErrorInfo::new(ErrorCode::Internal, format!("The window could not be opened: {error}")))
}

/// An installed package carries its parts in Tauri's resource folder; a developer's build finds them in the repository.
fn resources(app: &AppHandle) -> Resources {
    let packed = app.path().resource_dir().map(|folder| Resources::packed(&folder));
    packed.ok().filter(|parts| parts.runner_bundle.is_file()).unwrap_or_else(Resources::find)
}

fn on_event(app: &AppHandle, event: RunEvent) {
    match event {
        RunEvent::WindowEvent { label, event: WindowEvent::Destroyed, .. } => windows::closed(app, &label),
        RunEvent::Exit => {
            if let Some(core) = app.try_state::<Core>() {
                tauri::async_runtime::block_on(core.close());
            }
        }
        _ => {}
    }
}

/// Wraps the commands' handler: only what the isolation frame sealed for this command and this window goes on, once.
fn sealed(inner: impl Fn(Invoke) -> bool + Send + Sync + 'static) -> impl Fn(Invoke) -> bool + Send + Sync + 'static {
    move |invoke| {
        let message = &invoke.message;
        let seal = match message.payload() {
            InvokeBody::Json(payload) => payload.get(SEAL_KEY).and_then(|seal| <Seal as serde::Deserialize>::deserialize(seal).ok()),
            InvokeBody::Raw(_) => None,
        };
        let webview = message.webview_ref();
        let seals = webview.state::<Mutex<Seals>>();
        let verdict = seals.lock().unwrap_or_else(PoisonError::into_inner).admit(webview.label(), message.command(), seal.as_ref());
        match verdict {
            Ok(()) => inner(invoke),
            Err(refusal) => {
                tracing::warn!(?refusal, command = message.command(), window = webview.label(), "a message of the page was refused");
                invoke.resolver.reject(ErrorInfo::new(ErrorCode::Forbidden, "This message was not sealed for this command."));
                true
            }
        }
    }
}
