//! Starting a runner and holding it: chooses the surroundings, performs the handshake, supervises until the end.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use serde_json::value::RawValue;
use tokio::sync::watch;

use crate::error::{HandshakeFault, RpcError, RunnerError};
use crate::facts::{ExitReason, Hello, RunnerFacts, Surroundings};
use crate::folder::{self, RunFolder};
use crate::handshake;
use crate::link::{Body, Link};
use crate::session::{Heartbeat, RunnerEvents, Session, SessionEnd};
use crate::spec::{self, Checked, RunnerMode, RunnerSpec, Transport};
use crate::watch::{self as watchdog, Excess};
use crate::{container, engine, process, token};

/// How long a body may take to end by itself after its conversation ended, before it is killed.
const PARTING: Duration = Duration::from_millis(300);
/// What an ended runner had sent is read in this time.
const READING: Duration = Duration::from_secs(2);

/// A running runner. Cheap to clone; the last clone ends it when dropped.
#[derive(Clone)]
pub struct RunnerHandle {
    inner: Arc<Inner>,
}

struct Inner {
    session: Arc<Session>,
    facts: RunnerFacts,
    kill: Arc<dyn Fn() + Send + Sync>,
    intent: Arc<Intent>,
    exited: watch::Receiver<Option<ExitReason>>,
}

impl Drop for Inner {
    fn drop(&mut self) {
        self.intent.set(ExitReason::Stopped);
        self.session.close(SessionEnd::Closed);
        (self.kill)();
    }
}

/// Why the host ended the runner, if it did. The first reason counts.
#[derive(Default)]
struct Intent(Mutex<Option<ExitReason>>);

impl Intent {
    fn set(&self, reason: ExitReason) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(reason);
    }

    fn get(&self) -> Option<ExitReason> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl std::fmt::Debug for RunnerHandle {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RunnerHandle").field("facts", &self.inner.facts).finish_non_exhaustive()
    }
}

impl RunnerHandle {
    /// Sends a request and waits for its answer. There is no time limit: the heartbeat ends a runner that hangs.
    pub async fn request(&self, method: &str, params: &RawValue) -> Result<Box<RawValue>, RpcError> {
        self.inner.session.request(method, params).await
    }

    /// Sends a notification.
    pub async fn notify(&self, method: &str, params: &RawValue) -> Result<(), RpcError> {
        self.inner.session.notify(method, params).await
    }

    /// What is known about it.
    pub fn facts(&self) -> &RunnerFacts {
        &self.inner.facts
    }

    /// Whether it can still be spoken to.
    pub fn is_alive(&self) -> bool {
        self.inner.session.is_open() && self.inner.exited.borrow().is_none()
    }

    /// Resolves with the reason when the runner is gone, everything of it cleaned away.
    pub async fn exited(&self) -> ExitReason {
        let mut exited = self.inner.exited.clone();
        match exited.wait_for(Option::is_some).await {
            Ok(reason) => reason.clone().unwrap_or(ExitReason::Disconnected),
            Err(_) => ExitReason::Disconnected,
        }
    }

    /// Asks it to shut down; after `grace` it is killed. Returns when it is gone.
    pub async fn stop(&self, grace: Duration) -> ExitReason {
        self.inner.intent.set(ExitReason::Stopped);
        let parting = async {
            let _ = self.inner.session.request("shutdown", RawValue::NULL).await;
            self.exited().await
        };
        if tokio::time::timeout(grace, parting).await.is_err() {
            self.inner.session.close(SessionEnd::Closed);
            (self.inner.kill)();
        }
        self.exited().await
    }

    /// Ends it at once.
    pub fn kill(&self) {
        self.inner.intent.set(ExitReason::Stopped);
        (self.inner.kill)();
    }
}

/// Starts a runner as specified and completes the handshake. A caller may stop waiting at any point: what was begun is
/// carried to its end and then taken down again.
pub async fn start(spec: RunnerSpec, sink: Arc<dyn RunnerEvents>) -> Result<RunnerHandle, RunnerError> {
    let started = tokio::spawn(start_whole(spec, sink)).await;
    started.unwrap_or_else(|error| Err(RunnerError::Spawn { stage: "start", source: std::io::Error::other(error) }))
}

async fn start_whole(spec: RunnerSpec, sink: Arc<dyn RunnerEvents>) -> Result<RunnerHandle, RunnerError> {
    let begun = Instant::now();
    let checked = spec::check(&spec)?;
    folder::sweep(&checked.home);
    let wanted = Wanted { spec: &spec, checked: &checked };
    let (greeted, fallback) = match spec.mode {
        RunnerMode::Docker => (wanted.in_container().await?, None),
        RunnerMode::Process => (wanted.as_process().await?, None),
        RunnerMode::Auto => match wanted.in_container().await {
            Ok(greeted) => (greeted, None),
            // Another jail would not make these right.
            Err(error @ (RunnerError::Grant { .. } | RunnerError::Home { .. })) => return Err(error),
            Err(error) => (wanted.as_process().await?, Some(error.to_string())),
        },
    };
    let facts = RunnerFacts {
        surroundings: greeted.surroundings,
        transport: greeted.transport,
        fallback,
        hello: greeted.hello,
        pid: greeted.body.pid,
        ready_ms: u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX),
    };
    let session = Session::open(greeted.link, sink, Heartbeat::default());
    let intent = Arc::new(Intent::default());
    let (tell, exited) = watch::channel(None);
    let kill = greeted.body.kill.clone();
    tokio::spawn(supervise(session.clone(), greeted.body, intent.clone(), checked, tell));
    Ok(RunnerHandle { inner: Arc::new(Inner { session, facts, kill, intent, exited }) })
}

/// A body that said hello.
struct Greeted {
    link: Link,
    body: Body,
    hello: Hello,
    surroundings: Surroundings,
    transport: Transport,
}

struct Wanted<'a> {
    spec: &'a RunnerSpec,
    checked: &'a Checked,
}

impl Wanted<'_> {
    async fn in_container(&self) -> Result<Greeted, RunnerError> {
        let engine = engine::choose(self.spec.docker_host.as_deref()).await?;
        let (token, name) = (token::fresh()?, token::random_hex::<6>()?);
        let launched = container::launch(container::Asked {
            engine: &engine,
            checked: self.checked,
            transport: self.spec.transport,
            token: &token,
            folder: RunFolder::make(&self.checked.home)?,
            name: &name,
        })
        .await?;
        let surroundings = Surroundings::Container { engine: Box::new(engine.facts), image: launched.image, container: launched.container };
        greet(launched.link, launched.body, &token, surroundings, launched.transport).await
    }

    async fn as_process(&self) -> Result<Greeted, RunnerError> {
        let transport = match self.spec.transport {
            Transport::Auto => process::USUAL,
            chosen => chosen,
        };
        let (token, name) = (token::fresh()?, token::random_hex::<6>()?);
        let launched = process::launch(process::Asked {
            checked: self.checked,
            transport,
            token: &token,
            allow_unjailed: self.spec.allow_unjailed,
            folder: RunFolder::make(&self.checked.home)?,
            name: &name,
            landlock_at_most: self.spec.landlock_at_most,
        })
        .await?;
        let surroundings = Surroundings::Process { jail: launched.jail };
        greet(launched.link, launched.body, &token, surroundings, transport).await
    }
}

/// The handshake; a body that fails it is ended before the error is returned.
async fn greet(mut link: Link, body: Body, token: &str, surroundings: Surroundings, transport: Transport) -> Result<Greeted, RunnerError> {
    let fault = match tokio::time::timeout(handshake::LIMIT, handshake::greet(&mut link, token)).await {
        Ok(Ok(hello)) => return Ok(Greeted { link, body, hello, surroundings, transport }),
        Ok(Err(fault)) => fault,
        Err(_) => HandshakeFault::Silence(handshake::LIMIT.as_secs()),
    };
    // One that ended by itself is given the moment to say so: its own words are the best explanation.
    let ended = tokio::time::timeout(PARTING, body.wait()).await;
    let end = body.end().await;
    let fault = match fault {
        HandshakeFault::Ended(_) if ended.is_ok() => HandshakeFault::Ended(end.to_string()),
        other => other,
    };
    Err(RunnerError::Handshake { why: fault, stderr: body.stderr.text() })
}

/// Watches conversation, body and consumption; ends what is left when one ends; cleans up; tells the reason.
async fn supervise(session: Arc<Session>, mut body: Body, intent: Arc<Intent>, checked: Checked, tell: watch::Sender<Option<ExitReason>>) {
    tokio::select! {
        _ = body.wait() => {}
        end = session.ended() => match end {
            SessionEnd::Protocol(why) => intent.set(ExitReason::Protocol { why }),
            SessionEnd::Silent => intent.set(ExitReason::Unresponsive),
            SessionEnd::Closed => {}
        },
        excess = watchdog::until_excess(body.pid, &checked.limits) => intent.set(match excess {
            Excess::Memory => ExitReason::Memory,
            Excess::CpuTime => ExitReason::CpuTime,
        }),
    }
    if intent.get().is_none() || matches!(intent.get(), Some(ExitReason::Stopped)) {
        // The end of the stream and the end of the process come in any order.
        let _ = tokio::time::timeout(PARTING, body.wait()).await;
        // A runner that broke the protocol and ended at once is one that broke the protocol.
        if let Ok(SessionEnd::Protocol(why)) = tokio::time::timeout(READING, session.ended()).await {
            intent.set(ExitReason::Protocol { why });
        }
    }
    let by_itself = body.ended.borrow().is_some();
    let end = body.end().await;
    let stderr = body.stderr.text();
    session.close(SessionEnd::Closed);
    let reason = intent.get().unwrap_or_else(|| watchdog::reason(end, by_itself, stderr));
    tracing::debug!(%reason, "a runner ended");
    let keep = std::mem::take(&mut body.keep);
    // Removing folders and groups may block for a moment.
    let _ = tokio::task::spawn_blocking(move || drop(keep)).await;
    tell.send_replace(Some(reason));
}
