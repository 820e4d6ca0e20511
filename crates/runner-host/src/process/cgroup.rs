//! A control group for one process runner, where this system lets us make one: memory, processes, processor.
//!
//! Version 1 as root, version 2 where the group above ours is delegated to the person (as desktop sessions do). Where
//! neither works the limits of `process` and the host's watch remain; the jail itself does not depend on this.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::folder::Owner;
use crate::spec::Limits;

const PERIOD: f64 = 100_000.0;

/// Groups made for one runner; removed on drop, when it has ended.
#[derive(Debug)]
pub(crate) struct Group {
    folders: Vec<PathBuf>,
    /// What it limits.
    pub limits: Vec<&'static str>,
}

impl Group {
    /// Makes the group and moves the process into it. `None`: this system does not let us.
    pub fn around(pid: libc::pid_t, limits: &Limits, name: &str) -> Option<Self> {
        let own = fs::read_to_string("/proc/self/cgroup").ok()?;
        let mut group = Self { folders: Vec::new(), limits: Vec::new() };
        for (parent, controllers) in places(&own) {
            sweep(&parent);
            group.try_place(&parent.join(name), &controllers, pid, limits);
        }
        if group.limits.is_empty() { None } else { Some(group) }
    }

    fn try_place(&mut self, folder: &Path, controllers: &[&'static str], pid: libc::pid_t, limits: &Limits) {
        if fs::create_dir(folder).is_err() {
            return;
        }
        self.folders.push(folder.to_owned());
        let set: Vec<&'static str> = controllers.iter().copied().filter(|controller| apply(folder, controller, limits)).collect();
        if !set.is_empty() && fs::write(folder.join("cgroup.procs"), pid.to_string()).is_ok() {
            self.limits.extend(set);
        }
    }

    /// Whether the kernel ended something in it for want of memory.
    pub fn ran_out_of_memory(&self) -> bool {
        self.folders.iter().any(|folder| {
            let told = |file: &str| fs::read_to_string(folder.join(file)).unwrap_or_default();
            [told("memory.events"), told("memory.oom_control")].iter().any(|text| kills(text) > 0)
        })
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        let folders = std::mem::take(&mut self.folders);
        let left: Vec<PathBuf> = folders.into_iter().filter(|folder| fs::remove_dir(folder).is_err()).collect();
        if left.is_empty() {
            return;
        }
        // The kernel counts a process out of its group a moment after it was waited for.
        let retry = move || {
            for _ in 0..50 {
                std::thread::sleep(Duration::from_millis(20));
                if left.iter().filter(|folder| folder.exists() && fs::remove_dir(folder).is_err()).count() == 0 {
                    return;
                }
            }
        };
        let _ = std::thread::Builder::new().name("axion-cgroup".into()).spawn(retry);
    }
}

/// Where groups may be made, with the controllers there, from the text of `/proc/self/cgroup`.
fn places(own: &str) -> Vec<(PathBuf, Vec<&'static str>)> {
    const ROOT: &str = "/sys/fs/cgroup";
    let mut places = Vec::new();
    for line in own.lines() {
        let mut parts = line.splitn(3, ':');
        let (Some(_), Some(names), Some(path)) = (parts.next(), parts.next(), parts.next()) else { continue };
        let path = path.trim_start_matches('/');
        if names.is_empty() {
            // Version 2: a group that holds processes gives its children no controllers, so ours is made beside it.
            let folder = Path::new(ROOT).join(path);
            if let (true, Some(parent)) = (Path::new(ROOT).join("cgroup.controllers").exists(), folder.parent()) {
                places.push((parent.to_owned(), vec!["memory", "pids", "cpu"]));
            }
            continue;
        }
        for controller in ["memory", "pids", "cpu"] {
            if names.split(',').any(|name| name == controller) {
                let folder = Path::new(ROOT).join(names).join(path);
                places.push((folder, vec![controller]));
            }
        }
    }
    places
}

fn apply(folder: &Path, controller: &str, limits: &Limits) -> bool {
    // Only existing files are written: a missing one means that the controller is not here.
    let set = |file: &str, value: String| {
        let path = folder.join(file);
        path.exists() && fs::write(path, value).is_ok()
    };
    let bytes = (limits.memory_mib << 20).to_string();
    let quota = (limits.cpus * PERIOD) as u64;
    match controller {
        "memory" => {
            let limited = set("memory.max", bytes.clone()) || set("memory.limit_in_bytes", bytes.clone());
            // No swap beyond it, where the kernel counts swap.
            let _ = set("memory.swap.max", "0".into()) || set("memory.memsw.limit_in_bytes", bytes);
            limited
        }
        "pids" => set("pids.max", limits.pids.to_string()),
        _ => {
            set("cpu.max", format!("{quota} {PERIOD}"))
                || (set("cpu.cfs_period_us", format!("{PERIOD}")) && set("cpu.cfs_quota_us", quota.to_string()))
        }
    }
}

fn kills(text: &str) -> u64 {
    let count = |line: &str| line.strip_prefix("oom_kill ").and_then(|count| count.trim().parse().ok());
    text.lines().find_map(count).unwrap_or(0)
}

/// The name of a group, from which a later host can see that its maker is gone.
pub(crate) fn name(random: &str) -> String {
    format!("axion-{}-{random}", Owner::here())
}

fn sweep(parent: &Path) {
    let Ok(entries) = fs::read_dir(parent) else { return };
    for entry in entries.flatten() {
        let name = entry.file_name();
        let owner = name.to_str().and_then(|name| name.strip_prefix("axion-")).and_then(Owner::read);
        if owner.is_some_and(|owner| !owner.is_alive()) {
            let _ = fs::remove_dir(entry.path());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn version_one_has_a_place_for_each_controller() {
        let own = "5:pids:/a\n4:memory:/\n3:cpu,cpuacct:/user\n2:devices:/\n1:name=systemd:/\nrubbish\n";
        let found = places(own);
        let folders: Vec<String> = found.iter().map(|(path, _)| path.display().to_string()).collect();
        assert_eq!(folders, ["/sys/fs/cgroup/pids/a", "/sys/fs/cgroup/memory/", "/sys/fs/cgroup/cpu,cpuacct/user"]);
    }

    #[test]
    fn kills_are_read_from_either_version() {
        assert_eq!(kills("low 0\noom 2\noom_kill 1\n"), 1);
        assert_eq!(kills("oom_kill_disable 0\nunder_oom 0\noom_kill 3\n"), 3);
        assert_eq!(kills(""), 0);
    }
}
