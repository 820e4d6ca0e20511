//! How a runner's container is fenced: the one place where its options are written. Pure.

use std::collections::HashMap;

use bollard::models::{
    ContainerCreateBody, HostConfig, HostConfigLogConfig, Mount, MountBindOptions, MountBindOptionsPropagationEnum, MountType,
    ResourcesUlimits,
};

use super::{Asked, inside};
use crate::error::RunnerError;
use crate::folder::Owner;
use crate::process::{node_flags, told};
use crate::spec::{Access, Limits, Transport};

/// Marks our containers: the value is the home they belong to.
pub(super) const LABEL_HOME: &str = "axion.home";
/// The host process that made it.
pub(super) const LABEL_OWNER: &str = "axion.owner";

/// Everything about the container.
pub(super) fn of(asked: &Asked<'_>, image: &str, transport: Transport) -> Result<ContainerCreateBody, RunnerError> {
    let stdio = transport == Transport::Stdio;
    let limits = &asked.checked.limits;
    let mut command = node_flags(limits);
    command.push(inside::BUNDLE.to_owned());
    Ok(ContainerCreateBody {
        image: Some(image.to_owned()),
        entrypoint: Some(vec![inside::NODE.to_owned()]),
        cmd: Some(command),
        env: Some(environment(asked, stdio)),
        user: Some(user(asked.engine.facts.rootless)),
        working_dir: Some("/tmp".to_owned()),
        hostname: Some("runner".to_owned()),
        network_disabled: Some(true),
        attach_stdin: Some(stdio),
        open_stdin: Some(stdio),
        // One attachment: when the host is gone the runner reads the end.
        stdin_once: Some(stdio),
        attach_stdout: Some(true),
        attach_stderr: Some(true),
        tty: Some(false),
        labels: Some(HashMap::from([
            (LABEL_HOME.to_owned(), asked.checked.home.display().to_string()),
            (LABEL_OWNER.to_owned(), Owner::here().to_string()),
        ])),
        host_config: Some(fences(asked, limits, transport)),
        ..ContainerCreateBody::default()
    })
}

fn fences(asked: &Asked<'_>, limits: &Limits, transport: Transport) -> HostConfig {
    let bytes = (limits.memory_mib << 20) as i64;
    HostConfig {
        network_mode: Some("none".to_owned()),
        readonly_rootfs: Some(true),
        cap_drop: Some(vec!["ALL".to_owned()]),
        // The engine's default seccomp profile stays: it is what applies when none is named.
        security_opt: Some(vec!["no-new-privileges".to_owned()]),
        privileged: Some(false),
        pids_limit: Some(limits.pids.into()),
        memory: Some(bytes),
        // Equal: no swap on top.
        memory_swap: Some(bytes),
        nano_cpus: Some((limits.cpus * 1e9) as i64),
        tmpfs: Some(HashMap::from([("/tmp".to_owned(), format!("rw,noexec,nosuid,nodev,size={}m,mode=1777", limits.tmp_mib))])),
        mounts: Some(mounts(asked, transport)),
        ipc_mode: Some("none".to_owned()),
        init: Some(true),
        auto_remove: Some(true),
        userns_mode: asked.engine.facts.remapped.then(|| "host".to_owned()),
        ulimits: Some(vec![ulimit("nofile", limits.open_files), ulimit("core", 0)]),
        // What it writes is read by us as it comes, and stored nowhere.
        log_config: Some(HostConfigLogConfig { typ: Some("none".to_owned()), config: None }),
        ..HostConfig::default()
    }
}

fn ulimit(name: &str, limit: u64) -> ResourcesUlimits {
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    ResourcesUlimits { name: Some(name.to_owned()), soft: Some(limit), hard: Some(limit) }
}

/// The person's folders and, for a socket, the folder that holds nothing else.
fn mounts(asked: &Asked<'_>, transport: Transport) -> Vec<Mount> {
    let grants = asked.checked.grants.iter().map(|grant| {
        let target = format!("{}/{}", inside::GRANTS, grant.slot);
        bind(grant.path.display().to_string(), target, grant.access == Access::ReadOnly)
    });
    let socket = (transport == Transport::Socket).then(|| {
        let folder = asked.folder.socket_folder().display().to_string();
        bind(folder, inside::SOCKET_FOLDER.to_owned(), true)
    });
    grants.chain(socket).collect()
}

fn bind(source: String, target: String, read_only: bool) -> Mount {
    Mount {
        typ: Some(MountType::BIND),
        source: Some(source),
        target: Some(target),
        read_only: Some(read_only),
        bind_options: Some(MountBindOptions {
            propagation: Some(MountBindOptionsPropagationEnum::RPRIVATE),
            // Older engines make only the top of a tree of mounts read-only: what is mounted below is left out.
            non_recursive: Some(read_only),
            ..MountBindOptions::default()
        }),
        ..Mount::default()
    }
}

fn environment(asked: &Asked<'_>, stdio: bool) -> Vec<String> {
    let channel = if stdio { "stdio".to_owned() } else { format!("unix:{}", inside::SOCKET) };
    let grants = told(&asked.checked.grants, |grant| format!("{}/{}", inside::GRANTS, grant.slot));
    vec![
        format!("AXION_CHANNEL={channel}"),
        format!("AXION_TOKEN={}", asked.token),
        format!("AXION_GRANTS={grants}"),
        format!("LD_LIBRARY_PATH={}", inside::LIBRARIES),
        "HOME=/tmp".to_owned(),
        "TMPDIR=/tmp".to_owned(),
        "LANG=C.UTF-8".to_owned(),
        "TZ=UTC".to_owned(),
        "OPENSSL_CONF=/dev/null".to_owned(),
        "UV_USE_IO_URING=0".to_owned(),
    ]
}

/// The person: what is made in granted folders is theirs, and nothing else is. To a rootless engine the person is 0.
fn user(rootless: bool) -> String {
    #[cfg(unix)]
    if !rootless {
        // SAFETY: neither has preconditions.
        let (user, group) = unsafe { (libc::geteuid(), libc::getegid()) };
        return format!("{user}:{group}");
    }
    #[cfg(not(unix))]
    if !rootless {
        // In a virtual machine shared folders belong to whoever asks.
        return "1000:1000".to_owned();
    }
    "0:0".to_owned()
}
