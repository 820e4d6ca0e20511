//! Compactions: which summary stands for which messages. Nothing is removed: what is summarised is read and searched as before, only
//! the model gets the summary instead.
//!
//! On a branch the newest compaction counts that was not undone and whose last summarised message is on that branch.

use std::collections::HashSet;

use rusqlite::{Row, params};

use super::messages::MessageRow;
use super::rows::SessionRow;
use super::tree::Node;
use crate::connect::ReadTx;
use crate::error::StoreError;
use crate::rows::from_sql;

/// A summary, and the messages that it stands for.
#[derive(Debug, Clone)]
#[allow(missing_docs, reason = "the fields are those of the wire's event `compacted`")]
pub struct CompactionRow {
    pub compaction_id: String,
    /// The last message that it stands for; it also stands for those above it, without `kept`.
    pub up_to: String,
    pub summary: String,
    /// `model`, `extract` or `person`.
    pub by: String,
    pub kept: Vec<String>,
    pub made_at: u64,
    pub tokens_before: u64,
    pub tokens_after: u64,
    pub messages_before: u64,
    pub messages_after: u64,
    up_to_number: i64,
}

/// What the model gets of a branch.
#[derive(Debug, Clone)]
pub struct BranchForModel {
    /// The compaction that counts, if there is one.
    pub compaction: Option<CompactionRow>,
    /// The messages that its summary stands for, oldest first.
    pub summarised: Vec<String>,
    /// The other messages, oldest first.
    pub messages: Vec<MessageRow>,
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

    /// The branch that ends with a message, as the model gets it: what a summary stands for is left out.
    ///
    /// # Errors
    /// `NotFound` if there is no such session or message.
    pub fn branch_for_model(&self, session_id: &str, message_id: &str) -> Result<BranchForModel, StoreError> {
        let session = self.session_number(session_id)?;
        let last = self.node_of(session, message_id)?;
        let Some(compaction) = self.compaction_above(session, last)? else {
            let messages = self.path(session, session_id, last, last.depth + 1, u64::MAX)?;
            return Ok(BranchForModel { compaction: None, summarised: Vec::new(), messages });
        };
        let up_to = self.tip_node(compaction.up_to_number)?.map_or(-1, |node| node.depth);
        let kept: HashSet<&str> = compaction.kept.iter().map(String::as_str).collect();
        let (mut summarised, mut messages) = (Vec::new(), Vec::new());
        let mut statement = self.conn.prepare_cached(
            "WITH RECURSIVE path (id, parent, message_id) AS (
               SELECT id, parent, message_id FROM session_messages WHERE id = ?1
               UNION ALL SELECT m.id, m.parent, m.message_id FROM path JOIN session_messages m ON m.id = path.parent)
             SELECT message_id FROM path",
        )?;
        let mut rows = statement.query(params![compaction.up_to_number])?;
        while let Some(row) = rows.next()? {
            let id: String = row.get(0)?;
            if kept.contains(id.as_str()) {
                messages.push(self.get_message(session_id, &id)?);
            } else {
                summarised.push(id);
            }
        }
        summarised.reverse();
        messages.reverse();
        if last.depth > up_to {
            messages.extend(self.path(session, session_id, last, last.depth - up_to, u64::MAX)?);
        }
        Ok(BranchForModel { compaction: Some(compaction), summarised, messages })
    }
}
