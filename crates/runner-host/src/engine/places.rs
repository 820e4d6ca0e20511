//! The list of addresses to try, in order: setting, `DOCKER_HOST`, current context, known sockets and pipes.
//! Pure but for reading Docker's own small configuration files.

use std::path::{Path, PathBuf};

use serde::Deserialize;
use sha2::{Digest, Sha256};

use super::EngineSource;

/// An address with its reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Place {
    pub source: EngineSource,
    pub address: String,
}

/// The part of the environment that decides.
#[derive(Debug, Clone, Default)]
pub(crate) struct Surroundings {
    pub docker_host: Option<String>,
    pub docker_context: Option<String>,
    pub docker_config: Option<PathBuf>,
    pub runtime_dir: Option<PathBuf>,
    pub home: Option<PathBuf>,
    pub system: &'static str,
}

impl Surroundings {
    pub fn of_this_process() -> Self {
        let path = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
        let text = |name: &str| std::env::var(name).ok().filter(|value| !value.trim().is_empty());
        Self {
            docker_host: text("DOCKER_HOST"),
            docker_context: text("DOCKER_CONTEXT"),
            docker_config: path("DOCKER_CONFIG"),
            runtime_dir: path("XDG_RUNTIME_DIR"),
            home: path("HOME").or_else(|| path("USERPROFILE")),
            system: std::env::consts::OS,
        }
    }
}

/// All places, without repetition.
pub(crate) fn list(setting: Option<&str>, around: &Surroundings) -> Vec<Place> {
    if let Some(setting) = setting.map(str::trim).filter(|text| !text.is_empty()) {
        return vec![Place { source: EngineSource::Setting, address: normal(setting, around.system) }];
    }
    let mut places = Vec::new();
    if let Some(host) = &around.docker_host {
        add(&mut places, EngineSource::DockerHost, normal(host, around.system));
    } else if let Some((name, host)) = context(around) {
        add(&mut places, EngineSource::Context(name), normal(&host, around.system));
    }
    for address in known(around) {
        add(&mut places, EngineSource::Known, address);
    }
    places
}

fn add(places: &mut Vec<Place>, source: EngineSource, address: String) {
    if !places.iter().any(|place| place.address == address) {
        places.push(Place { source, address });
    }
}

/// A bare path is taken for a socket, as people write it.
fn normal(address: &str, system: &str) -> String {
    let address = address.trim();
    match address {
        _ if address.contains("://") => address.to_owned(),
        _ if system == "windows" => format!("npipe://{}", address.replace('\\', "/")),
        _ => format!("unix://{address}"),
    }
}

#[derive(Deserialize)]
struct Config {
    #[serde(rename = "currentContext", default)]
    current_context: Option<String>,
}

#[derive(Deserialize)]
struct Meta {
    #[serde(rename = "Endpoints", default)]
    endpoints: std::collections::HashMap<String, Endpoint>,
}

#[derive(Deserialize)]
struct Endpoint {
    #[serde(rename = "Host", default)]
    host: Option<String>,
}

/// The current Docker context, unless it is the built-in "default".
fn context(around: &Surroundings) -> Option<(String, String)> {
    let folder = around.docker_config.clone().or_else(|| Some(around.home.as_ref()?.join(".docker")))?;
    let name = match &around.docker_context {
        Some(name) => name.clone(),
        None => read::<Config>(&folder.join("config.json"))?.current_context?,
    };
    if name.is_empty() || name == "default" {
        return None;
    }
    let hash: String = Sha256::digest(name.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect();
    let meta: Meta = read(&folder.join("contexts/meta").join(hash).join("meta.json"))?;
    let host = meta.endpoints.get("docker")?.host.clone()?;
    Some((name, host))
}

fn read<T: serde::de::DeserializeOwned>(path: &Path) -> Option<T> {
    // Somebody else's file: small, or not read.
    let small = std::fs::metadata(path).ok()?.len() < 1 << 20;
    if small { serde_json::from_slice(&std::fs::read(path).ok()?).ok() } else { None }
}

fn known(around: &Surroundings) -> Vec<String> {
    let home = |tail: &str| around.home.as_ref().map(|home| home.join(tail));
    let runtime = |tail: &str| around.runtime_dir.as_ref().map(|dir| dir.join(tail));
    let sockets: Vec<Option<PathBuf>> = match around.system {
        "linux" => vec![
            Some("/var/run/docker.sock".into()),
            runtime("docker.sock"),
            runtime("podman/podman.sock"),
            Some("/run/podman/podman.sock".into()),
            home(".docker/desktop/docker.sock"),
        ],
        "macos" => vec![
            home(".docker/run/docker.sock"),
            Some("/var/run/docker.sock".into()),
            home(".orbstack/run/docker.sock"),
            home(".rd/docker.sock"),
            home(".colima/default/docker.sock"),
            home(".config/colima/default/docker.sock"),
            home(".lima/default/sock/docker.sock"),
            home(".local/share/containers/podman/machine/podman.sock"),
        ],
        "windows" => {
            let pipes = ["docker_engine", "dockerDesktopLinuxEngine", "podman-machine-default"];
            return pipes.iter().map(|name| format!("npipe:////./pipe/{name}")).collect();
        }
        _ => vec![],
    };
    sockets.into_iter().flatten().map(|path| format!("unix://{}", path.display())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn linux(home: &Path) -> Surroundings {
        Surroundings { home: Some(home.to_owned()), runtime_dir: Some("/run/user/7".into()), system: "linux", ..Surroundings::default() }
    }

    fn write_context(home: &Path, current: &str, named: &str, host: &str) {
        let hash: String = Sha256::digest(named.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect();
        let folder = home.join(".docker/contexts/meta").join(hash);
        std::fs::create_dir_all(&folder).unwrap();
        let meta = format!(r#"{{"Name":"{named}","Endpoints":{{"docker":{{"Host":"{host}","SkipTLSVerify":false}}}}}}"#);
        std::fs::write(folder.join("meta.json"), meta).unwrap();
        std::fs::write(home.join(".docker/config.json"), format!(r#"{{"currentContext":"{current}"}}"#)).unwrap();
    }

    #[test]
    fn a_setting_is_the_only_place() {
        let home = tempfile::tempdir().unwrap();
        let around = Surroundings { docker_host: Some("unix:///x".into()), ..linux(home.path()) };
        let places = list(Some(" /my/docker.sock "), &around);
        assert_eq!(places, [Place { source: EngineSource::Setting, address: "unix:///my/docker.sock".into() }]);
    }

    #[test]
    fn docker_host_comes_before_the_context_and_the_known_places() {
        let home = tempfile::tempdir().unwrap();
        write_context(home.path(), "work", "work", "unix:///context.sock");
        let mut around = linux(home.path());
        let first = list(None, &around).remove(0);
        assert_eq!(first, Place { source: EngineSource::Context("work".into()), address: "unix:///context.sock".into() });
        around.docker_host = Some("unix:///env.sock".into());
        let places = list(None, &around);
        assert_eq!(places[0].source, EngineSource::DockerHost);
        assert!(places.iter().all(|place| !matches!(place.source, EngineSource::Context(_))));
        assert_eq!(places[1].address, "unix:///var/run/docker.sock");
    }

    #[test]
    fn the_environment_can_name_the_context() {
        let home = tempfile::tempdir().unwrap();
        write_context(home.path(), "default", "other", "unix:///other.sock");
        let mut around = linux(home.path());
        assert_eq!(list(None, &around)[0].source, EngineSource::Known);
        around.docker_context = Some("other".into());
        assert_eq!(list(None, &around)[0].address, "unix:///other.sock");
        around.docker_context = Some("../../etc".into());
        assert_eq!(list(None, &around)[0].source, EngineSource::Known);
    }

    #[test]
    fn broken_configuration_is_passed_over() {
        let home = tempfile::tempdir().unwrap();
        std::fs::create_dir(home.path().join(".docker")).unwrap();
        for text in ["", "[]", "{\"currentContext\":7}", "{\"currentContext\":\"gone\"}"] {
            std::fs::write(home.path().join(".docker/config.json"), text).unwrap();
            assert_eq!(list(None, &linux(home.path()))[0].source, EngineSource::Known, "{text}");
        }
    }

    #[test]
    fn an_address_appears_once_and_every_system_has_its_places() {
        let home = tempfile::tempdir().unwrap();
        let mut around = linux(home.path());
        around.docker_host = Some("/var/run/docker.sock".into());
        let places = list(None, &around);
        assert_eq!(places.iter().filter(|p| p.address == "unix:///var/run/docker.sock").count(), 1);
        assert!(places.iter().any(|p| p.address == "unix:///run/user/7/podman/podman.sock"));
        around.docker_host = None;
        around.system = "windows";
        assert_eq!(list(None, &around)[0].address, "npipe:////./pipe/docker_engine");
        around.system = "macos";
        assert!(list(None, &around).iter().any(|p| p.address.ends_with(".orbstack/run/docker.sock")));
    }
}
