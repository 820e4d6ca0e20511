//! The runner in a container: `image` builds it from local parts, `options` says how it is fenced, `readback` makes sure
//! that the engine meant it, `body` watches it. Nothing here ever talks to a registry.

mod body;
mod digest;
mod image;
mod options;
mod readback;

use bollard::models::ContainerInspectResponse;
use bollard::query_parameters::CreateContainerOptionsBuilder;

use crate::door::Door;
use crate::engine::Engine;
use crate::error::RunnerError;
use crate::folder::RunFolder;
use crate::link::{Body, Link};
use crate::spec::{Checked, Transport};

use image::Image;

/// Where things are inside.
pub(crate) mod inside {
    pub const NODE: &str = "/opt/axion/node";
    pub const BUNDLE: &str = "/opt/axion/runner.mjs";
    pub const LIBRARIES: &str = "/opt/axion/lib";
    pub const SOCKET_FOLDER: &str = "/run/axion";
    pub const SOCKET: &str = "/run/axion/host.sock";
    pub const GRANTS: &str = "/grants";
}

const SOCKET_NAME: &str = "host.sock";

/// What is asked of this launcher.
pub(crate) struct Asked<'a> {
    pub engine: &'a Engine,
    pub checked: &'a Checked,
    pub transport: Transport,
    pub token: &'a str,
    pub folder: RunFolder,
    pub name: &'a str,
}

/// A started container.
pub(crate) struct Launched {
    pub link: Link,
    pub body: Body,
    pub image: String,
    pub container: String,
    pub transport: Transport,
}

/// Builds the image if it is not there, creates the container, reads it back, starts it and connects.
pub(crate) async fn launch(asked: Asked<'_>) -> Result<Launched, RunnerError> {
    let transport = settle(asked.transport, asked.engine)?;
    refuse_engine_socket(&asked)?;
    let image = Image::describe(asked.checked).await?;
    let door = match transport {
        Transport::Socket => Some(open_door(&asked.folder)?),
        _ => None,
    };
    let container = create(&asked, &image, transport).await?;
    // From here on the container is removed whatever happens.
    let guard = body::Guard::new(asked.engine.docker.clone(), container.clone());
    let started = body::start(&asked.engine.docker, &container, transport, door).await?;
    let body = Body {
        pid: started.pid,
        kill: guard.kill(),
        ended: started.ended,
        stderr: started.stderr,
        keep: vec![Box::new(guard), Box::new(asked.folder)],
    };
    Ok(Launched { link: started.link, body, image: image.tag, container, transport })
}

/// Sockets can be mounted only where engine and host share the kernel.
fn settle(wanted: Transport, engine: &Engine) -> Result<Transport, RunnerError> {
    match wanted {
        Transport::Auto if engine.facts.native => Ok(Transport::Socket),
        Transport::Auto | Transport::Stdio => Ok(Transport::Stdio),
        Transport::Socket if engine.facts.native => Ok(Transport::Socket),
        Transport::Socket => Err(RunnerError::NotHere { what: "a mounted socket", why: "the engine runs in a virtual machine; use stdio" }),
    }
}

/// Whoever reaches the engine's socket is root on this machine.
fn refuse_engine_socket(asked: &Asked<'_>) -> Result<(), RunnerError> {
    let Some(socket) = asked.engine.facts.address.strip_prefix("unix://") else { return Ok(()) };
    let real = std::path::Path::new(socket).canonicalize().unwrap_or_else(|_| socket.into());
    match asked.checked.grants.iter().find(|grant| real.starts_with(&grant.path)) {
        None => Ok(()),
        Some(grant) => Err(RunnerError::Grant {
            slot: grant.slot.clone(),
            path: grant.path.clone(),
            why: "it holds the container engine's socket, which is as good as root on this machine".into(),
        }),
    }
}

fn open_door(folder: &RunFolder) -> Result<Door, RunnerError> {
    let path = folder.socket_folder().join(SOCKET_NAME);
    Door::open(&path).map_err(|error| RunnerError::Home { path, why: error.to_string() })
}

async fn create(asked: &Asked<'_>, image: &Image, transport: Transport) -> Result<String, RunnerError> {
    let docker = &asked.engine.docker;
    let wanted = options::of(asked, &image.tag, transport)?;
    let name = CreateContainerOptionsBuilder::new().name(&format!("axion-runner-{}", asked.name)).build();
    image.ensure(docker).await?;
    let mut created = docker.create_container(Some(name.clone()), wanted.clone()).await;
    if matches!(&created, Err(error) if is_missing(error)) {
        // Another Axion may have cleaned the image away in between.
        image.ensure(docker).await?;
        created = docker.create_container(Some(name), wanted.clone()).await;
    }
    let id = created.map_err(|error| failed("creating the container", &error))?.id;
    let got = docker.inspect_container(&id, None).await;
    let verdict = got.map_err(|error| failed("reading the container back", &error)).and_then(|got| accept(&wanted, &got));
    if let Err(error) = verdict {
        body::remove(docker, &id).await;
        return Err(error);
    }
    body::sweep(docker, &asked.checked.home).await;
    Ok(id)
}

fn accept(wanted: &bollard::models::ContainerCreateBody, got: &ContainerInspectResponse) -> Result<(), RunnerError> {
    let ignored = readback::ignored(wanted, got);
    if ignored.is_empty() { Ok(()) } else { Err(RunnerError::EngineIgnored { why: ignored.join("; ") }) }
}

fn is_missing(error: &bollard::errors::Error) -> bool {
    matches!(error, bollard::errors::Error::DockerResponseServerError { status_code: 404, .. })
}

fn failed(during: &'static str, error: &bollard::errors::Error) -> RunnerError {
    RunnerError::Engine { during, why: error.to_string() }
}
