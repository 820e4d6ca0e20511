//! When to try again. Pure: the caller counts the attempts, waits, and decides which runs to resume.

use std::time::Duration;

const FIRST: Duration = Duration::from_millis(250);
const LONGEST: Duration = Duration::from_secs(30);

/// How long to wait before restart number `attempt` (0 is the first restart, at once). Reset the count after a runner
/// that lived.
pub fn next_delay(attempt: u32) -> Duration {
    match attempt {
        0 => Duration::ZERO,
        n => FIRST.saturating_mul(1u32 << (n - 1).min(16)).min(LONGEST),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn delays_double_up_to_half_a_minute() {
        let millis: Vec<u128> = (0..10).map(|n| next_delay(n).as_millis()).collect();
        assert_eq!(millis, [0, 250, 500, 1000, 2000, 4000, 8000, 16000, 30000, 30000]);
        assert_eq!(next_delay(u32::MAX), LONGEST);
    }
}
