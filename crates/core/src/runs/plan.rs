//! What a run will be, before anything is started: its document, its input, and each slot bound to a folder.

use axion_protocol::{Access, ErrorCode, ErrorInfo, GraphId, Problem, RunGrant, RunId, RunnerWish, Slot, StartRunParams, StartedBy, clip};
use axion_store::{GrantRow, Json, ReadTx, StoreError};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use serde_json::value::RawValue;

use crate::failure::{internal, invalid};

/// Largest document, as the file format has it.
pub const LARGEST_DOCUMENT: usize = 64 << 20;

/// A run that may be started.
#[derive(Debug, Clone)]
pub struct Plan {
    /// Its id.
    pub run_id: RunId,
    /// The graph in the library, if it is one of them.
    pub graph_id: Option<GraphId>,
    /// Its name.
    pub graph_name: String,
    /// The document's JSON text.
    pub document: String,
    /// SHA-256 of the document.
    pub hash: String,
    /// The layout's JSON text.
    pub layout: Option<String>,
    /// The input's JSON text.
    pub input: Json,
    /// The folders.
    pub grants: Vec<RunGrant>,
    /// Whatever is needed to start it again.
    pub options: Options,
    /// Who asked for it.
    pub started_by: StartedBy,
}

/// Kept with a run, so that it is resumed as it was started.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct Options {
    /// Where it is to run.
    pub runner: RunnerWish,
    /// How many steps may go on at a time.
    pub concurrency: u64,
}

/// The texts of a graph and what the person bound its slots to.
pub struct Source {
    document: String,
    layout: Option<String>,
    bound: Vec<GrantRow>,
}

/// Reads what a run of a library graph needs.
pub fn from_library(tx: &ReadTx<'_>, graph_id: &str) -> Result<Source, StoreError> {
    let content = tx.get_graph_content(graph_id)?;
    Ok(Source { document: content.document, layout: Some(content.layout), bound: tx.list_grants(Some(graph_id))? })
}

/// The document that came with the command.
pub fn from_params(document: &Value) -> Result<Source, ErrorInfo> {
    if !document.is_object() {
        return Err(broken("not_object", "The graph is not a JSON object.", None));
    }
    let document = serde_json::to_string(document).map_err(|error| internal("The graph could not be written", error))?;
    if document.len() > LARGEST_DOCUMENT {
        return Err(ErrorInfo::new(ErrorCode::TooLarge, "The graph is larger than 64 MiB."));
    }
    Ok(Source { document, layout: None, bound: Vec::new() })
}

/// Puts the plan together, or says what is missing. Looks at the folders, so it may block for a moment.
pub fn make(params: StartRunParams, source: Source, options: Options, started_by: StartedBy) -> Result<Plan, ErrorInfo> {
    #[derive(Deserialize)]
    struct Head {
        #[serde(default)]
        name: Value,
        #[serde(default)]
        slots: Value,
    }
    let head: Head = serde_json::from_str(&source.document).map_err(|error| broken("not_json", &error.to_string(), None))?;
    let slots = slots(&head.slots)?;
    let grants = bind(&slots, params.grants.unwrap_or_default(), &source.bound)?;
    let input = params.input.unwrap_or_else(|| Value::Object(serde_json::Map::new()));
    let input = serde_json::value::to_raw_value(&input).map_err(|error| internal("The input could not be written", error))?;
    let name = head.name.as_str().filter(|name| !name.trim().is_empty()).unwrap_or("Untitled");
    Ok(Plan {
        run_id: params.run_id,
        graph_id: params.graph_id,
        graph_name: clip(name, 200),
        hash: crate::hash::sha256(source.document.as_bytes()),
        document: source.document,
        layout: source.layout,
        input,
        grants,
        options,
        started_by,
    })
}

/// The slots that a document declares.
fn slots(value: &Value) -> Result<Vec<Slot>, ErrorInfo> {
    let Value::Array(items) = value else {
        return if value.is_null() { Ok(Vec::new()) } else { Err(broken("bad_slot", "`slots` is not a list.", Some("slots"))) };
    };
    let read = |(index, item): (usize, &Value)| {
        serde_json::from_value::<Slot>(item.clone())
            .map_err(|error| broken("bad_slot", &format!("Slot {} is not valid: {error}.", index + 1), Some(&format!("slots[{index}]"))))
    };
    items.iter().enumerate().map(read).collect()
}

fn broken(code: &str, message: &str, field: Option<&str>) -> ErrorInfo {
    let problem = Problem { code: code.to_owned(), message: clip(message, 2000), field: field.map(str::to_owned), ..Problem::default() };
    ErrorInfo::new(ErrorCode::GraphInvalid, "The graph cannot be run.").with_problems(vec![problem])
}

/// Binds each slot: what was given for this run wins over what the person bound before. A slot never gets more than it
/// asks for, and a slot that asks for more than it was given counts as unbound.
fn bind(slots: &[Slot], given: Vec<RunGrant>, bound: &[GrantRow]) -> Result<Vec<RunGrant>, ErrorInfo> {
    if let Some(stray) = given.iter().find(|grant| slots.iter().all(|slot| slot.id != grant.slot.as_str())) {
        let known: Vec<&str> = slots.iter().map(|slot| slot.id.as_str()).collect();
        let hint = if known.is_empty() { "It works with no folders.".to_owned() } else { format!("Its slots are: {}.", known.join(", ")) };
        return Err(invalid(format!("The graph has no slot `{}`.", clip(&stray.slot, 64))).with_hint(hint));
    }
    let (mut grants, mut missing, mut reasons) = (Vec::new(), Vec::new(), Vec::new());
    for slot in slots {
        let here = given.iter().find(|grant| slot.id == grant.slot.as_str()).cloned();
        let before = || {
            let row = bound.iter().find(|row| slot.id == row.slot.as_str())?;
            Some(RunGrant {
                slot: row.slot.clone(),
                path: row.path.clone(),
                access: if row.access == "rw" { Access::Rw } else { Access::Ro },
            })
        };
        match here.or_else(before).map(|grant| usable(slot, grant)) {
            Some(Ok(grant)) => grants.push(grant),
            Some(Err(why)) => {
                reasons.push(why);
                missing.push(slot.clone());
            }
            None => {
                reasons.push(format!("`{}` is not bound to a folder", slot.id));
                missing.push(slot.clone());
            }
        }
    }
    if missing.is_empty() {
        return Ok(grants);
    }
    let message = format!("The graph needs folders that it was not given: {}.", reasons.join("; "));
    Err(ErrorInfo::new(ErrorCode::SlotsUnbound, message)
        .with_hint("Choose a folder for each slot. Nothing was executed.")
        .with_slots(missing))
}

fn usable(slot: &Slot, grant: RunGrant) -> Result<RunGrant, String> {
    if slot.access == Access::Rw && grant.access == Access::Ro {
        return Err(format!("`{}` must be writable, and {} was given read-only", slot.id, grant.path));
    }
    let path = crate::grants::folder(&grant.path).map_err(|why| format!("`{}`: {} {why}", slot.id, grant.path))?;
    Ok(RunGrant { path, access: slot.access, ..grant })
}

/// The grants as they are stored.
pub fn raw(value: &impl Serialize) -> Result<Box<RawValue>, ErrorInfo> {
    serde_json::value::to_raw_value(value).map_err(|error| internal("A value could not be written", error))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn slot(id: &str, access: Access) -> Slot {
        Slot { id: id.try_into().unwrap(), access, description: None }
    }

    fn give(slot: &str, path: &std::path::Path, access: Access) -> RunGrant {
        RunGrant { slot: slot.into(), path: path.to_str().unwrap().into(), access }
    }

    #[test]
    fn a_slot_gets_what_it_asks_for_and_no_more() {
        let dir = tempfile::tempdir().unwrap();
        let slots = [slot("in", Access::Ro)];
        let bound = bind(&slots, vec![give("in", dir.path(), Access::Rw)], &[]).unwrap();
        assert_eq!(bound[0].access, Access::Ro);
    }

    #[test]
    fn each_unbound_slot_is_named_with_its_reason() {
        let dir = tempfile::tempdir().unwrap();
        let slots = [slot("a", Access::Rw), slot("b", Access::Ro), slot("c", Access::Ro)];
        let given = vec![give("a", dir.path(), Access::Ro), give("b", &dir.path().join("none"), Access::Ro)];
        let error = bind(&slots, given, &[]).unwrap_err();
        assert_eq!(error.code, ErrorCode::SlotsUnbound);
        assert_eq!(error.slots.unwrap().len(), 3);
        for word in ["`a` must be writable", "`b`", "`c` is not bound"] {
            assert!(error.message.contains(word), "{}", error.message);
        }
    }

    #[test]
    fn a_folder_for_a_slot_that_is_not_there_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        let error = bind(&[slot("a", Access::Ro)], vec![give("b", dir.path(), Access::Ro)], &[]).unwrap_err();
        assert_eq!((error.code, error.hint.as_deref()), (ErrorCode::InvalidParams, Some("Its slots are: a.")));
    }

    #[test]
    fn slots_that_make_no_sense_are_problems_of_the_graph() {
        for text in [r#"{"slots":7}"#, r#"{"slots":[{"id":"__proto__","access":"ro"}]}"#, r#"{"slots":[{"id":"a","access":"rwx"}]}"#] {
            let value: Value = serde_json::from_str(text).unwrap();
            let error = slots_of(&value).unwrap_err();
            assert_eq!(error.code, ErrorCode::GraphInvalid, "{text}");
            assert!(error.problems.unwrap()[0].field.is_some());
        }
    }

    fn slots_of(document: &Value) -> Result<Vec<Slot>, ErrorInfo> {
        slots(&document["slots"])
    }
}
