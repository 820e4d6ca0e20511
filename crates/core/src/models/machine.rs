//! The memory of this machine, where the system says it.

/// Bytes of memory: all, and what is free to be used now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Memory {
    pub(super) total: u64,
    pub(super) free: u64,
}

/// What there is. `None` where it is not known; then nothing is warned of.
pub(super) fn memory() -> Option<Memory> {
    parse(&std::fs::read_to_string("/proc/meminfo").ok()?)
}

fn parse(text: &str) -> Option<Memory> {
    let bytes = |name: &str| {
        let line = text.lines().find_map(|line| line.strip_prefix(name))?;
        line.split_whitespace().next()?.parse::<u64>().ok()?.checked_mul(1024)
    };
    Some(Memory { total: bytes("MemTotal:")?, free: bytes("MemAvailable:")? })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_kernels_words_are_read() {
        let text = "MemTotal:       16314324 kB\nMemFree:         1000 kB\nMemAvailable:    8157162 kB\n";
        assert_eq!(parse(text), Some(Memory { total: 16_314_324 << 10, free: 8_157_162 << 10 }));
        assert_eq!(parse("nonsense"), None);
    }
}
