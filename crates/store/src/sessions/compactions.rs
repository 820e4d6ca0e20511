//! Compactions: which summary stands for which messages. Nothing is removed: what is summarised is read and searched as before, only
//! the model gets the summary instead.
//!
//! On a branch the newest compaction counts that was not undone and whose last summarised message is on that branch.

use std::collections::HashSet;

use rusqlite::{Row, params};
use serde::Serialize;

use super::messages::MessageRow;
use super::rows::SessionRow;
use super::tree::Node;
use crate::connect::ReadTx;
use crate::error::StoreError;
use crate::rows::from_sql;

/// A summary, and the messages that it stands for. Serialises to the wire's `SessionCompaction`: the messages themselves say whether they are kept.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs, reason = "the fields are those of the wire's event `compacted`")]
pub struct CompactionRow {
    pub compaction_id: String,
    /// The last message that it stands for; it also stands for those above it, without `kept`.
    pub up_to: String,
    pub summary: String,
    /// `model`, `extract` or `person`.
    pub by: String,
    #[serde(skip)]
    pub kept: Vec<String>,
    #[serde(skip)]
    pub made_at: u64,
    pub tokens_before: u64,
    pub tokens_after: u64,
    pub messages_before: u64,
    pub messages_after: u64,
    #[serde(skip)]
    up_to_number: i64,
}

/// What the model gets of a branch.
#[derive(Debug, Clone)]
pub struct BranchForModel {
    /// The compaction that counts, if there is one.
    pub compaction: Option<CompactionRow>,
    /// The messages that its summary stands for, oldest first.
    pub summarised: Vec<String>,
    /// What there was no room for, oldest first. Searched as before; no model gets it.
    pub left_out: Vec<String>,
    /// The other messages, oldest first.
    pub messages: Vec<MessageRow>,
}

/// A message of a branch before it is read.
struct Light {
    message_id: String,
    depth: i64,
    bytes: u64,
    pinned: bool,
}

/// Which of these, the oldest first, there is room for: the first message and pinned ones may take a quarter of it, the latest have the rest, and
/// the last one is always in.
fn fitting(all: &[Light], room: u64) -> Vec<bool> {
    let mut fits = vec![false; all.len()];
    let mut taken = 0;
    for (at, light) in all.iter().enumerate() {
        if (at == 0 || light.pinned) && taken + light.bytes <= room / 4 {
            taken += light.bytes;
            fits[at] = true;
        }
    }
    for (at, light) in all.iter().enumerate().rev().filter(|(at, _)| !fits[*at]).collect::<Vec<_>>() {
        if taken + light.bytes > room && at + 1 < all.len() {
            break;
        }
        taken += light.bytes;
        fits[at] = true;
    }
    fits
}

fn compaction(row: &Row<'_>) -> rusqlite::Result<CompactionRow> {
    let kept: String = row.get(5)?;
    Ok(CompactionRow {
        compaction_id: row.get(0)?,
        up_to_number: row.get(1)?,
        up_to: row.get(2)?,
        summary: row.get(3)?,
        by: row.get(4)?,
        kept: serde_json::from_str(&kept).map_err(|e| super::words::bad(5, e.to_string()))?,
        made_at: from_sql(row, 6)?,
        tokens_before: from_sql(row, 7)?,
        tokens_after: from_sql(row, 8)?,
        messages_before: from_sql(row, 9)?,
        messages_after: from_sql(row, 10)?,
    })
}

impl ReadTx<'_> {
    /// The compaction that counts for the branch that ends with a message, or for the shown one.
    ///
    /// # Errors
    /// `NotFound` if there is no such session or message.
    pub fn active_compaction(&self, session_id: &str, message_id: Option<&str>) -> Result<Option<CompactionRow>, StoreError> {
        let row = self.get_session(session_id)?;
        let tip = match message_id {
            Some(id) => Some(self.node_of(row.id, id)?),
            None => self.tip_node(row.tip)?,
        };
        tip.map_or(Ok(None), |tip| self.compaction_above(row.id, tip))
    }

    pub(super) fn compaction_above(&self, session: i64, tip: Node) -> Result<Option<CompactionRow>, StoreError> {
        let mut statement = self.conn.prepare_cached(
            "SELECT c.compaction_id, c.up_to, m.message_id, c.summary, c.made_by, c.kept, c.made_at, c.tokens_before, c.tokens_after, c.messages_before, c.messages_after
             FROM session_compactions c JOIN session_messages m ON m.id = c.up_to WHERE c.session = ?1 AND NOT c.undone ORDER BY c.id DESC",
        )?;
        let mut rows = statement.query([session])?;
        while let Some(row) = rows.next()? {
            let up_to = self.tip_node(row.get(1)?)?;
            if let Some(up_to) = up_to
                && self.is_above(tip, &up_to)?
            {
                return Ok(Some(compaction(row)?));
            }
        }
        Ok(None)
    }

    pub(super) fn mark_compacted(&self, row: &SessionRow, tip: Node, messages: &mut [MessageRow]) -> Result<(), StoreError> {
        let Some(compaction) = self.compaction_above(row.id, tip)? else { return Ok(()) };
        let Some(up_to) = self.tip_node(compaction.up_to_number)? else { return Ok(()) };
        let kept: HashSet<&str> = compaction.kept.iter().map(String::as_str).collect();
        for message in messages {
            message.compacted = message.depth <= up_to.depth && !kept.contains(message.message_id.as_str());
        }
        Ok(())
    }

    /// The branch that ends with a message, as the model gets it: what a summary stands for is left out, and of the rest the oldest, once
    /// it has about so many bytes.
    ///
    /// # Errors
    /// `NotFound` if there is no such session or message.
    pub fn branch_for_model(&self, session_id: &str, message_id: &str, room: u64) -> Result<BranchForModel, StoreError> {
        let session = self.session_number(session_id)?;
        let last = self.node_of(session, message_id)?;
        let compaction = self.compaction_above(session, last)?;
        let summed = match &compaction {
            Some(compaction) => self.tip_node(compaction.up_to_number)?.map_or(-1, |node| node.depth),
            None => -1,
        };
        let kept: HashSet<&str> = compaction.iter().flat_map(|row| &row.kept).map(String::as_str).collect();
        let is_summarised = |light: &Light| light.depth <= summed && !kept.contains(light.message_id.as_str());
        let (summarised, others): (Vec<Light>, Vec<Light>) = self.light_path(last)?.into_iter().partition(is_summarised);
        let fits = fitting(&others, room);
        // What fits at the end is read in one go, the few before it one by one.
        let run = fits.iter().rev().zip(others.iter().rev().scan(last.depth, |depth, light| {
            let next = light.depth == *depth;
            *depth -= 1;
            Some(next)
        }));
        let run = run.take_while(|(fits, next)| **fits && *next).count();
        let (mut messages, mut left_out) = (Vec::new(), Vec::new());
        for (light, fits) in others.iter().zip(&fits).take(others.len() - run) {
            if *fits {
                messages.push(self.get_message(session_id, &light.message_id)?);
            } else {
                left_out.push(light.message_id.clone());
            }
        }
        if run > 0 {
            messages.extend(self.path(session, session_id, last, i64::try_from(run).unwrap_or(i64::MAX), u64::MAX)?);
        }
        let summarised = summarised.into_iter().map(|light| light.message_id).collect();
        Ok(BranchForModel { compaction, summarised, left_out, messages })
    }

    /// From the first message to this one, without what they say.
    fn light_path(&self, last: Node) -> Result<Vec<Light>, StoreError> {
        let mut statement = self.conn.prepare_cached(
            "WITH RECURSIVE path (id, parent, message_id, depth, bytes, pinned) AS (
               SELECT id, parent, message_id, depth, bytes, pinned FROM session_messages WHERE id = ?1
               UNION ALL
               SELECT m.id, m.parent, m.message_id, m.depth, m.bytes, m.pinned FROM path JOIN session_messages m ON m.id = path.parent)
             SELECT message_id, depth, bytes, pinned FROM path",
        )?;
        let light =
            |row: &Row<'_>| Ok(Light { message_id: row.get(0)?, depth: row.get(1)?, bytes: from_sql(row, 2)?, pinned: row.get(3)? });
        let mut found: Vec<Light> = statement.query_map(params![last.id], light)?.collect::<Result<_, _>>()?;
        found.reverse();
        Ok(found)
    }
}

#[cfg(test)]
mod tests {
    use super::{Light, fitting};

    fn sizes(all: &[(u64, bool)], room: u64) -> Vec<bool> {
        let light = |(at, (bytes, pinned)): (usize, &(u64, bool))| Light {
            message_id: at.to_string(),
            depth: at as i64,
            bytes: *bytes,
            pinned: *pinned,
        };
        fitting(&all.iter().enumerate().map(light).collect::<Vec<_>>(), room)
    }

    #[test]
    fn the_first_pinned_and_latest_fit() {
        let plain = (10, false);
        assert_eq!(sizes(&[plain; 3], 1000), [true; 3]);
        assert_eq!(sizes(&[plain, plain, (10, true), plain, plain, plain], 40), [true, false, false, true, true, true]);
        assert_eq!(sizes(&[plain, plain, (10, true), plain, plain, plain], 80), [true; 6]);
        assert_eq!(sizes(&[(10, false), (50, false), (10, true), plain, plain, plain], 80), [true, false, true, true, true, true]);
        assert_eq!(sizes(&[plain, (500, false)], 40), [true, true], "the last is always in");
        assert!(sizes(&[], 40).is_empty());
    }
}
