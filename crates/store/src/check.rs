//! Looking through a database for damage: SQLite's own structure, and that no stream has a hole.

use std::path::Path;

use rusqlite::Connection;

use crate::error::StoreError;
use crate::migrate;

/// What was found in a database that can be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Found {
    /// Nothing is wrong.
    Whole,
    /// Only the index of words is: it is made anew from the texts.
    BadWords,
}

/// Structure (`quick_check`) and streams; what regular checks and backups use.
pub(crate) fn look_through(conn: &Connection) -> Result<Found, StoreError> {
    let found = verdict(conn, "quick_check")?;
    streams_are_whole(conn)?;
    Ok(found)
}

/// Also compares the indexes with the tables; for a database that is known to have lost something.
pub(crate) fn look_through_closely(conn: &Connection) -> Result<Found, StoreError> {
    let found = verdict(conn, "integrity_check")?;
    streams_are_whole(conn)?;
    Ok(found)
}

fn verdict(conn: &Connection, pragma: &str) -> Result<Found, StoreError> {
    let mut statement = conn.prepare(&format!("PRAGMA {pragma}(20)"))?;
    let complaints: Vec<String> = statement.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?;
    // SQLite names the table behind each complaint about an index of words.
    let of_words = |complaint: &str| complaint.to_ascii_lowercase().contains("fts5") && complaint.contains("session_search");
    match complaints.iter().find(|complaint| *complaint != "ok" && !of_words(complaint)) {
        Some(complaint) => Err(StoreError::Damaged(complaint.replace('\n', " "))),
        None if complaints.iter().any(|complaint| complaint == "ok") => Ok(Found::Whole),
        None => Ok(Found::BadWords),
    }
}

/// Every table and index that the migrations make is there as they make it. What somebody added is left alone, and so are the
/// tables behind the full-text index: SQLite makes them, in its version's own way.
pub(crate) fn schema_is_whole(conn: &Connection) -> Result<(), StoreError> {
    let expected = Connection::open_in_memory()?;
    migrate::migrate(&expected, 0, &mut |_, _| Ok(()))?;
    let mut statement = expected.prepare("SELECT type, name, tbl_name, sql FROM sqlite_schema WHERE name NOT GLOB 'session_search_*'")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let part: (String, String, String, Option<String>) = (row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?);
        let there: bool = conn.query_row(
            "SELECT EXISTS (SELECT 1 FROM sqlite_schema WHERE type = ?1 AND name = ?2 AND tbl_name = ?3 AND sql IS ?4)",
            rusqlite::params![part.0, part.1, part.2, part.3],
            |row| row.get(0),
        )?;
        if !there {
            return Err(StoreError::Damaged(format!("the {} {} is not as it was made", part.0, part.1)));
        }
    }
    Ok(())
}

/// The groups of each stream follow each other without a hole from `first` to `head`.
fn streams_are_whole(conn: &Connection) -> Result<(), StoreError> {
    let version: u32 = conn.query_row("PRAGMA user_version", [], |row| row.get(0))?;
    if version != migrate::current() {
        return Ok(()); // An older schema may keep them in another way; it is migrated before it is used.
    }
    let torn: Option<String> = conn.query_row(
        "SELECT min(coalesce(s.stream, 'a stream that is gone')) FROM
           (SELECT place >> 32 AS id, min((place & 0xffffffff) - count + 1) AS first, max(place & 0xffffffff) AS last, sum(count) AS total
            FROM event_groups GROUP BY place >> 32) g
         FULL JOIN streams s ON s.id = g.id
         WHERE s.id IS NULL OR s.head <> coalesce(g.last, s.first - 1) OR s.first <> coalesce(g.first, s.first) OR coalesce(g.total, 0) <> s.head - s.first + 1",
        [],
        |row| row.get(0),
    )?;
    match torn {
        Some(stream) => Err(StoreError::Damaged(format!("events of {stream} are missing"))),
        None => Ok(()),
    }
}

/// How many commits a damaged log lost, beyond what a crash explains; 0 for a sound log.
///
/// SQLite reads a log up to the first frame that is not right and takes the rest for a commit that was cut off. With
/// `synchronous=FULL` at most one commit can be cut off. Two or more complete ones of the same generation behind a bad frame
/// mean that the log was damaged after it was written, and acknowledged changes would be lost without a word.
pub(crate) fn commits_lost_in_log(wal: &Path) -> Result<u64, StoreError> {
    let log = match std::fs::read(wal) {
        Ok(log) => log,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(0),
        Err(error) => return Err(error.into()),
    };
    const HEADER: usize = 32;
    const FRAME: usize = 24;
    let word = |bytes: &[u8], at: usize| bytes.get(at..at + 4).and_then(|b| b.try_into().ok()).map_or(0, u32::from_be_bytes);
    if log.len() <= HEADER + FRAME {
        return Ok(0);
    }
    let big_endian = word(&log, 0) & 1 == 1;
    let sums = word_sums(&log[..24], (0, 0), big_endian);
    let header_holds = matches!(word(&log, 0), 0x377f_0682 | 0x377f_0683) && sums == (word(&log, 24), word(&log, 28));
    // With a damaged header neither the page size nor the salts can be taken from it: ours are always 4096, and the first frame has the salts.
    let page = if header_holds { word(&log, 8) as usize } else { 4096 };
    let salts = if header_holds { &log[16..24] } else { &log[HEADER + 8..HEADER + 16] };
    let (mut running, mut right, mut lost) = (sums, header_holds, 0);
    for frame in log[HEADER..].chunks_exact(FRAME + page) {
        let same_generation = frame[8..16] == *salts;
        if right {
            running = word_sums(&frame[..8], running, big_endian);
            running = word_sums(&frame[FRAME..], running, big_endian);
            right = same_generation && running == (word(frame, 16), word(frame, 20));
        }
        if !right && same_generation && word(frame, 4) != 0 {
            lost += 1;
        }
    }
    Ok(if lost >= 2 { lost } else { 0 })
}

/// The log's checksum: two running sums over pairs of words.
fn word_sums(bytes: &[u8], (mut a, mut b): (u32, u32), big_endian: bool) -> (u32, u32) {
    for pair in bytes.chunks_exact(8) {
        let word = |at: usize| {
            let bytes = [pair[at], pair[at + 1], pair[at + 2], pair[at + 3]];
            if big_endian { u32::from_be_bytes(bytes) } else { u32::from_le_bytes(bytes) }
        };
        a = a.wrapping_add(word(0)).wrapping_add(b);
        b = b.wrapping_add(word(4)).wrapping_add(a);
    }
    (a, b)
}
