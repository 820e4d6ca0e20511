//! A container's life after its creation: attach, start, connect, wait for the end; removal of what hosts left behind.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use bollard::Docker;
use bollard::container::{AttachContainerResults, LogOutput};
use bollard::errors::Error;
use bollard::query_parameters::{
    AttachContainerOptionsBuilder, EventsOptionsBuilder, KillContainerOptionsBuilder, ListContainersOptionsBuilder,
    RemoveContainerOptionsBuilder, WaitContainerOptionsBuilder,
};
use futures_util::{Stream, StreamExt};
use interprocess::local_socket::PeerCreds;
use tokio::sync::watch;
use tokio_util::bytes::Bytes;
use tokio_util::io::StreamReader;

use super::failed;
use super::options::{LABEL_HOME, LABEL_OWNER};
use crate::door::Door;
use crate::error::{HandshakeFault, RunnerError};
use crate::folder::Owner;
use crate::handshake;
use crate::link::{BodyEnd, Link, Tail};
use crate::spec::Transport;

/// A running container with its channel.
pub(super) struct Started {
    pub link: Link,
    pub pid: Option<u32>,
    pub ended: watch::Receiver<Option<BodyEnd>>,
    pub stderr: Tail,
}

/// Attaches first, so that nothing is missed; then starts and connects.
pub(super) async fn start(docker: &Docker, id: &str, transport: Transport, door: Option<Door>) -> Result<Started, RunnerError> {
    let stdio = transport == Transport::Stdio;
    let options = AttachContainerOptionsBuilder::new().stream(true).stdin(stdio).stdout(true).stderr(true).build();
    let attached = docker.attach_container(id, Some(options)).await;
    let AttachContainerResults { output, input } = attached.map_err(|error| failed("attaching to the container", &error))?;
    let stderr = Tail::default();
    let ran_out = watch_memory(docker.clone(), id.to_owned());
    docker.start_container(id, None).await.map_err(|error| failed("starting the container", &error))?;
    let ended = watch_end(docker.clone(), id.to_owned(), ran_out);
    match door {
        None => {
            let state = docker.inspect_container(id, None).await.ok().and_then(|got| got.state);
            let pid = state.and_then(|state| state.pid).and_then(|pid| u32::try_from(pid).ok()).filter(|pid| *pid > 0);
            let link = Link::new(StreamReader::new(Box::pin(spoken(output, stderr.clone()))), input);
            Ok(Started { link, pid, ended, stderr })
        }
        Some(door) => {
            tokio::spawn(listen_only(output, stderr.clone()));
            let (link, pid) = let_in(door, &ended, &stderr).await?;
            Ok(Started { link, pid, ended, stderr })
        }
    }
}

async fn let_in(door: Door, ended: &watch::Receiver<Option<BodyEnd>>, stderr: &Tail) -> Result<(Link, Option<u32>), RunnerError> {
    let mut ended = ended.clone();
    let fault = tokio::select! {
        admitted = door.admit(is_fenced_runner) => match admitted {
            Ok(admitted) => return Ok(admitted),
            Err(error) => HandshakeFault::Ended(error.to_string()),
        },
        _ = ended.wait_for(Option::is_some) => HandshakeFault::Ended("the container ended".into()),
        () = tokio::time::sleep(handshake::LIMIT) => HandshakeFault::Silence(handshake::LIMIT.as_secs()),
    };
    Err(RunnerError::Handshake { why: fault, stderr: stderr.text() })
}

/// The peer must be this person's, and visibly inside the fences: what the engine promised is looked at once more.
fn is_fenced_runner(peer: &PeerCreds) -> Result<(), String> {
    #[cfg(unix)]
    crate::door::same_person(peer)?;
    let Some(pid) = peer.pid() else { return Ok(()) };
    let Ok(status) = std::fs::read_to_string(format!("/proc/{pid}/status")) else { return Ok(()) };
    match unfenced(&status) {
        None => Ok(()),
        Some(what) => Err(format!("process {pid} is outside the fences: {what}")),
    }
}

/// The first line of `/proc/<pid>/status` that shows a fence missing.
fn unfenced(status: &str) -> Option<String> {
    let is = |line: &str, name: &str| line.strip_prefix(name).map(|rest| rest.trim().to_owned());
    status.lines().find_map(|line| {
        let missing = [("NoNewPrivs:", "1"), ("Seccomp:", "2"), ("CapEff:", "0000000000000000"), ("CapBnd:", "0000000000000000")]
            .into_iter()
            .any(|(name, right)| is(line, name).is_some_and(|value| value != right));
        missing.then(|| line.replace('\t', " "))
    })
}

type Output = std::pin::Pin<Box<dyn Stream<Item = Result<LogOutput, Error>> + Send>>;

/// Standard output as bytes; standard error goes into the tail.
fn spoken(output: Output, stderr: Tail) -> impl Stream<Item = std::io::Result<Bytes>> + Send {
    output.filter_map(move |piece| {
        let kept = match piece {
            Ok(LogOutput::StdOut { message } | LogOutput::Console { message }) => Some(Ok(message)),
            Ok(LogOutput::StdErr { message } | LogOutput::StdIn { message }) => {
                stderr.push(&message);
                None
            }
            Err(error) => Some(Err(std::io::Error::other(error))),
        };
        std::future::ready(kept)
    })
}

async fn listen_only(mut output: Output, stderr: Tail) {
    while let Some(Ok(piece)) = output.next().await {
        stderr.push(piece.as_ref());
    }
}

/// Set when the kernel ends something in the container for want of memory.
fn watch_memory(docker: Docker, id: String) -> Arc<AtomicBool> {
    let ran_out = Arc::new(AtomicBool::new(false));
    let flag = ran_out.clone();
    tokio::spawn(async move {
        let filters = HashMap::from([("container", vec![id.as_str()]), ("event", vec!["oom", "destroy"])]);
        let options = EventsOptionsBuilder::new().filters(&filters).build();
        let mut events = docker.events(Some(options));
        while let Some(Ok(event)) = events.next().await {
            match event.action.as_deref() {
                Some("oom") => flag.store(true, Ordering::SeqCst),
                _ => return,
            }
        }
    });
    ran_out
}

fn watch_end(docker: Docker, id: String, ran_out: Arc<AtomicBool>) -> watch::Receiver<Option<BodyEnd>> {
    let (tell, ended) = watch::channel(None);
    tokio::spawn(async move {
        let options = WaitContainerOptionsBuilder::new().condition("not-running").build();
        let code = match docker.wait_container(&id, Some(options)).next().await {
            Some(Ok(response)) => Ok(response.status_code),
            Some(Err(Error::DockerContainerWaitError { code, .. })) => Ok(code),
            // Removed before we asked: it ended, and nobody kept its code.
            Some(Err(error)) if super::is_missing(&error) => Ok(-1),
            Some(Err(error)) => Err(error.to_string()),
            None => Err("the engine closed the connection".to_owned()),
        };
        let end = match code {
            // 128 and more: a signal, as init passes it on.
            Ok(137) if ran_out.load(Ordering::SeqCst) => BodyEnd::OutOfMemory,
            Ok(code @ 129..=192) => BodyEnd::Signal(i32::try_from(code - 128).unwrap_or(0)),
            Ok(code) => BodyEnd::Code(i32::try_from(code).unwrap_or(-1)),
            Err(why) => BodyEnd::Lost(why),
        };
        tell.send_replace(Some(end));
    });
    ended
}

/// Removes the container when dropped, whatever state it is in.
pub(super) struct Guard {
    docker: Docker,
    id: String,
    runtime: tokio::runtime::Handle,
}

impl Guard {
    pub fn new(docker: Docker, id: String) -> Self {
        Self { docker, id, runtime: tokio::runtime::Handle::current() }
    }

    /// Ends the container at once.
    pub fn kill(&self) -> Arc<dyn Fn() + Send + Sync> {
        let (docker, id, runtime) = (self.docker.clone(), self.id.clone(), self.runtime.clone());
        Arc::new(move || {
            let (docker, id) = (docker.clone(), id.clone());
            runtime.spawn(async move {
                let options = KillContainerOptionsBuilder::new().signal("SIGKILL").build();
                let _ = docker.kill_container(&id, Some(options)).await;
            });
        })
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        let (docker, id) = (self.docker.clone(), self.id.clone());
        self.runtime.spawn(async move { remove(&docker, &id).await });
    }
}

/// Removes a container; one that is gone already is fine.
pub(super) async fn remove(docker: &Docker, id: &str) {
    let options = RemoveContainerOptionsBuilder::new().force(true).v(true).build();
    match docker.remove_container(id, Some(options)).await {
        Ok(()) => {}
        // 409: the engine is removing it by itself.
        Err(Error::DockerResponseServerError { status_code: 404 | 409, .. }) => {}
        Err(error) => tracing::warn!(%error, id, "a container could not be removed; the next start tries again"),
    }
}

/// Removes containers of this home whose host no longer lives.
pub(super) async fn sweep(docker: &Docker, home: &Path) {
    let label = format!("{LABEL_HOME}={}", home.display());
    let filters = HashMap::from([("label", vec![label.as_str()])]);
    let options = ListContainersOptionsBuilder::new().all(true).filters(&filters).build();
    let Ok(containers) = docker.list_containers(Some(options)).await else { return };
    for container in containers {
        let owner = container.labels.as_ref().and_then(|labels| labels.get(LABEL_OWNER)).and_then(|text| Owner::read(text));
        let orphan = owner.is_some_and(|owner| !owner.is_alive());
        if let (true, Some(id)) = (orphan, container.id) {
            remove(docker, &id).await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_without_one_of_the_fences_is_seen() {
        let fenced = "Name:\tnode\nCapEff:\t0000000000000000\nCapBnd:\t0000000000000000\nNoNewPrivs:\t1\nSeccomp:\t2\n";
        assert_eq!(unfenced(fenced), None);
        for (from, to) in [("Privs:\t1", "Privs:\t0"), ("Seccomp:\t2", "Seccomp:\t0"), ("CapEff:\t00", "CapEff:\t01")] {
            assert!(unfenced(&fenced.replace(from, to)).is_some(), "{to}");
        }
    }
}
