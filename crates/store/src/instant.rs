//! Milliseconds since 1970 as civil time in UTC.

use std::fmt::Write;

/// Year, month, day and the milliseconds of that day. Howard Hinnant's algorithm, for dates after 1970.
pub(crate) fn civil(ms: u64) -> (u64, u64, u64, u64) {
    let (days, rest) = (ms / 86_400_000, ms % 86_400_000);
    let z = days + 719_468;
    let (era, doe) = (z / 146_097, z % 146_097);
    let yoe = (doe - doe / 1_460 + doe / 36_524 - doe / 146_096) / 365;
    let doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    let mp = (5 * doy + 2) / 153;
    let (day, month) = (doy - (153 * mp + 2) / 5 + 1, if mp < 10 { mp + 3 } else { mp - 9 });
    (yoe + era * 400 + u64::from(month <= 2), month, day, rest)
}

/// The wire's `Timestamp`, as `Date.toISOString` writes it: `2026-11-21T03:42:05.123Z`.
#[must_use]
pub fn timestamp(ms: u64) -> String {
    // The last moment that has four digits of a year.
    let (year, month, day, rest) = civil(ms.min(253_402_300_799_999));
    let (secs, millis) = (rest / 1000, rest % 1000);
    let mut text = String::with_capacity(24);
    // Writing to a String cannot fail.
    let _ = write!(text, "{year:04}-{month:02}-{day:02}T{:02}:{:02}:{:02}.{millis:03}Z", secs / 3600, secs / 60 % 60, secs % 60);
    text
}

/// For a field that is kept as milliseconds and shown as text.
pub(crate) fn as_timestamp<S: serde::Serializer>(ms: &u64, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&timestamp(*ms))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn timestamps_are_as_the_wire_has_them() {
        assert_eq!(timestamp(0), "1970-01-01T00:00:00.000Z");
        assert_eq!(timestamp(951_782_399_001), "2000-02-28T23:59:59.001Z");
        assert_eq!(timestamp(951_782_400_000), "2000-02-29T00:00:00.000Z");
        assert_eq!(timestamp(u64::MAX), "9999-12-31T23:59:59.999Z");
    }
}
