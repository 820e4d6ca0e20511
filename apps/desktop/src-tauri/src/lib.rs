//! The desktop shell: a window, one Tauri command per protocol command, and Core behind them.
//!
//! The page has no power of its own: each message must be a command of the protocol, allowed to its window (app manifest, deny by default),
//! approved and sealed by the isolation frame, and valid for Core. Not here: command bodies (crates/core), the page (packages/workbench).

mod call;
#[path = "../generated/commands.rs"]
#[rustfmt::skip]
mod commands;
#[cfg(target_os = "linux")]
mod display;
#[cfg(target_os = "linux")]
mod drawing;
#[cfg(target_os = "linux")]
mod first_frame;
#[cfg(target_os = "linux")]
mod page_process;
mod seal;
mod stopped;
mod windows;

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use axion_core::{Core, Resources, Setup, SystemHost, control, home};
use axion_protocol::{ErrorCode, ErrorInfo, Shell};
use tauri::async_runtime::JoinHandle;
use tauri::ipc::{Invoke, InvokeBody};
use tauri::{AppHandle, Manager, RunEvent, WindowEvent};

use seal::{SEAL_KEY, Seal, Seals};
use stopped::Stopped;
use windows::Windows;

/// How long to wait for an instance that is just ending.
const PATIENCE: Duration = Duration::from_secs(2);

/// Starts the app and returns when its last window is closed; the process's exit code.
#[cfg_attr(mobile, tauri::mobile_entry_point)]
pub fn run() -> i32 {
    #[cfg(target_os = "linux")]
    drawing::suit();
    tracing_subscriber::fmt().with_env_filter(filter()).with_writer(std::io::stderr).init();
    let stopped = Arc::new(Stopped::default());
    let told = stopped.clone();
    let context = tauri::generate_context!();
    // The home is opened while the toolkit starts: each takes about as long as the other.
    let core = tauri::async_runtime::spawn(hold(resources(&context)));
    #[cfg(target_os = "linux")]
    if !display::is_there() {
        tracing::error!(
            "Axion found no display. Start it from a desktop session, or use `axion serve`: it opens the same workbench in a browser."
        );
        return display::NO_DISPLAY;
    }
    let app = tauri::Builder::default()
        .manage(Windows::default())
        .manage(Mutex::new(Seals::default()))
        .invoke_handler(sealed(commands::handler()))
        .setup(move |app| {
            let app = app.handle();
            start(app, core).or_else(|info| told.tell(app, &info)).map_err(Into::into)
        })
        .build(context);
    match app {
        Ok(app) => {
            let code = app.run_return(on_event);
            if stopped.is() { code.max(1) } else { code }
        }
        Err(error) => {
            tracing::error!(%error, "Axion could not start");
            1
        }
    }
}

fn filter() -> tracing_subscriber::EnvFilter {
    tracing_subscriber::EnvFilter::try_from_env("AXION_LOG").unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("warn"))
}

/// Connects the window to Core before its page can ask for anything.
fn start(app: &AppHandle, core: JoinHandle<Result<Core, ErrorInfo>>) -> Result<(), ErrorInfo> {
    let core = tauri::async_runtime::block_on(core)
        .map_err(|error| ErrorInfo::new(ErrorCode::Internal, format!("Axion broke off: {error}")))??;
    app.state::<Windows>().connect(app, &core, "main");
    app.manage(core.clone());
    tauri::async_runtime::spawn(async move {
        core.open_channels();
        if let Err(error) = core.resume_runs().await {
            tracing::warn!(%error, "runs of an earlier session could not be taken up");
        }
    });
    windows::open(app, theme(app)).map_err(|error| ErrorInfo::new(ErrorCode::Internal, format!("The window could not be opened: {error}")))
}

/// Opens the home, and its control socket: other commands of this person on the same home are handed over while the window is open.
async fn hold(resources: Resources) -> Result<Core, ErrorInfo> {
    let home = home::locate(None).ok_or_else(|| {
        ErrorInfo::new(ErrorCode::Storage, "There is no home folder to keep Axion's data in.")
            .with_hint("Set AXION_HOME to a folder of yours.")
    })?;
    let since = Instant::now();
    let core = loop {
        let setup = Setup { home: home.clone(), resources: resources.clone(), runners: None };
        match Core::open(setup, Arc::new(SystemHost(Shell::Desktop))).await {
            Ok(core) => break core,
            Err(info) if info.code == ErrorCode::InUse && since.elapsed() < PATIENCE => {
                tokio::time::sleep(Duration::from_millis(100)).await
            }
            Err(info) => return Err(info),
        }
    };
    if let Err(error) = control::serve(&core) {
        tracing::warn!(%error, "the control socket could not be opened; other commands on this home must wait");
    }
    Ok(core)
}

/// The theme that the person chose; `None` follows the system.
fn theme(app: &AppHandle) -> Option<tauri::Theme> {
    let client = app.state::<Windows>().client("main")?;
    let answer = tauri::async_runtime::block_on(client.call("get_settings", "{}"));
    match serde_json::from_str::<axion_protocol::Settings>(&answer.outcome.ok()?).ok()?.theme {
        axion_protocol::Theme::Dark => Some(tauri::Theme::Dark),
        axion_protocol::Theme::Light => Some(tauri::Theme::Light),
        axion_protocol::Theme::System => None,
    }
}

/// An installed package carries its parts in Tauri's resource folder; a developer's build finds them in the repository.
fn resources(context: &tauri::Context) -> Resources {
    let packed = tauri::utils::platform::resource_dir(context.package_info(), &tauri::Env::default());
    packed.ok().map(|folder| Resources::packed(&folder)).filter(|parts| parts.runner_bundle.is_file()).unwrap_or_else(Resources::find)
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
