//! Applying edits: each field is a register that the write with the greatest stamp wins.
//!
//! A write that loses changes nothing but stays in the event, with `prev` telling the stamp it met: a reader sees that it
//! was concurrent. So the registers are the same whatever the order in which the same operations arrive.

use rusqlite::{OptionalExtension, params};
use serde::{Deserialize, Serialize};

use super::fields::{Entity, check, is_stamp};
use crate::error::{InvalidValue, StoreError};
use crate::events::EventDraft;
use crate::rows::{Json, check_id, from_sql, to_json, to_sql};
use crate::stream_name::StreamName;
use crate::writer::WriteTx;

/// How long `graph-changed` may lag behind an edit that changes nothing but the time of the last edit.
const ANNOUNCE_EVERY_MS: u64 = 5_000;

/// One write to one register. (De)serialises as the wire's `GraphOp`.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct GraphOp {
    /// What it belongs to.
    pub entity: Entity,
    /// That thing's id.
    pub id: String,
    /// The field.
    pub field: String,
    /// The new value, JSON.
    pub value: Json,
    /// Hybrid logical clock stamp.
    pub stamp: String,
    /// The stamp that the write met; filled in here, whatever the client sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prev: Option<String>,
}

/// A batch of operations.
#[derive(Debug, Clone)]
pub struct GraphEdit {
    /// The graph.
    pub graph_id: String,
    /// Idempotency key of the batch.
    pub ops_id: String,
    /// Who edits.
    pub client_id: String,
    /// The operations, in order.
    pub ops: Vec<GraphOp>,
}

impl GraphEdit {
    /// Checks everything that can be checked without the database, so that the writer thread need not: ids, field names,
    /// stamps and the shapes of values, which become compact.
    ///
    /// # Errors
    /// `Invalid`, naming entity and field.
    pub fn checked(mut self) -> Result<Self, StoreError> {
        check_id("batch of operations", &self.ops_id)?;
        check_id("client", &self.client_id)?;
        for op in &mut self.ops {
            if !is_stamp(&op.stamp) {
                return Err(StoreError::Invalid(InvalidValue {
                    message: "the stamp is not `millis-counter-client`".to_owned(),
                    entity: Some(op.entity.as_str()),
                    id: Some(op.id.chars().take(80).collect()),
                    field: Some(op.field.chars().take(80).collect()),
                }));
            }
            let value = check(op.entity, &op.id, &op.field, op.value.get())?;
            op.value = serde_json::value::RawValue::from_string(value).map_err(|e| StoreError::Internal(e.to_string()))?;
            op.prev = None;
        }
        Ok(self)
    }
}

impl WriteTx<'_> {
    /// Applies a batch that was [`GraphEdit::checked`] and returns the `seq` of its event. Repeating a batch returns the same.
    ///
    /// # Errors
    /// `NotFound`; `Conflict` if the graph is in the trash.
    pub fn apply_graph_ops(&mut self, edit: &GraphEdit, ts: u64) -> Result<u64, StoreError> {
        let (graph, before) = self.graph_key(&edit.graph_id)?;
        if let Some(seq) = self
            .conn()
            .prepare_cached("SELECT seq FROM ops_seen WHERE graph = ?1 AND ops_id = ?2")?
            .query_row(params![graph, edit.ops_id], |row| from_sql(row, 0))
            .optional()?
        {
            return Ok(seq);
        }
        if before.deleted {
            return Err(StoreError::Conflict(format!("The graph “{}” is in the trash; restore it first.", before.name)));
        }
        let stream = StreamName::graph(&edit.graph_id);
        if edit.ops.is_empty() {
            return Ok(self.stream_head(&stream)?.1);
        }
        let mut recorded = edit.ops.clone();
        let (mut node_count, mut name, mut max_stamp) = (to_sql(before.node_count), None, String::new());
        for op in &mut recorded {
            let counts = op.entity == Entity::Node && matches!(op.field.as_str(), "kind" | "deleted");
            let alive_before = counts && self.node_alive(graph, &op.id)?;
            op.prev = self.write_register(graph, op)?;
            if op.prev.as_ref().is_some_and(|prev| *prev >= op.stamp) {
                continue;
            }
            if op.stamp > max_stamp {
                max_stamp.clone_from(&op.stamp);
            }
            if counts {
                node_count += i64::from(self.node_alive(graph, &op.id)?) - i64::from(alive_before);
            }
            if op.entity == Entity::Graph && op.field == "name" {
                name = serde_json::from_str::<String>(op.value.get()).ok();
            }
        }
        #[derive(Serialize)]
        #[serde(rename_all = "camelCase")]
        struct Edited<'a> {
            r#type: &'static str,
            ts: u64,
            ops_id: &'a str,
            client_id: &'a str,
            ops: &'a [GraphOp],
        }
        let event = Edited { r#type: "graph-edited", ts, ops_id: &edit.ops_id, client_id: &edit.client_id, ops: &recorded };
        let seq = self.append(&stream, &[EventDraft::new(to_json(&event)?)?])?.head;
        self.conn().prepare_cached("INSERT INTO ops_seen (graph, ops_id, seq) VALUES (?1, ?2, ?3)")?.execute(params![
            graph,
            edit.ops_id,
            to_sql(seq)
        ])?;
        let announced: u64 = self
            .conn()
            .prepare_cached(
                "UPDATE graphs SET name = coalesce(?2, name), node_count = ?3, updated_at = max(updated_at, ?4), max_stamp = max(max_stamp, ?5)
                 WHERE id = ?1 RETURNING announced_at",
            )?
            .query_row(params![graph, name, node_count, to_sql(ts), max_stamp], |row| from_sql(row, 0))?;
        let visible = node_count != to_sql(before.node_count) || name.is_some_and(|name| name != before.name);
        if visible || ts >= announced + ANNOUNCE_EVERY_MS {
            self.announce_graph(&edit.graph_id, ts)?;
        }
        Ok(seq)
    }

    /// Writes a register if the stamp wins; returns the stamp that was there.
    fn write_register(&mut self, graph: i64, op: &GraphOp) -> Result<Option<String>, StoreError> {
        let key = params![graph, op.entity.code(), op.id, op.field];
        let prev: Option<String> = self
            .conn()
            .prepare_cached("SELECT stamp FROM graph_fields WHERE graph = ?1 AND entity = ?2 AND entity_id = ?3 AND field = ?4")?
            .query_row(key, |row| row.get(0))
            .optional()?;
        if prev.as_ref().is_none_or(|prev| *prev < op.stamp) {
            self.conn()
                .prepare_cached(
                    "INSERT INTO graph_fields (graph, entity, entity_id, field, value, stamp) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
                     ON CONFLICT DO UPDATE SET value = excluded.value, stamp = excluded.stamp",
                )?
                .execute(params![graph, op.entity.code(), op.id, op.field, op.value.get(), op.stamp])?;
        }
        Ok(prev)
    }

    fn node_alive(&self, graph: i64, id: &str) -> Result<bool, StoreError> {
        let alive = self
            .conn()
            .prepare_cached(
                "SELECT EXISTS (SELECT 1 FROM graph_fields WHERE graph = ?1 AND entity = 2 AND entity_id = ?2 AND field = 'kind')
                 AND NOT EXISTS (SELECT 1 FROM graph_fields WHERE graph = ?1 AND entity = 2 AND entity_id = ?2 AND field = 'deleted' AND value = 'true')",
            )?
            .query_row(params![graph, id], |row| row.get(0))?;
        Ok(alive)
    }
}
