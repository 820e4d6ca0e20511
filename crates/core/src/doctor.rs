//! What is there, what is missing and how to fix it: each check looks for itself and changes nothing.

use std::path::Path;

use axion_protocol::{Check, CheckId, CheckStatus, CheckTry, DoctorReport, ErrorInfo, RunnerChoice, Settings, clip};
use axion_runner_host::{EngineKind, EngineSource, EngineTry, find_engines, jail_support};

use crate::core::Inner;
use crate::runtime::{OLDEST, Search};

/// Below this much room a run that keeps large values may fill the disk.
const ENOUGH_ROOM: u64 = 1 << 30;

/// Looks at everything.
pub(crate) async fn examine(inner: &Inner) -> Result<DoctorReport, ErrorInfo> {
    let settings = inner.settings();
    let (engines, search) = tokio::join!(find_engines(settings.docker_host.as_deref()), inner.runtime.search());
    let search = search?;
    let engine = engine(&engines);
    let jail = jail(&settings);
    let runtime = runtime(&search);
    let bundle = inner.resources.runner_bundle.is_file();
    let runner = runner(&settings, &engine, &jail, &runtime, bundle);
    let database = inner.read(|tx| tx.list_runs(None, None, 1).map(|_| ())).await;
    let database = database_check(database.err(), inner);
    let disk = disk(&inner.home);
    Ok(DoctorReport { checks: vec![engine, runner, jail, runtime, database, disk], checked_at: inner.now() })
}

fn check(id: CheckId, status: CheckStatus, title: &str, why: &str, fix: Option<&str>, tries: Vec<CheckTry>) -> Check {
    Check {
        id,
        status,
        title: clip(title, 200),
        why: clip(why, 2000),
        fix: fix.map(|fix| clip(fix, 2000)),
        tries: if tries.is_empty() { None } else { Some(tries) },
    }
}

fn engine(engines: &[EngineTry]) -> Check {
    let tries = engines.iter().map(engine_try).collect();
    let Some(facts) = engines.iter().find_map(EngineTry::engine) else {
        let fix = engines.iter().find_map(EngineTry::refusal).map_or("Install and start Docker or Podman.", |refusal| refusal.fix);
        let why = "No container engine answered. Graphs run as a jailed process instead, which needs none.";
        return check(CheckId::Engine, CheckStatus::Missing, "No container engine", why, Some(fix), tries);
    };
    let name = match facts.kind {
        EngineKind::Docker => "Docker",
        EngineKind::Podman => "Podman",
    };
    let rootless = if facts.rootless { ", rootless" } else { "" };
    let why = format!("{name} {} on {} (API {}{rootless}) answered at {}.", facts.version, facts.system, facts.api, facts.address);
    check(CheckId::Engine, CheckStatus::Ok, &format!("{name} {}", facts.version), &why, None, tries)
}

fn engine_try(tried: &EngineTry) -> CheckTry {
    let from = match &tried.source {
        EngineSource::Setting => "the setting".to_owned(),
        EngineSource::DockerHost => "DOCKER_HOST".to_owned(),
        EngineSource::Context(name) => format!("the Docker context “{name}”"),
        EngineSource::Known => "a usual place".to_owned(),
    };
    let (result, ok) = match (tried.engine(), tried.refusal()) {
        (Some(facts), _) => (format!("version {}, API {}", facts.version, facts.api), true),
        (None, Some(refusal)) => (refusal.why.clone(), false),
        (None, None) => ("no answer".to_owned(), false),
    };
    CheckTry { what: clip(&format!("{} ({from})", tried.address), 400), result: clip(&result, 1000), ok }
}

fn jail(settings: &Settings) -> Check {
    let report = jail_support();
    if report.can_jail() {
        let (title, more) = match report.missing.is_empty() {
            true => ("A process can be jailed", String::new()),
            false => ("A process can be jailed, by other means in part", format!(" {}.", report.reason())),
        };
        return check(CheckId::Jail, CheckStatus::Ok, title, &format!("By {}.{more}", report.by.join(", ")), None, Vec::new());
    }
    let why = format!("This system cannot jail a process: {}.", report.reason());
    if settings.allow_unjailed {
        let why = format!("{why} You allowed running without a jail in Settings.");
        return check(CheckId::Jail, CheckStatus::Warning, "No jail, and running without one is allowed", &why, None, Vec::new());
    }
    let fix = "Start Docker or Podman, or use a kernel with Landlock (Linux 5.13 or newer).";
    check(CheckId::Jail, CheckStatus::Missing, "A process cannot be jailed here", &why, Some(fix), Vec::new())
}

fn runtime(search: &Search) -> Check {
    let tries = search
        .tries
        .iter()
        .map(|tried| CheckTry { what: clip(&tried.what, 400), result: clip(&tried.result, 1000), ok: tried.ok })
        .collect();
    match &search.node {
        Some(node) => {
            let why = format!("Node {} at {}.", node.version, node.path.display());
            check(CheckId::Runtime, CheckStatus::Ok, &format!("Node {}", node.version), &why, None, tries)
        }
        None => {
            let why = format!("Running a graph needs Node {OLDEST} or newer. Everything else works without it.");
            let fix = "Let Axion fetch it in Settings, Runner (or `axion call install_runtime '{\"consent\":true}'`), or install it and set AXION_NODE.";
            check(CheckId::Runtime, CheckStatus::Missing, "Node is missing", &why, Some(fix), tries)
        }
    }
}

fn runner(settings: &Settings, engine: &Check, jail: &Check, runtime: &Check, bundle: bool) -> Check {
    let ok = |check: &Check| check.status != CheckStatus::Missing;
    let fails = |why: &str, fix: Option<&str>| check(CheckId::Runner, CheckStatus::Missing, "Graphs cannot run", why, fix, Vec::new());
    if !bundle {
        return fails(
            "The runner program that comes with Axion is not there.",
            Some("Run `npm start` in the repository, or install Axion again."),
        );
    }
    if !ok(runtime) {
        return fails(&runtime.why, runtime.fix.as_deref());
    }
    let (title, why) = match settings.runner {
        RunnerChoice::Docker if ok(engine) => ("Graphs run in a container", "You chose the container runner, and an engine answers."),
        RunnerChoice::Docker => return fails("You chose the container runner, and no engine answers.", engine.fix.as_deref()),
        RunnerChoice::Process if ok(jail) => ("Graphs run as a jailed process", "You chose the process runner."),
        RunnerChoice::Auto if ok(engine) => ("Graphs run in a container", "An engine answers. If it fails, a jailed process is used."),
        RunnerChoice::Auto if ok(jail) => ("Graphs run as a jailed process", "No engine answers, and this system can jail a process."),
        RunnerChoice::Process | RunnerChoice::Auto => return fails(&jail.why, jail.fix.as_deref()),
    };
    let status = if jail.status == CheckStatus::Warning && !ok(engine) { CheckStatus::Warning } else { CheckStatus::Ok };
    check(CheckId::Runner, status, title, why, None, Vec::new())
}

fn database_check(error: Option<ErrorInfo>, inner: &Inner) -> Check {
    let told: Vec<String> = inner.notices().into_iter().map(|notice| notice.message).collect();
    match error {
        Some(error) => {
            check(CheckId::Database, CheckStatus::Missing, "The database cannot be read", &error.message, error.hint.as_deref(), Vec::new())
        }
        None if told.is_empty() => {
            let why = format!("{} is open and answers.", inner.home.join("axion.db").display());
            check(CheckId::Database, CheckStatus::Ok, "The database is sound", &why, None, Vec::new())
        }
        None => check(
            CheckId::Database,
            CheckStatus::Warning,
            "The database is open, with something to know",
            &told.join(" "),
            None,
            Vec::new(),
        ),
    }
}

fn disk(home: &Path) -> Check {
    let Some(free) = free_bytes(home) else {
        let why = format!("How much room {} has cannot be told on this system.", home.display());
        return check(CheckId::Disk, CheckStatus::Warning, "Free room is unknown", &why, None, Vec::new());
    };
    let room = format!("{} free where {} is.", size(free), home.display());
    if free < ENOUGH_ROOM {
        let fix = "Free some space on that disk, or move the Axion folder with --home.";
        return check(CheckId::Disk, CheckStatus::Warning, "The disk is nearly full", &room, Some(fix), Vec::new());
    }
    check(CheckId::Disk, CheckStatus::Ok, "There is room on the disk", &room, None, Vec::new())
}

fn size(bytes: u64) -> String {
    let gib = bytes >> 30;
    if gib > 0 { format!("{gib} GiB") } else { format!("{} MiB", bytes >> 20) }
}

#[cfg(unix)]
pub(crate) fn free_bytes(home: &Path) -> Option<u64> {
    let found = rustix::fs::statvfs(home).ok()?;
    found.f_bavail.checked_mul(found.f_frsize)
}

#[cfg(not(unix))]
pub(crate) fn free_bytes(_home: &Path) -> Option<u64> {
    None
}
