//! The host's own watch over what a runner uses up, and the translation of how a body ended into a reason.
//!
//! Control groups stop a runner at the instant it goes over; this looks once a second and works without them.

use std::time::Duration;

use crate::facts::ExitReason;
use crate::link::BodyEnd;
use crate::spec::Limits;

const EVERY: Duration = Duration::from_secs(1);

/// What there was too much of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Excess {
    Memory,
    CpuTime,
}

/// What a process uses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct Usage {
    memory: u64,
    cpu: Duration,
}

/// Resolves when the process goes over its limits; never, where that cannot be seen.
pub(crate) async fn until_excess(pid: Option<u32>, limits: &Limits) -> Excess {
    let Some(pid) = pid else { return std::future::pending().await };
    let mut clock = tokio::time::interval(EVERY);
    clock.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        clock.tick().await;
        let Some(usage) = usage(pid) else { return std::future::pending().await };
        if let Some(excess) = over(usage, limits) {
            return excess;
        }
    }
}

fn over(usage: Usage, limits: &Limits) -> Option<Excess> {
    if usage.memory > limits.memory_mib << 20 {
        return Some(Excess::Memory);
    }
    let spent = limits.cpu_time.is_some_and(|most| usage.cpu > most);
    spent.then_some(Excess::CpuTime)
}

/// From `/proc`: anonymous resident memory and processor time. Gone or not ours: nothing.
#[cfg(target_os = "linux")]
fn usage(pid: u32) -> Option<Usage> {
    let statm = std::fs::read_to_string(format!("/proc/{pid}/statm")).ok()?;
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // SAFETY: asks for constants.
    let (page, tick) = unsafe { (libc::sysconf(libc::_SC_PAGESIZE), libc::sysconf(libc::_SC_CLK_TCK)) };
    read(&statm, &stat, u64::try_from(page).ok()?, u64::try_from(tick).ok()?)
}

#[cfg(not(target_os = "linux"))]
fn usage(_pid: u32) -> Option<Usage> {
    None
}

#[cfg(any(target_os = "linux", test))]
fn read(statm: &str, stat: &str, page: u64, tick: u64) -> Option<Usage> {
    let mut pages = statm.split_whitespace().map(|field| field.parse::<u64>().unwrap_or(0));
    let (resident, shared) = (pages.nth(1)?, pages.next()?);
    // The name in parentheses may hold spaces and parentheses; user and system time are fields 14 and 15.
    let fields: Vec<&str> = stat.rsplit_once(')')?.1.split_whitespace().collect();
    let ticks = fields.get(11)?.parse::<u64>().ok()? + fields.get(12)?.parse::<u64>().ok()?;
    Some(Usage { memory: resident.saturating_sub(shared) * page, cpu: Duration::from_millis(ticks * 1000 / tick.max(1)) })
}

/// Why a body ended that the host did not end on purpose.
pub(crate) fn reason(end: BodyEnd, by_itself: bool, stderr: String) -> ExitReason {
    // V8 aborts with these words when it cannot grow; the allocator of Node with the others.
    let starved = ["heap out of memory", "Allocation failed", "std::bad_alloc", "out of memory"];
    match end {
        BodyEnd::OutOfMemory => ExitReason::Memory,
        BodyEnd::Lost(why) => ExitReason::EngineLost { why },
        BodyEnd::Signal(5 | 6 | 4 | 11) | BodyEnd::Code(133 | 134) if starved.iter().any(|words| stderr.contains(words)) => {
            ExitReason::Memory
        }
        _ if !by_itself => ExitReason::Disconnected,
        BodyEnd::Signal(signal) => ExitReason::Signal { signal, stderr },
        BodyEnd::Code(code) => ExitReason::Exited { code, stderr },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn usage_is_read_past_hostile_names() {
        let stat = "7 (a) b) S 1 7 7 0 -1 4194560 9 0 0 0 150 50 0 0 20 0 11 0 99 0 0";
        let usage = read("1000 300 100 0 0 0 0", stat, 4096, 100).unwrap();
        assert_eq!(usage, Usage { memory: 200 * 4096, cpu: Duration::from_secs(2) });
        for (statm, stat) in [("", stat), ("1 2 3", ""), ("1 2 3", "7 (x) S 1")] {
            assert_eq!(read(statm, stat, 4096, 100), None);
        }
    }

    #[test]
    fn going_over_is_seen() {
        let limits = Limits { memory_mib: 128, cpu_time: Some(Duration::from_secs(3)), ..Limits::default() };
        let at = |mib: u64, seconds| Usage { memory: mib << 20, cpu: Duration::from_secs(seconds) };
        assert_eq!(over(at(128, 3), &limits), None);
        assert_eq!(over(at(129, 0), &limits), Some(Excess::Memory));
        assert_eq!(over(at(1, 4), &limits), Some(Excess::CpuTime));
        assert_eq!(over(at(1, 4), &Limits::default()), None);
    }

    #[test]
    fn ends_become_reasons() {
        let heap = "FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory".to_owned();
        assert_eq!(reason(BodyEnd::Signal(6), true, heap), ExitReason::Memory);
        assert_eq!(reason(BodyEnd::OutOfMemory, true, String::new()), ExitReason::Memory);
        assert_eq!(reason(BodyEnd::Signal(9), false, String::new()), ExitReason::Disconnected);
        assert!(matches!(reason(BodyEnd::Signal(9), true, String::new()), ExitReason::Signal { signal: 9, .. }));
        assert!(matches!(reason(BodyEnd::Code(3), true, "x".into()), ExitReason::Exited { code: 3, .. }));
    }
}
