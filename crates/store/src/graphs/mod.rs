//! Graphs: a row that lists show, and the registers that the graph is made of.
//!
//! Fields and their values: fields.rs. Applying edits: registers.rs. Reading as a document: assemble.rs. Whole documents: import.rs.

mod assemble;
mod fields;
mod import;
mod registers;

use rusqlite::{OptionalExtension, Row, params};
use serde::Serialize;

pub use self::fields::Entity;
pub use self::import::GraphImport;
pub use self::registers::{GraphEdit, GraphOp};

use crate::connect::ReadTx;
use crate::error::StoreError;
use crate::rows::{check_id, check_name, from_sql, to_sql};
use crate::stream_name::StreamName;
use crate::writer::WriteTx;

/// A graph in a list. Serialises to the wire's `GraphSummary`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct GraphRow {
    /// Its id.
    pub graph_id: String,
    /// Its project.
    pub project_id: String,
    /// Its name.
    pub name: String,
    /// How many nodes it has.
    pub node_count: u64,
    /// When it was made.
    pub created_at: u64,
    /// When it was last edited.
    pub updated_at: u64,
    /// Whether it is in the trash.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub deleted: bool,
}

/// A graph as it is now, and where its stream stands.
#[derive(Debug, Clone)]
pub struct GraphContent {
    /// What lists show.
    pub summary: GraphRow,
    /// JSON text of the wire's `GraphDocument`.
    pub document: String,
    /// JSON text of the wire's `GraphLayout`.
    pub layout: String,
    /// Its stream's epoch.
    pub epoch: std::sync::Arc<str>,
    /// Its stream's last `seq`: the document holds every edit up to it.
    pub seq: u64,
    /// The greatest stamp in it; a client's clock must go on from there, or its edits may lose.
    pub max_stamp: String,
}

const COLUMNS: &str = "graph_id, project_id, name, node_count, created_at, updated_at, deleted";

fn graph(row: &Row<'_>) -> rusqlite::Result<GraphRow> {
    Ok(GraphRow {
        graph_id: row.get(0)?,
        project_id: row.get(1)?,
        name: row.get(2)?,
        node_count: from_sql(row, 3)?,
        created_at: from_sql(row, 4)?,
        updated_at: from_sql(row, 5)?,
        deleted: row.get(6)?,
    })
}

impl ReadTx<'_> {
    /// Graphs of a project or all, last edited first; those in the trash or those that are not.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn list_graphs(&self, project_id: Option<&str>, deleted: bool) -> Result<Vec<GraphRow>, StoreError> {
        let mut statement = self.conn.prepare_cached(&format!(
            "SELECT {COLUMNS} FROM graphs WHERE deleted = ?2 AND (?1 IS NULL OR project_id = ?1) ORDER BY updated_at DESC, graph_id"
        ))?;
        let rows = statement.query_map(params![project_id, deleted], graph)?.collect::<Result<_, _>>()?;
        Ok(rows)
    }

    /// One graph's row, also if it is in the trash.
    ///
    /// # Errors
    /// `NotFound`.
    pub fn get_graph(&self, graph_id: &str) -> Result<GraphRow, StoreError> {
        Ok(self.graph_key(graph_id)?.1)
    }

    /// One graph with its document and layout.
    ///
    /// # Errors
    /// `NotFound`.
    pub fn get_graph_content(&self, graph_id: &str) -> Result<GraphContent, StoreError> {
        let (key, summary) = self.graph_key(graph_id)?;
        let (epoch, seq) = self.stream_head(&StreamName::graph(graph_id))?;
        let max_stamp = self.conn.prepare_cached("SELECT max_stamp FROM graphs WHERE id = ?1")?.query_row([key], |row| row.get(0))?;
        let texts = assemble::assemble(self.conn, key, graph_id)?;
        Ok(GraphContent { summary, document: texts.document, layout: texts.layout, epoch, seq, max_stamp })
    }

    fn graph_key(&self, graph_id: &str) -> Result<(i64, GraphRow), StoreError> {
        self.conn
            .prepare_cached(&format!("SELECT {COLUMNS}, id FROM graphs WHERE graph_id = ?1"))?
            .query_row([graph_id], |row| Ok((row.get(7)?, graph(row)?)))
            .optional()?
            .ok_or_else(|| StoreError::not_found("graph", graph_id))
    }
}

impl WriteTx<'_> {
    /// Makes an empty graph. The flag is false if the id was there already: then nothing was changed.
    ///
    /// # Errors
    /// `NotFound` if there is no such project.
    pub fn create_graph(&mut self, graph_id: &str, project_id: &str, name: &str, ts: u64) -> Result<(GraphRow, bool), StoreError> {
        check_id("graph", graph_id)?;
        check_name(name)?;
        let Some(key) = self.new_graph(graph_id, project_id, name, 0, ts)? else {
            return Ok((self.get_graph(graph_id)?, false));
        };
        self.set_name(key, name, &import::first_stamp(ts))?;
        Ok((self.announce_graph(graph_id, ts)?, true))
    }

    /// Copies a graph as it is now, without its history and without what was deleted in it. Grants are not copied.
    ///
    /// # Errors
    /// `NotFound`.
    pub fn duplicate_graph(&mut self, graph_id: &str, copy_id: &str, name: &str, ts: u64) -> Result<(GraphRow, bool), StoreError> {
        check_id("graph", copy_id)?;
        check_name(name)?;
        let (from, row) = self.graph_key(graph_id)?;
        let Some(to) = self.new_graph(copy_id, &row.project_id, name, row.node_count, ts)? else {
            return Ok((self.get_graph(copy_id)?, false));
        };
        self.conn()
            .prepare_cached(
                "INSERT INTO graph_fields (graph, entity, entity_id, field, value, stamp)
                 SELECT ?2, f.entity, f.entity_id, f.field, f.value, f.stamp FROM graph_fields f WHERE f.graph = ?1 AND NOT EXISTS
                 (SELECT 1 FROM graph_fields d WHERE d.graph = ?1 AND d.entity = f.entity AND d.entity_id = f.entity_id AND d.field = 'deleted' AND d.value = 'true')",
            )?
            .execute([from, to])?;
        self.conn()
            .prepare_cached("UPDATE graphs SET max_stamp = (SELECT max_stamp FROM graphs WHERE id = ?1) WHERE id = ?2")?
            .execute([from, to])?;
        // The copy is a register set of its own: its name may keep the stamp of the original's.
        let stamp: Option<String> = self
            .conn()
            .prepare_cached("SELECT stamp FROM graph_fields WHERE graph = ?1 AND entity = 0 AND entity_id = 'graph' AND field = 'name'")?
            .query_row([to], |row| row.get(0))
            .optional()?;
        self.set_name(to, name, &stamp.unwrap_or_else(|| import::first_stamp(ts)))?;
        Ok((self.announce_graph(copy_id, ts)?, true))
    }

    /// Puts a graph into the trash or takes it out. One that comes back to a deleted project goes to the default one.
    ///
    /// # Errors
    /// `NotFound`.
    pub fn set_graph_deleted(&mut self, graph_id: &str, deleted: bool, ts: u64) -> Result<GraphRow, StoreError> {
        let (key, row) = self.graph_key(graph_id)?;
        if row.deleted == deleted {
            return Ok(row);
        }
        self.conn()
            .prepare_cached(
                "UPDATE graphs SET deleted = ?2, project_id = CASE WHEN NOT ?2 AND project_id IN (SELECT project_id FROM projects WHERE deleted)
                 THEN 'default' ELSE project_id END WHERE id = ?1",
            )?
            .execute(params![key, deleted])?;
        self.announce_graph(graph_id, ts)
    }

    /// Makes the row and the stream; `None` if the id is there already.
    fn new_graph(&mut self, graph_id: &str, project_id: &str, name: &str, node_count: u64, ts: u64) -> Result<Option<i64>, StoreError> {
        if self.get_project(project_id)?.deleted {
            return Err(StoreError::not_found("project", project_id));
        }
        let key = self
            .conn()
            .prepare_cached(
                "INSERT INTO graphs (graph_id, project_id, name, node_count, created_at, updated_at, announced_at) VALUES (?1, ?2, ?3, ?4, ?5, ?5, ?5)
                 ON CONFLICT DO NOTHING RETURNING id",
            )?
            .query_row(params![graph_id, project_id, name, to_sql(node_count), to_sql(ts)], |row| row.get(0))
            .optional()?;
        if key.is_some() {
            self.create_stream(&StreamName::graph(graph_id))?;
        }
        Ok(key)
    }

    fn set_name(&mut self, key: i64, name: &str, stamp: &str) -> Result<(), StoreError> {
        self.conn()
            .prepare_cached(
                "INSERT INTO graph_fields (graph, entity, entity_id, field, value, stamp) VALUES (?1, 0, 'graph', 'name', ?2, ?3)
                 ON CONFLICT DO UPDATE SET value = excluded.value",
            )?
            .execute(params![key, serde_json::Value::from(name).to_string(), stamp])?;
        self.conn().prepare_cached("UPDATE graphs SET max_stamp = max(max_stamp, ?2) WHERE id = ?1")?.execute(params![key, stamp])?;
        Ok(())
    }

    fn announce_graph(&mut self, graph_id: &str, ts: u64) -> Result<GraphRow, StoreError> {
        self.conn().prepare_cached("UPDATE graphs SET announced_at = ?2 WHERE graph_id = ?1")?.execute(params![graph_id, to_sql(ts)])?;
        let row = self.get_graph(graph_id)?;
        self.announce("graph-changed", ts, "graph", &row)?;
        Ok(row)
    }
}
