//! `axion serve`: the workbench on a loopback port, for this machine's browser.
//!
//! Only 127.0.0.1, only our Host and Origin, and nothing works before the token was shown (`hello`). The commands are
//! those of Core; here are the listener, the page's files and the WebSocket.

mod guard;
mod pages;
mod socket;
mod token;

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use axion_core::control::{self, Line};
use axion_core::{Address, Core, Host, Resources, Setup, SystemHost};
use axion_protocol::{ErrorCode, ErrorInfo, Shell};
use axum::Router;
use axum::extract::{Request, State};
use axum::response::Response;
use axum::routing::any;
use axum::serve::ListenerExt;
use tokio::net::TcpListener;

use crate::args::ServeArgs;
use crate::door::locate;
use crate::say;
use guard::Guard;
use token::Token;

/// How long connections may take to end when the server is asked to stop.
const GRACE: Duration = Duration::from_secs(3);
/// How long to wait for an instance that holds the home but does not answer yet.
const PATIENCE: Duration = Duration::from_secs(4);

/// Runs the command until it is told to end.
pub async fn serve(home: Option<PathBuf>, args: ServeArgs) -> u8 {
    match try_serve(home, &args).await {
        Ok(()) => 0,
        Err(info) => {
            say::error(&info);
            if info.code == ErrorCode::InvalidParams { 2 } else { 1 }
        }
    }
}

/// The shell's side of Core.
struct ServeHost {
    system: SystemHost,
    address: OnceLock<Address>,
}

impl Host for ServeHost {
    fn shell(&self) -> Shell {
        self.system.shell()
    }
    fn now(&self) -> u64 {
        self.system.now()
    }
    fn random(&self, bytes: &mut [u8]) {
        self.system.random(bytes);
    }
    fn address(&self) -> Option<Address> {
        self.address.get().cloned()
    }
}

/// What every request can reach.
#[derive(Clone)]
struct Served {
    core: Core,
    token: Token,
    web: Arc<PathBuf>,
    strangers: Arc<tokio::sync::Semaphore>,
}

async fn try_serve(home: Option<PathBuf>, args: &ServeArgs) -> Result<(), ErrorInfo> {
    let host = Arc::new(ServeHost { system: SystemHost(Shell::Serve), address: OnceLock::new() });
    let Some(core) = hold(locate(home)?, host.clone(), args).await? else { return Ok(()) };
    let outcome = offer(&core, &host, args).await;
    core.close().await;
    outcome
}

/// Opens the home, or hands over to whoever holds it.
async fn hold(home: PathBuf, host: Arc<ServeHost>, args: &ServeArgs) -> Result<Option<Core>, ErrorInfo> {
    let since = Instant::now();
    loop {
        let setup = Setup { home: home.clone(), resources: Resources::find(), runners: None };
        let held = match Core::open(setup, host.clone()).await {
            Ok(core) => return Ok(Some(core)),
            Err(info) if info.code == ErrorCode::InUse => info,
            Err(info) => return Err(info),
        };
        let real = home.canonicalize().unwrap_or_else(|_| home.clone());
        if let Ok(line) = Line::reach(&real).await
            && let Ok(Some(address)) = line.hand_over().await
        {
            say::note("axion: this home is served already; here is its address.");
            announce(&address, args);
            return Ok(None);
        }
        if since.elapsed() > PATIENCE {
            return Err(held);
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

async fn offer(core: &Core, host: &ServeHost, args: &ServeArgs) -> Result<(), ErrorInfo> {
    let listener = TcpListener::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, args.port))).await.map_err(|error| {
        ErrorInfo::new(ErrorCode::InvalidParams, format!("Port {} on 127.0.0.1 cannot be used: {error}.", args.port))
            .with_hint("Choose another with --port, or 0 for any.")
    })?;
    let internal =
        |error: &dyn std::fmt::Display| ErrorInfo::new(ErrorCode::Internal, format!("The server could not be started: {error}."));
    let port = listener.local_addr().map_err(|error| internal(&error))?.port();
    let token = Token::new().map_err(|error| internal(&error))?;
    let address = Address {
        url: format!("http://127.0.0.1:{port}/#token={}", token.text()),
        port,
        token: token.text().to_owned(),
        pid: std::process::id(),
    };
    let _ = host.address.set(address.clone());
    if let Err(error) = control::serve(core) {
        tracing::warn!(%error, "the control socket could not be opened; other commands on this home must wait");
    }
    let resumed = core.resume_runs().await?;
    core.open_channels();
    if resumed > 0 {
        say::note(&format!("axion: {resumed} interrupted {} taken up again.", if resumed == 1 { "run is" } else { "runs are" }));
    }
    let served = Served {
        core: core.clone(),
        token,
        web: Arc::new(core.resources().web.clone()),
        strangers: Arc::new(tokio::sync::Semaphore::new(socket::MOST_STRANGERS)),
    };
    let router = Router::new()
        .route("/rpc", any(socket::upgrade))
        .fallback(files)
        .layer(axum::middleware::from_fn_with_state(Guard::new(port), guard::guard))
        .with_state(served);
    let closing = core.closing();
    let stop = closing.clone();
    // Small frames go at once: with Nagle's algorithm the last events of a run wait 40 ms for the reader's acknowledgement.
    let listener = listener.tap_io(|stream| {
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(%error, "a connection keeps Nagle's algorithm");
        }
    });
    let server = axum::serve(listener, router).with_graceful_shutdown(async move { stop.cancelled().await });
    let mut server = Box::pin(std::future::IntoFuture::into_future(server));
    announce(&address, args);
    tokio::select! {
        ended = &mut server => return ended.map_err(|error| internal(&error)),
        () = asked_to_end() => {}
    }
    say::note("axion: ending; runs in progress can be resumed.");
    core.close().await;
    // Connections were told; one that does not end by itself is cut.
    let _ = tokio::time::timeout(GRACE, server).await;
    Ok(())
}

fn announce(address: &Address, args: &ServeArgs) {
    if args.json {
        say::out(&serde_json::to_string(address).unwrap_or_default());
    } else {
        say::out(&format!("Axion is at {}", address.url));
    }
    if !args.no_open && !axion_core::opener::open(&address.url) {
        say::note("axion: no browser was opened; open the address yourself. It stays valid while this runs.");
    }
}

async fn files(State(served): State<Served>, request: Request) -> Response {
    pages::page(&served.web, request.uri(), request.headers()).await
}

async fn asked_to_end() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let (Ok(mut end), Ok(mut hang)) = (signal(SignalKind::terminate()), signal(SignalKind::hangup())) else {
            let _ = tokio::signal::ctrl_c().await;
            return;
        };
        tokio::select! {
            _ = end.recv() => {}
            _ = hang.recv() => {}
            _ = tokio::signal::ctrl_c() => {}
        }
    }
    #[cfg(not(unix))]
    {
        let _ = tokio::signal::ctrl_c().await;
    }
}
