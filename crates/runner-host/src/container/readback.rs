//! Compares what was asked of the engine with what it made of it. Engines drop options that they do not know, with a
//! warning at best; a fence that is not there must stop the start. Pure.

use bollard::models::{ContainerCreateBody, ContainerInspectResponse, HostConfig, Mount, MountPoint};

/// Every option that is not as it was asked, in words. Empty: all is there.
pub(super) fn ignored(wanted: &ContainerCreateBody, got: &ContainerInspectResponse) -> Vec<String> {
    let mut faults = Vec::new();
    let nothing = HostConfig::default();
    let host_wanted = wanted.host_config.as_ref().unwrap_or(&nothing);
    let Some(host) = &got.host_config else { return vec!["the engine does not tell a container's options".into()] };
    let mut check = |fine: bool, name: &str, got: String| {
        if !fine {
            faults.push(format!("{name} is {got}"));
        }
    };
    check(host.network_mode == host_wanted.network_mode, "network", said(&host.network_mode));
    check(host.readonly_rootfs == Some(true), "read-only root", said(&host.readonly_rootfs));
    check(drops_all(host), "dropped capabilities", said(&host.cap_drop));
    check(is_empty(&host.cap_add), "added capabilities", said(&host.cap_add));
    check(host.privileged != Some(true), "privileged", said(&host.privileged));
    let security = host.security_opt.clone().unwrap_or_default();
    check(no_new_privileges(&security), "no-new-privileges", said(&host.security_opt));
    check(!security.iter().any(|option| option.contains("unconfined") || option.contains("disable")), "security", said(&host.security_opt));
    check(host.memory == host_wanted.memory, "memory limit", said(&host.memory));
    check(host.memory_swap == host_wanted.memory_swap, "swap limit", said(&host.memory_swap));
    check(host.pids_limit == host_wanted.pids_limit, "process limit", said(&host.pids_limit));
    check(cpus(host) == cpus(host_wanted), "processor limit", said(&host.nano_cpus));
    check(host.init == Some(true), "init", said(&host.init));
    check(host.auto_remove == Some(true), "automatic removal", said(&host.auto_remove));
    let shares = [("process names", &host.pid_mode), ("host names", &host.uts_mode), ("shared memory", &host.ipc_mode)];
    for (name, mode) in shares {
        let own = mode.as_deref().is_none_or(|mode| mode != "host" && !mode.starts_with("container:"));
        check(own, name, said(mode));
    }
    check(is_empty(&host.devices), "devices", said(&host.devices));
    check(only_asked(&host.binds, host_wanted) && is_empty(&host.volumes_from), "further mounts", said(&host.binds));
    let tmpfs = host.tmpfs.as_ref().and_then(|all| all.get("/tmp"));
    check(tmpfs.is_some_and(|options| options.contains("noexec") && options.contains("size=")), "tmp", said(&host.tmpfs));
    let config = got.config.as_ref();
    let user = config.and_then(|config| config.user.clone());
    check(user == wanted.user, "user", said(&user));
    let started: Vec<String> = got.path.iter().chain(got.args.iter().flatten()).cloned().collect();
    let asked: Vec<String> = wanted.entrypoint.iter().chain(&wanted.cmd).flatten().cloned().collect();
    check(without_init(&started) == asked, "program", started.join(" "));
    faults.extend(mount_faults(host_wanted.mounts.as_deref().unwrap_or_default(), got.mounts.as_deref().unwrap_or_default()));
    faults
}

fn said<T: std::fmt::Debug>(value: &Option<T>) -> String {
    value.as_ref().map_or_else(|| "not set".to_owned(), |value| format!("{value:?}"))
}

fn is_empty<T>(list: &Option<Vec<T>>) -> bool {
    list.as_ref().is_none_or(Vec::is_empty)
}

/// Docker keeps the word; Podman writes out what it dropped, which is every capability it would have given.
fn drops_all(host: &HostConfig) -> bool {
    const GIVEN: [&str; 11] =
        ["CHOWN", "DAC_OVERRIDE", "FOWNER", "FSETID", "KILL", "NET_BIND_SERVICE", "SETFCAP", "SETGID", "SETPCAP", "SETUID", "SYS_CHROOT"];
    let dropped = host.cap_drop.as_deref().unwrap_or_default();
    let is = |name: &str| dropped.iter().any(|one| one.trim_start_matches("CAP_").eq_ignore_ascii_case(name));
    is("ALL") || GIVEN.into_iter().all(is)
}

fn no_new_privileges(security: &[String]) -> bool {
    security.iter().any(|option| {
        let (name, value) = option.split_once([':', '=']).unwrap_or((option, "true"));
        name == "no-new-privileges" && value == "true"
    })
}

/// Podman tells mounts once more as binds. Each must be one that was asked for, and as narrow.
fn only_asked(binds: &Option<Vec<String>>, wanted: &HostConfig) -> bool {
    let mounts = wanted.mounts.as_deref().unwrap_or_default();
    binds.iter().flatten().all(|bind| {
        mounts.iter().any(|mount| {
            let place = format!("{}:{}:", mount.source.as_deref().unwrap_or_default(), mount.target.as_deref().unwrap_or_default());
            let options = bind.strip_prefix(&place);
            options.is_some_and(|options| mount.read_only != Some(true) || options.split(',').any(|option| option == "ro"))
        })
    })
}

/// Podman tells its init as the program.
fn without_init(started: &[String]) -> &[String] {
    match started {
        [init, dashes, rest @ ..] if init == "/run/podman-init" && dashes == "--" => rest,
        whole => whole,
    }
}

fn cpus(host: &HostConfig) -> Option<i64> {
    match (host.nano_cpus, host.cpu_quota, host.cpu_period) {
        (Some(nano @ 1..), _, _) => Some(nano),
        // Podman keeps the same as quota and period.
        (_, Some(quota @ 1..), Some(period @ 1..)) => Some((quota as f64 / period as f64 * 1e9).round() as i64),
        (nano, _, _) => nano,
    }
}

fn mount_faults(wanted: &[Mount], got: &[MountPoint]) -> Vec<String> {
    let mut faults = Vec::new();
    for mount in wanted {
        let target = mount.target.as_deref().unwrap_or_default();
        match got.iter().find(|point| point.destination.as_deref() == Some(target)) {
            None => faults.push(format!("{target} is not mounted")),
            Some(point) => {
                if point.rw != Some(mount.read_only == Some(false)) {
                    faults.push(format!("{target} is mounted with rw {}", said(&point.rw)));
                }
                if point.source != mount.source {
                    faults.push(format!("{target} is mounted from {}", said(&point.source)));
                }
            }
        }
    }
    for point in got {
        let target = point.destination.as_deref().unwrap_or_default();
        let asked = target == "/tmp" || wanted.iter().any(|mount| mount.target.as_deref() == Some(target));
        if !asked {
            faults.push(format!("{target} is mounted and was not asked for"));
        }
    }
    faults
}

#[cfg(test)]
#[path = "readback_tests.rs"]
mod tests;
