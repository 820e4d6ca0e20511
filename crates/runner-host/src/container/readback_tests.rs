//! Each fence taken away in turn must be noticed.

use super::*;
use bollard::models::{ContainerConfig, MountType};
use std::collections::HashMap;

fn wanted() -> ContainerCreateBody {
    ContainerCreateBody {
        entrypoint: Some(vec!["/opt/axion/node".into()]),
        cmd: Some(vec!["/opt/axion/runner.mjs".into()]),
        user: Some("1000:1000".into()),
        host_config: Some(HostConfig {
            network_mode: Some("none".into()),
            readonly_rootfs: Some(true),
            cap_drop: Some(vec!["ALL".into()]),
            security_opt: Some(vec!["no-new-privileges".into()]),
            privileged: Some(false),
            pids_limit: Some(100),
            memory: Some(1 << 30),
            memory_swap: Some(1 << 30),
            nano_cpus: Some(2_000_000_000),
            tmpfs: Some(HashMap::from([("/tmp".into(), "rw,noexec,nosuid,nodev,size=64m,mode=1777".into())])),
            mounts: Some(vec![Mount {
                typ: Some(MountType::BIND),
                source: Some("/data".into()),
                target: Some("/grants/in".into()),
                read_only: Some(true),
                ..Mount::default()
            }]),
            ipc_mode: Some("none".into()),
            init: Some(true),
            auto_remove: Some(true),
            ..HostConfig::default()
        }),
        ..ContainerCreateBody::default()
    }
}

/// What a faithful engine tells.
fn faithful() -> ContainerInspectResponse {
    let wanted = wanted();
    ContainerInspectResponse {
        path: Some("/opt/axion/node".into()),
        args: Some(vec!["/opt/axion/runner.mjs".into()]),
        config: Some(ContainerConfig { user: wanted.user, ..ContainerConfig::default() }),
        host_config: wanted.host_config,
        mounts: Some(vec![MountPoint {
            source: Some("/data".into()),
            destination: Some("/grants/in".into()),
            rw: Some(false),
            ..MountPoint::default()
        }]),
        ..ContainerInspectResponse::default()
    }
}

#[test]
fn a_faithful_engine_passes() {
    assert_eq!(ignored(&wanted(), &faithful()), Vec::<String>::new());
    assert_eq!(ignored(&wanted(), &ContainerInspectResponse::default()).len(), 1);
}

#[test]
fn podmans_ways_of_saying_the_same_pass() {
    let mut got = faithful();
    let host = got.host_config.as_mut().unwrap();
    host.cap_drop = Some(
        ["CHOWN", "DAC_OVERRIDE", "FOWNER", "FSETID", "KILL", "NET_BIND_SERVICE", "SETFCAP", "SETGID", "SETPCAP", "SETUID", "SYS_CHROOT"]
            .iter()
            .map(|name| format!("CAP_{name}"))
            .collect(),
    );
    host.security_opt = Some(vec!["no-new-privileges:true".into()]);
    host.nano_cpus = Some(0);
    host.binds = Some(vec!["/data:/grants/in:ro,rprivate,bind".into()]);
    host.cpu_quota = Some(200_000);
    host.cpu_period = Some(100_000);
    got.path = Some("/run/podman-init".into());
    got.args = Some(["--", "/opt/axion/node", "/opt/axion/runner.mjs"].map(String::from).to_vec());
    assert_eq!(ignored(&wanted(), &got), Vec::<String>::new());
}

#[test]
fn binds_that_are_wider_than_the_mounts_are_noticed() {
    for bind in ["/data:/grants/in:rprivate,bind,rw", "/data:/grants/in", "/:/grants/in:ro", "/data:/elsewhere:ro"] {
        let mut got = faithful();
        got.host_config.as_mut().unwrap().binds = Some(vec![bind.into()]);
        assert_eq!(ignored(&wanted(), &got).len(), 1, "{bind}");
    }
}

#[test]
fn each_missing_fence_is_named() {
    type Break = fn(&mut HostConfig);
    let breaks: [(&str, Break); 22] = [
        ("network", |h| h.network_mode = Some("bridge".into())),
        ("read-only root", |h| h.readonly_rootfs = None),
        ("dropped capabilities", |h| h.cap_drop = None),
        ("dropped capabilities", |h| h.cap_drop = Some(vec!["NET_RAW".into()])),
        ("added capabilities", |h| h.cap_add = Some(vec!["SYS_ADMIN".into()])),
        ("privileged", |h| h.privileged = Some(true)),
        ("no-new-privileges", |h| h.security_opt = None),
        ("no-new-privileges", |h| h.security_opt = Some(vec!["no-new-privileges:false".into()])),
        ("security", |h| h.security_opt.as_mut().unwrap().push("seccomp=unconfined".into())),
        ("memory limit", |h| h.memory = Some(0)),
        ("swap limit", |h| h.memory_swap = Some(-1)),
        ("process limit", |h| h.pids_limit = Some(0)),
        ("processor limit", |h| h.nano_cpus = Some(0)),
        ("init", |h| h.init = None),
        ("automatic removal", |h| h.auto_remove = Some(false)),
        ("process names", |h| h.pid_mode = Some("host".into())),
        ("shared memory", |h| h.ipc_mode = Some("container:abc".into())),
        ("devices", |h| h.devices = Some(vec![Default::default()])),
        ("further mounts", |h| h.binds = Some(vec!["/:/host".into()])),
        ("tmp", |h| h.tmpfs = None),
        ("tmp", |h| h.tmpfs = Some(HashMap::from([("/tmp".into(), "rw".into())]))),
        ("host names", |h| h.uts_mode = Some("host".into())),
    ];
    for (name, break_it) in breaks {
        let mut got = faithful();
        break_it(got.host_config.as_mut().unwrap());
        let faults = ignored(&wanted(), &got);
        assert!(faults.len() == 1 && faults[0].starts_with(name), "{name}: {faults:?}");
    }
}

#[test]
fn user_program_and_mounts_are_compared() {
    let change = |alter: fn(&mut ContainerInspectResponse)| {
        let mut got = faithful();
        alter(&mut got);
        ignored(&wanted(), &got)
    };
    assert_eq!(change(|got| got.config.as_mut().unwrap().user = Some("0:0".into())).len(), 1);
    assert_eq!(change(|got| got.path = Some("/bin/sh".into())).len(), 1);
    assert_eq!(change(|got| got.mounts = None).len(), 1);
    assert_eq!(change(|got| got.mounts.as_mut().unwrap()[0].rw = Some(true)).len(), 1);
    assert_eq!(change(|got| got.mounts.as_mut().unwrap()[0].source = Some("/".into())).len(), 1);
    let extra = |got: &mut ContainerInspectResponse| {
        got.mounts.as_mut().unwrap().push(MountPoint { destination: Some("/host".into()), ..MountPoint::default() });
    };
    assert_eq!(change(extra).len(), 1);
}
