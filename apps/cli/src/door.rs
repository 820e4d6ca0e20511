//! The way to Core: in this process if nobody holds the home, else over the control socket of whoever does.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axion_core::control::{self, Line};
use axion_core::{Client, Core, Held, Outbox, Resources, Said, Setup, SystemHost, home};
use axion_protocol::{ErrorCode, ErrorInfo, Shell, StartedBy};
use serde_json::value::RawValue;
use tokio::sync::Mutex;

/// How long to wait for an instance that holds the home but does not answer yet.
const PATIENCE: Duration = Duration::from_secs(4);

/// An open way.
pub enum Door {
    /// This process holds the home.
    Here {
        /// Core.
        core: Core,
        /// This command line as its client.
        client: Arc<Client>,
        /// What Core sends by itself.
        outbox: Mutex<Outbox>,
    },
    /// Another process does.
    There(Line),
}

/// Where the home is, or why it cannot be told.
pub fn locate(named: Option<PathBuf>) -> Result<PathBuf, ErrorInfo> {
    home::locate(named.as_deref()).ok_or_else(|| {
        ErrorInfo::new(ErrorCode::Storage, "There is no home folder to keep Axion's data in.")
            .with_hint("Name one with --home DIR or AXION_HOME.")
    })
}

impl Door {
    /// Opens the home, or reaches whoever holds it.
    pub async fn open(home: PathBuf) -> Result<Self, ErrorInfo> {
        let since = Instant::now();
        loop {
            let setup = Setup { home: home.clone(), resources: Resources::find(), runners: None };
            let held = match Core::open(setup, Arc::new(SystemHost(Shell::Cli))).await {
                Ok(core) => return Ok(Self::here(core)),
                Err(info) if info.code == ErrorCode::InUse => info,
                Err(info) => return Err(info),
            };
            let real = home.canonicalize().unwrap_or_else(|_| home.clone());
            match Line::reach(&real).await {
                Ok(line) => return Ok(Self::There(line)),
                Err(_) if since.elapsed() < PATIENCE => tokio::time::sleep(Duration::from_millis(50)).await,
                Err(_) => return Err(held),
            }
        }
    }

    fn here(core: Core) -> Self {
        if let Err(error) = control::serve(&core) {
            // Everything works without it but a second process beside this one.
            tracing::warn!(%error, "the control socket could not be opened");
        }
        let (client, outbox) = core.connect(StartedBy::Cli);
        Self::Here { core, client, outbox: Mutex::new(outbox) }
    }

    /// Calls a command; the result's JSON.
    pub async fn call(&self, command: &str, params: &str) -> Result<Box<RawValue>, ErrorInfo> {
        self.call_held(command, params).await.map(|(result, _)| result)
    }

    /// The same; events of a subscription come once the second part is dropped.
    pub async fn call_held(&self, command: &str, params: &str) -> Result<(Box<RawValue>, Option<Held>), ErrorInfo> {
        match self {
            Self::Here { client, .. } => {
                let answer = client.call(command, params).await;
                let result = RawValue::from_string(answer.outcome?)
                    .map_err(|error| ErrorInfo::new(ErrorCode::Internal, format!("The answer is not JSON: {error}.")))?;
                Ok((result, answer.held))
            }
            Self::There(line) => Ok((line.call(command, params).await?, None)),
        }
    }

    /// Calls a command and reads its result.
    pub async fn get<T: serde::de::DeserializeOwned>(&self, command: &str, params: &serde_json::Value) -> Result<T, ErrorInfo> {
        let result = self.call(command, &params.to_string()).await?;
        serde_json::from_str(result.get())
            .map_err(|error| ErrorInfo::new(ErrorCode::Internal, format!("The answer of {command} cannot be read: {error}.")))
    }

    /// What Core sends next by itself; `None` if Core is gone. Cancel safe.
    pub async fn next(&self) -> Option<Said> {
        match self {
            Self::Here { outbox, .. } => outbox.lock().await.next().await,
            Self::There(line) => line.next().await,
        }
    }

    /// Whether this process holds the home.
    pub fn is_here(&self) -> bool {
        matches!(self, Self::Here { .. })
    }

    /// Waits until this process works on no run; nothing to wait for if another holds the home.
    pub async fn runs_done(&self) {
        if let Self::Here { core, .. } = self {
            core.runs_done().await;
        }
    }

    /// Runs that go on in this process.
    pub fn runs_in_progress(&self) -> usize {
        match self {
            Self::Here { core, .. } => core.runs_in_progress(),
            Self::There(_) => 0,
        }
    }

    /// Gives the home back, if this process holds it.
    pub async fn close(self) {
        if let Self::Here { core, client, .. } = self {
            client.close();
            core.close().await;
        }
    }
}
