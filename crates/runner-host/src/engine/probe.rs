//! Asking one address what it is: ping, version, information, together within two seconds. The API version is
//! negotiated down to what the engine speaks; an engine that speaks only newer or much older ones is refused.

use std::time::Duration;

use bollard::models::{SystemInfo, SystemVersion};
use bollard::{ClientVersion, Docker};

use super::places::Place;
use super::{EngineFacts, EngineKind, EngineRefusal, EngineTry, Outcome};

/// Time for all three questions.
const LIMIT: Duration = Duration::from_secs(2);
/// Time for later requests; building an image is the longest.
const REQUEST_SECONDS: u64 = 120;
/// The oldest API whose options we rely on (`Init`, `Mounts`, `PidsLimit`, swap and seccomp read back).
const OLDEST: (usize, usize) = (1, 40);
/// The newest that the client knows.
const NEWEST: (usize, usize) = (1, 53);

/// A usable engine.
#[derive(Clone)]
pub(crate) struct Engine {
    pub docker: Docker,
    pub facts: EngineFacts,
}

/// Tries one place.
pub(crate) async fn try_place(place: Place) -> (EngineTry, Option<Engine>) {
    let asked = tokio::time::timeout(LIMIT, ask(&place.address)).await;
    let result = asked.unwrap_or_else(|_| Err(refusal("timeout", "it did not answer within 2 seconds", "Restart the engine.")));
    let (outcome, engine) = match result {
        Ok(engine) => (Outcome::Engine(Box::new(engine.facts.clone())), Some(engine)),
        Err(refusal) => (Outcome::Refused(refusal), None),
    };
    (EngineTry { source: place.source, address: place.address, outcome }, engine)
}

async fn ask(address: &str) -> Result<Engine, EngineRefusal> {
    let docker = connect(address)?;
    docker.ping().await.map_err(|error| unanswered(address, &error))?;
    let version = docker.version().await.map_err(|error| unanswered(address, &error))?;
    let api = negotiate(version.api_version.as_deref(), version.min_api_version.as_deref())?;
    let docker = at_version(address, api)?;
    let info = docker.info().await.map_err(|error| unanswered(address, &error))?;
    let facts = describe(address, api, &version, &info, &this_kernel());
    usable(&facts, &info)?;
    Ok(Engine { docker, facts })
}

fn connect(address: &str) -> Result<Docker, EngineRefusal> {
    at_version(address, OLDEST)
}

fn at_version(address: &str, (major, minor): (usize, usize)) -> Result<Docker, EngineRefusal> {
    let version = ClientVersion { major_version: major, minor_version: minor };
    #[cfg(unix)]
    if let Some(path) = address.strip_prefix("unix://") {
        if !std::path::Path::new(path).exists() {
            return Err(refusal("absent", "nothing is there", "Install or start Docker or Podman."));
        }
        return Docker::connect_with_unix(path, REQUEST_SECONDS, &version)
            .map_err(|error| refusal("unreachable", error.to_string(), "Check the address."));
    }
    #[cfg(windows)]
    if address.starts_with("npipe://") {
        return Docker::connect_with_named_pipe(address, REQUEST_SECONDS, &version)
            .map_err(|error| refusal("unreachable", error.to_string(), "Start Docker Desktop or Podman."));
    }
    let _ = version;
    Err(refusal(
        "not_local",
        "only a local socket or pipe can be used: an engine elsewhere cannot see this machine's folders",
        "Point the setting or DOCKER_HOST to a local socket.",
    ))
}

fn unanswered(address: &str, error: &bollard::errors::Error) -> EngineRefusal {
    let text = deepest(error);
    if text.contains("ermission denied") {
        return refusal(
            "permission",
            "this user may not use it",
            "Add yourself to the engine's group (usually docker) and log in again, or use a rootless engine.",
        );
    }
    if text.contains("onnection refused") {
        return refusal("not_running", "its socket is there but nobody listens", "Start the engine.");
    }
    refusal("unreachable", format!("{address} answered: {text}"), "Restart the engine.")
}

/// The innermost cause holds the system's own words.
fn deepest(error: &dyn std::error::Error) -> String {
    let mut error = error;
    while let Some(source) = error.source() {
        error = source;
    }
    error.to_string()
}

fn refusal(code: &'static str, why: impl Into<String>, fix: &'static str) -> EngineRefusal {
    EngineRefusal { code, why: why.into(), fix }
}

/// The newest version that both speak.
fn negotiate(theirs: Option<&str>, least: Option<&str>) -> Result<(usize, usize), EngineRefusal> {
    let read = |text: &str| -> Option<(usize, usize)> {
        let (major, minor) = text.split_once('.')?;
        Some((major.parse().ok()?, minor.parse().ok()?))
    };
    let Some(theirs) = theirs.and_then(read) else {
        return Err(refusal("no_version", "it does not tell its API version", "Update the engine."));
    };
    if theirs < OLDEST {
        let why = format!("it speaks API {}.{}, at least {}.{} is needed", theirs.0, theirs.1, OLDEST.0, OLDEST.1);
        return Err(refusal("too_old", why, "Update the engine."));
    }
    let chosen = theirs.min(NEWEST);
    match least.and_then(read) {
        Some(least) if least > chosen => {
            let why = format!("it speaks API {}.{} and newer, this Axion up to {}.{}", least.0, least.1, NEWEST.0, NEWEST.1);
            Err(refusal("too_new", why, "Update Axion."))
        }
        _ => Ok(chosen),
    }
}

fn describe(address: &str, api: (usize, usize), version: &SystemVersion, info: &SystemInfo, kernel: &Option<String>) -> EngineFacts {
    let components = version.components.as_deref().unwrap_or_default();
    let podman = components.iter().any(|component| component.name.to_ascii_lowercase().contains("podman"));
    let options = info.security_options.as_deref().unwrap_or_default();
    let option = |name: &str| options.iter().any(|option| option.split(',').any(|part| part == format!("name={name}")));
    let system = info.operating_system.clone().unwrap_or_default();
    let unconfined = options.iter().any(|option| option.contains("name=seccomp") && option.contains("unconfined"));
    EngineFacts {
        address: address.to_owned(),
        kind: if podman { EngineKind::Podman } else { EngineKind::Docker },
        version: version.version.clone().unwrap_or_default(),
        api: format!("{}.{}", api.0, api.1),
        rootless: option("rootless"),
        remapped: option("userns"),
        native: kernel.is_some() && *kernel == info.kernel_version && !system.contains("Docker Desktop"),
        seccomp: option("seccomp") && !unconfined,
        swap_limit: info.swap_limit.unwrap_or(false),
        system,
    }
}

fn usable(facts: &EngineFacts, info: &SystemInfo) -> Result<(), EngineRefusal> {
    if info.os_type.as_deref().is_some_and(|os| os != "linux") {
        return Err(refusal("not_linux", "it runs Windows containers", "Switch the engine to Linux containers."));
    }
    if !facts.seccomp {
        return Err(refusal(
            "no_seccomp",
            "it does not apply its default seccomp profile, so a container would be a weak fence",
            "Start the engine with its default seccomp profile.",
        ));
    }
    Ok(())
}

/// Release of the kernel under this process, to tell an engine in a virtual machine.
fn this_kernel() -> Option<String> {
    let text = std::fs::read_to_string("/proc/sys/kernel/osrelease").ok()?;
    Some(text.trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use bollard::models::SystemVersionComponents;

    #[test]
    fn the_newest_common_version_is_taken() {
        assert_eq!(negotiate(Some("1.41"), Some("1.12")).unwrap(), (1, 41));
        assert_eq!(negotiate(Some("1.53"), Some("1.44")).unwrap(), (1, 53));
        assert_eq!(negotiate(Some("1.99"), Some("1.44")).unwrap(), NEWEST);
        assert_eq!(negotiate(Some("1.40"), None).unwrap(), (1, 40));
        for (theirs, least, code) in [
            (Some("1.39"), None, "too_old"),
            (Some("1.9"), None, "too_old"),
            (Some("2.0"), Some("1.60"), "too_new"),
            (None, None, "no_version"),
            (Some("new"), None, "no_version"),
        ] {
            assert_eq!(negotiate(theirs, least).unwrap_err().code, code, "{theirs:?}");
        }
    }

    fn version(component: &str) -> SystemVersion {
        let component = SystemVersionComponents { name: component.into(), version: "1".into(), details: None };
        SystemVersion { components: Some(vec![component]), version: Some("5.4".into()), ..Default::default() }
    }

    fn info(options: &[&str]) -> SystemInfo {
        SystemInfo {
            security_options: Some(options.iter().map(ToString::to_string).collect()),
            kernel_version: Some("6.1".into()),
            ..Default::default()
        }
    }

    #[test]
    fn podman_is_told_from_docker_and_options_are_read() {
        let kernel = Some("6.1".to_owned());
        let podman =
            describe("unix:///p", (1, 41), &version("Podman Engine"), &info(&["name=seccomp,profile=default", "name=rootless"]), &kernel);
        assert_eq!((podman.kind, podman.rootless, podman.seccomp, podman.native), (EngineKind::Podman, true, true, true));
        let docker = describe("unix:///d", (1, 41), &version("Engine"), &info(&["name=seccomp,profile=unconfined", "name=userns"]), &None);
        assert_eq!((docker.kind, docker.remapped, docker.seccomp, docker.native), (EngineKind::Docker, true, false, false));
        assert_eq!(usable(&docker, &info(&[])).unwrap_err().code, "no_seccomp");
    }

    #[test]
    fn an_engine_elsewhere_is_refused() {
        for address in ["tcp://10.0.0.1:2375", "ssh://me@host", "http://localhost:2375", "what"] {
            assert_eq!(connect(address).err().unwrap().code, "not_local", "{address}");
        }
    }

    #[tokio::test]
    async fn a_silent_or_absent_socket_has_its_reason() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("silent.sock");
        let _listener = tokio::net::UnixListener::bind(&path).unwrap();
        let setting = path.display().to_string();
        let tries = super::super::find_engines(Some(&setting)).await;
        assert_eq!(tries[0].refusal().unwrap().code, "timeout");
        let tries = super::super::find_engines(Some("/nowhere/docker.sock")).await;
        assert_eq!(tries[0].refusal().unwrap().code, "absent");
    }
}
