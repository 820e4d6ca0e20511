//! Grants: which folder on this machine a graph's slot is bound to. One per slot; they never come from a file.

use rusqlite::{OptionalExtension, Row, params};
use serde::Serialize;

use crate::connect::ReadTx;
use crate::error::StoreError;
use crate::rows::{check_id, from_sql, to_sql};
use crate::writer::WriteTx;

/// A bound slot. Serialises to the wire's `Grant` without `missing`, which only a look at the disk can tell.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct GrantRow {
    /// Its id.
    pub grant_id: String,
    /// The graph.
    pub graph_id: String,
    /// The slot's name in that graph.
    pub slot: String,
    /// The folder.
    pub path: String,
    /// `ro` or `rw`.
    pub access: String,
    /// When it was given.
    pub created_at: u64,
    /// Set in the announcement of a grant that is gone.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub revoked: bool,
}

const COLUMNS: &str = "grant_id, graph_id, slot, path, access, created_at";

fn grant(row: &Row<'_>) -> rusqlite::Result<GrantRow> {
    Ok(GrantRow {
        grant_id: row.get(0)?,
        graph_id: row.get(1)?,
        slot: row.get(2)?,
        path: row.get(3)?,
        access: row.get(4)?,
        created_at: from_sql(row, 5)?,
        revoked: false,
    })
}

impl ReadTx<'_> {
    /// The grants of one graph, or all.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn list_grants(&self, graph_id: Option<&str>) -> Result<Vec<GrantRow>, StoreError> {
        let mut statement =
            self.conn.prepare_cached(&format!("SELECT {COLUMNS} FROM grants WHERE ?1 IS NULL OR graph_id = ?1 ORDER BY graph_id, slot"))?;
        let rows = statement.query_map([graph_id], grant)?.collect::<Result<_, _>>()?;
        Ok(rows)
    }

    /// One grant.
    ///
    /// # Errors
    /// `NotFound`.
    pub fn get_grant(&self, grant_id: &str) -> Result<GrantRow, StoreError> {
        self.conn
            .prepare_cached(&format!("SELECT {COLUMNS} FROM grants WHERE grant_id = ?1"))?
            .query_row([grant_id], grant)
            .optional()?
            .ok_or_else(|| StoreError::not_found("grant", grant_id))
    }
}

impl WriteTx<'_> {
    /// Binds a slot; what the slot was bound to before is revoked.
    ///
    /// # Errors
    /// `NotFound` if there is no such graph; `Conflict` if the id belongs to another slot.
    pub fn set_grant(&mut self, row: &GrantRow) -> Result<GrantRow, StoreError> {
        check_id("grant", &row.grant_id)?;
        check_id("slot", &row.slot)?;
        self.get_graph(&row.graph_id)?;
        match self.get_grant(&row.grant_id) {
            Ok(existing) if existing.graph_id != row.graph_id || existing.slot != row.slot => {
                return Err(StoreError::Conflict(format!("The grant `{}` belongs to another slot.", row.grant_id)));
            }
            Ok(_) | Err(StoreError::NotFound { .. }) => {}
            Err(error) => return Err(error),
        }
        let before = self
            .conn()
            .prepare_cached("SELECT grant_id FROM grants WHERE graph_id = ?1 AND slot = ?2 AND grant_id <> ?3")?
            .query_row(params![row.graph_id, row.slot, row.grant_id], |r| r.get::<_, String>(0))
            .optional()?;
        if let Some(before) = before {
            self.revoke_grant(&before, row.created_at)?;
        }
        self.conn()
            .prepare_cached(
                "INSERT INTO grants (grant_id, graph_id, slot, path, access, created_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
                 ON CONFLICT (grant_id) DO UPDATE SET path = excluded.path, access = excluded.access, created_at = excluded.created_at",
            )?
            .execute(params![row.grant_id, row.graph_id, row.slot, row.path, row.access, to_sql(row.created_at)])?;
        let saved = self.get_grant(&row.grant_id)?;
        self.announce("grant-changed", row.created_at, "grant", &saved)?;
        Ok(saved)
    }

    /// Takes a grant back.
    ///
    /// # Errors
    /// `NotFound`.
    pub fn revoke_grant(&mut self, grant_id: &str, ts: u64) -> Result<GrantRow, StoreError> {
        let row = GrantRow { revoked: true, ..self.get_grant(grant_id)? };
        self.conn().prepare_cached("DELETE FROM grants WHERE grant_id = ?1")?.execute([grant_id])?;
        self.announce("grant-changed", ts, "grant", &row)?;
        Ok(row)
    }
}
