//! The examples that come with Axion: `NAME.axion` files, each perhaps with a folder of the name of a slot.

use std::path::{Path, PathBuf};

use axion_protocol::{Access, ErrorCode, ErrorInfo, Example, GraphDocument, RunGrant, Slot, clip};
use axion_store::is_id;

/// Larger files in the folder are no examples.
const LARGEST: u64 = 8 << 20;

/// All examples, by name of file. A file that cannot be read is left out.
pub fn list(folder: &Path) -> Vec<Example> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let mut examples: Vec<Example> = entries.flatten().filter_map(|entry| describe(folder, &id_of(&entry.path())?)).collect();
    examples.sort_by(|a, b| a.example_id.cmp(&b.example_id));
    examples
}

fn id_of(path: &Path) -> Option<String> {
    let name = path.file_name()?.to_str()?.strip_suffix(".axion")?;
    is_id(name).then(|| name.to_owned())
}

fn describe(folder: &Path, id: &str) -> Option<Example> {
    let (text, _) = texts(folder, id).ok()?;
    let document: GraphDocument = serde_json::from_str(&text).ok()?;
    Some(Example {
        example_id: id.to_owned(),
        name: document.name,
        description: clip(document.description.as_deref().unwrap_or_default(), 1000),
        node_count: document.nodes.len() as u64,
    })
}

/// The texts of one example: its graph and, if there is one, its layout.
pub fn texts(folder: &Path, id: &str) -> Result<(String, Option<String>), ErrorInfo> {
    let missing = || ErrorInfo::new(ErrorCode::NotFound, format!("There is no example `{}`.", clip(id, 64)));
    if !is_id(id) {
        return Err(missing());
    }
    let read = |path: PathBuf| match std::fs::metadata(&path) {
        Ok(found) if found.is_file() && found.len() <= LARGEST => std::fs::read_to_string(path).ok(),
        _ => None,
    };
    let text = read(folder.join(format!("{id}.axion"))).ok_or_else(missing)?;
    Ok((text, read(folder.join(format!("{id}.axion.layout")))))
}

/// A folder to offer for each slot: the example's own where one is read and one came with it, else one of the person's,
/// which is made only when they agree. Nothing is granted here.
pub fn folders(examples: &Path, own: &Path, slots: &[Slot]) -> Vec<RunGrant> {
    let offer = |slot: &Slot| {
        let shipped = examples.join(slot.id.as_str());
        let path = if slot.access == Access::Ro && shipped.is_dir() {
            shipped.canonicalize().unwrap_or(shipped)
        } else {
            own.join(slot.id.as_str())
        };
        Some(RunGrant { slot: slot.id.to_string(), path: path.to_str()?.to_owned(), access: slot.access })
    };
    slots.iter().filter_map(offer).collect()
}

/// Where folders for results are offered: `~/Axion` for the usual home, else inside the home, so that a home that was
/// put elsewhere keeps everything together.
pub fn own_folder(home: &Path) -> PathBuf {
    let usual = crate::home::usual().and_then(|usual| usual.canonicalize().ok());
    match std::env::home_dir() {
        Some(person) if usual.as_deref() == Some(home) => person.join("Axion"),
        _ => home.join(crate::grants::FILES),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GRAPH: &str = r#"{"axion":1,"id":"x","name":"X","description":"Does x.","slots":[{"id":"in","access":"ro"},{"id":"out","access":"rw"}],"nodes":[],"edges":[]}"#;

    #[test]
    fn examples_are_the_readable_graph_files() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("x.axion"), GRAPH).unwrap();
        std::fs::write(dir.path().join("broken.axion"), "{").unwrap();
        std::fs::write(dir.path().join("-bad.axion"), GRAPH).unwrap();
        std::fs::write(dir.path().join("notes.txt"), "").unwrap();
        let found = list(dir.path());
        assert_eq!(found.len(), 1);
        assert_eq!((found[0].example_id.as_str(), found[0].description.as_str()), ("x", "Does x."));
        for id in ["../x", "none", "", "x.axion"] {
            assert_eq!(texts(dir.path(), id).unwrap_err().code, ErrorCode::NotFound, "{id}");
        }
    }

    #[test]
    fn a_shipped_folder_is_offered_read_only_and_never_for_writing() {
        let dir = tempfile::tempdir().unwrap();
        for name in ["in", "out"] {
            std::fs::create_dir(dir.path().join(name)).unwrap();
        }
        let document: GraphDocument = serde_json::from_str(GRAPH).unwrap();
        let offered = folders(dir.path(), Path::new("/home/p/Axion"), &document.slots);
        assert_eq!(offered[0].path, dir.path().canonicalize().unwrap().join("in").to_str().unwrap());
        assert_eq!((offered[1].path.as_str(), offered[1].access), ("/home/p/Axion/out", Access::Rw));
    }
}
