//! The tree of a session's messages: who follows whom, and who stands where on the way to the root.
//!
//! Each message knows its depth, its parent and one ancestor further up (`jump`, chosen as in a skew-binary list), so that the
//! ancestor at a given depth is found in a logarithm of steps, however long the conversation is. Nothing here is recursive.

use rusqlite::{OptionalExtension, Row, params};

use crate::connect::ReadTx;
use crate::error::StoreError;

/// A message's place in the tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Node {
    pub(super) id: i64,
    /// 0: it is a first message.
    pub(super) parent: i64,
    /// 0: as `parent`.
    jump: i64,
    pub(super) depth: i64,
}

fn node(row: &Row<'_>) -> rusqlite::Result<Node> {
    Ok(Node { id: row.get(0)?, parent: row.get(1)?, jump: row.get(2)?, depth: row.get(3)? })
}

impl ReadTx<'_> {
    fn node_at(&self, id: i64) -> Result<Node, StoreError> {
        self.conn
            .prepare_cached("SELECT id, parent, jump, depth FROM session_messages WHERE id = ?1")?
            .query_row([id], node)
            .optional()?
            .ok_or_else(|| StoreError::Damaged(format!("message number {id} is gone")))
    }

    /// Where a message stands.
    pub(super) fn node_of(&self, session: i64, message_id: &str) -> Result<Node, StoreError> {
        self.conn
            .prepare_cached("SELECT id, parent, jump, depth FROM session_messages WHERE session = ?1 AND message_id = ?2")?
            .query_row(params![session, message_id], node)
            .optional()?
            .ok_or_else(|| StoreError::not_found("message", message_id))
    }

    /// The end of the shown branch.
    pub(super) fn tip_node(&self, tip: i64) -> Result<Option<Node>, StoreError> {
        if tip == 0 { Ok(None) } else { self.node_at(tip).map(Some) }
    }

    /// What a message with this parent jumps to.
    pub(super) fn jump_below(&self, parent: &Node) -> Result<i64, StoreError> {
        if parent.jump == 0 {
            return Ok(parent.id);
        }
        let jump = self.node_at(parent.jump)?;
        let far = if jump.jump == 0 { jump } else { self.node_at(jump.jump)? };
        Ok(if parent.depth - jump.depth == jump.depth - far.depth { far.id } else { parent.id })
    }

    /// The message at this depth on the way from `from` to the root; `from` itself if it is not deeper.
    pub(super) fn ancestor_at(&self, from: Node, depth: i64) -> Result<Node, StoreError> {
        let mut at = from;
        while at.depth > depth.max(0) {
            let jump = self.node_at(if at.jump == 0 { at.parent } else { at.jump })?;
            let next = if jump.depth >= depth { jump } else { self.node_at(at.parent)? };
            if next.depth >= at.depth {
                return Err(StoreError::Damaged(format!("message number {} stands above itself", at.id)));
            }
            at = next;
        }
        Ok(at)
    }

    /// Whether `above` is on the way from `from` to the root (or is `from`).
    pub(super) fn is_above(&self, from: Node, above: &Node) -> Result<bool, StoreError> {
        Ok(from.depth >= above.depth && self.ancestor_at(from, above.depth)?.id == above.id)
    }

    /// The newest end of a branch that a message is on.
    pub(super) fn latest_tip(&self, session: i64, below: &Node) -> Result<Node, StoreError> {
        let mut statement = self.conn.prepare_cached(
            "SELECT id, parent, jump, depth FROM session_messages WHERE session = ?1 AND leaf AND id >= ?2 ORDER BY id DESC",
        )?;
        let mut leaves = statement.query(params![session, below.id])?;
        while let Some(row) = leaves.next()? {
            let leaf = node(row)?;
            if self.is_above(leaf, below)? {
                return Ok(leaf);
            }
        }
        Err(StoreError::Damaged(format!("no branch ends below message number {}", below.id)))
    }

    /// All messages with this parent, oldest first, if there are at least two.
    pub(super) fn branches(&self, session: i64, parent: i64) -> Result<Option<Vec<String>>, StoreError> {
        let mut statement =
            self.conn.prepare_cached("SELECT message_id FROM session_messages WHERE session = ?1 AND parent = ?2 ORDER BY id")?;
        let ids: Vec<String> = statement.query_map([session, parent], |row| row.get(0))?.collect::<Result<_, _>>()?;
        Ok((ids.len() > 1).then_some(ids))
    }

    /// The end of the newest branch that a message is on: where `select_branch` moves the tip.
    ///
    /// # Errors
    /// `NotFound`.
    pub fn latest_tip_below(&self, session_id: &str, message_id: &str) -> Result<String, StoreError> {
        let session = self.session_number(session_id)?;
        let tip = self.latest_tip(session, &self.node_of(session, message_id)?)?;
        self.message_id_of(tip.id)
    }

    pub(super) fn message_id_of(&self, id: i64) -> Result<String, StoreError> {
        Ok(self.conn.prepare_cached("SELECT message_id FROM session_messages WHERE id = ?1")?.query_row([id], |row| row.get(0))?)
    }
}
