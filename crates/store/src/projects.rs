//! Projects: names for groups of graphs. The project `default` is always there.

use rusqlite::{OptionalExtension, Row, params};
use serde::Serialize;

use crate::connect::ReadTx;
use crate::error::StoreError;
use crate::rows::{check_id, check_name, from_sql, to_sql};
use crate::writer::WriteTx;

/// The project that every home has.
pub const DEFAULT_PROJECT: &str = "default";

/// A project. Serialises to the wire's `Project`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ProjectRow {
    /// Its id.
    pub project_id: String,
    /// Its name.
    pub name: String,
    /// When it was made.
    pub created_at: u64,
    /// Whether it was deleted.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub deleted: bool,
}

fn project(row: &Row<'_>) -> rusqlite::Result<ProjectRow> {
    Ok(ProjectRow { project_id: row.get(0)?, name: row.get(1)?, created_at: from_sql(row, 2)?, deleted: row.get(3)? })
}

impl ReadTx<'_> {
    /// All projects that are not deleted, oldest first.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn list_projects(&self) -> Result<Vec<ProjectRow>, StoreError> {
        let mut statement = self.conn.prepare_cached(
            "SELECT project_id, name, created_at, deleted FROM projects WHERE NOT deleted ORDER BY created_at, project_id",
        )?;
        let rows = statement.query_map([], project)?.collect::<Result<_, _>>()?;
        Ok(rows)
    }

    /// One project, also if it is deleted.
    ///
    /// # Errors
    /// `NotFound`.
    pub fn get_project(&self, project_id: &str) -> Result<ProjectRow, StoreError> {
        self.conn
            .prepare_cached("SELECT project_id, name, created_at, deleted FROM projects WHERE project_id = ?1")?
            .query_row([project_id], project)
            .optional()?
            .ok_or_else(|| StoreError::not_found("project", project_id))
    }
}

impl WriteTx<'_> {
    /// Makes a project. Repeating it with the same name is harmless.
    ///
    /// # Errors
    /// `Conflict` if the id has another name.
    pub fn create_project(&mut self, project_id: &str, name: &str, ts: u64) -> Result<ProjectRow, StoreError> {
        check_id("project", project_id)?;
        check_name(name)?;
        match self.get_project(project_id) {
            Ok(existing) if existing.name == name && !existing.deleted => return Ok(existing),
            Ok(_) => return Err(StoreError::Conflict(format!("A project `{project_id}` exists already."))),
            Err(StoreError::NotFound { .. }) => {}
            Err(error) => return Err(error),
        }
        self.conn().prepare_cached("INSERT INTO projects (project_id, name, created_at) VALUES (?1, ?2, ?3)")?.execute(params![
            project_id,
            name,
            to_sql(ts)
        ])?;
        self.announce_project(project_id, ts)
    }

    /// Gives a project another name.
    ///
    /// # Errors
    /// `NotFound`.
    pub fn rename_project(&mut self, project_id: &str, name: &str, ts: u64) -> Result<ProjectRow, StoreError> {
        check_name(name)?;
        self.conn()
            .prepare_cached("UPDATE projects SET name = ?2 WHERE project_id = ?1 AND NOT deleted")?
            .execute(params![project_id, name])?;
        self.announce_project(project_id, ts)
    }

    /// Deletes a project and moves its graphs to the trash with it (each can be restored); its sessions stay, in no project.
    ///
    /// # Errors
    /// `NotFound`; `Conflict` for the default project.
    pub fn delete_project(&mut self, project_id: &str, ts: u64) -> Result<ProjectRow, StoreError> {
        if project_id == DEFAULT_PROJECT {
            return Err(StoreError::Conflict("The default project cannot be deleted.".to_owned()));
        }
        for graph in self.list_graphs(Some(project_id), false)? {
            self.set_graph_deleted(&graph.graph_id, true, ts)?;
        }
        self.take_sessions_out(project_id, ts)?;
        self.conn().prepare_cached("UPDATE projects SET deleted = 1 WHERE project_id = ?1")?.execute([project_id])?;
        self.announce_project(project_id, ts)
    }

    fn announce_project(&mut self, project_id: &str, ts: u64) -> Result<ProjectRow, StoreError> {
        let row = self.get_project(project_id)?;
        self.announce("project-changed", ts, "project", &row)?;
        Ok(row)
    }
}
