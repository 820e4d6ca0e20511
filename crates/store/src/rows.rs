//! Between Rust and SQLite's types: whole numbers and JSON texts.

use rusqlite::Row;
use rusqlite::types::Type;
use serde_json::value::RawValue;

use crate::error::StoreError;

/// A JSON text as it was given.
pub type Json = Box<RawValue>;

/// SQLite has 63 bits; nothing here comes near (the wire keeps to 53).
pub(crate) fn to_sql(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

pub(crate) fn from_sql(row: &Row<'_>, column: usize) -> rusqlite::Result<u64> {
    let number: i64 = row.get(column)?;
    u64::try_from(number).map_err(|e| rusqlite::Error::FromSqlConversionFailure(column, Type::Integer, Box::new(e)))
}

pub(crate) fn from_sql_opt(row: &Row<'_>, column: usize) -> rusqlite::Result<Option<u64>> {
    match row.get_ref(column)? {
        rusqlite::types::ValueRef::Null => Ok(None),
        _ => from_sql(row, column).map(Some),
    }
}

/// The JSON text of a column. One that does not parse is damage: we wrote it whole.
pub(crate) fn json_from_sql(row: &Row<'_>, column: usize) -> rusqlite::Result<Json> {
    RawValue::from_string(row.get(column)?).map_err(|e| rusqlite::Error::FromSqlConversionFailure(column, Type::Text, Box::new(e)))
}

pub(crate) fn json_from_sql_opt(row: &Row<'_>, column: usize) -> rusqlite::Result<Option<Json>> {
    match row.get_ref(column)? {
        rusqlite::types::ValueRef::Null => Ok(None),
        _ => json_from_sql(row, column).map(Some),
    }
}

/// JSON text of any value that serialises.
pub(crate) fn to_json(value: &impl serde::Serialize) -> Result<String, StoreError> {
    serde_json::to_string(value).map_err(|e| StoreError::Internal(e.to_string()))
}

/// A name that a person gave: not empty, at most 200 UTF-16 units (as the wire counts).
pub(crate) fn check_name(name: &str) -> Result<(), StoreError> {
    if name.trim().is_empty() {
        return Err(StoreError::invalid("A name must not be empty."));
    }
    if name.encode_utf16().count() > 200 {
        return Err(StoreError::invalid("A name is at most 200 characters."));
    }
    Ok(())
}

pub(crate) fn check_id(what: &'static str, id: &str) -> Result<(), StoreError> {
    if crate::stream_name::is_id(id) {
        Ok(())
    } else {
        Err(StoreError::invalid(format!("The id of a {what} is 1 to 64 letters, digits, `_` or `-`, and starts with a letter or digit.")))
    }
}
