//! Reading what the person names: graph files with their limits, `--set` and `--grant`. Nothing is executed here.

use std::io::Read;
use std::path::{Path, PathBuf};

use axion_protocol::{Access, RunGrant};
use serde_json::{Map, Value};

/// Largest graph file.
const LARGEST: u64 = 64 << 20;

/// Something that a person named cannot be used: exit 2.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unusable {
    /// What is wrong.
    pub message: String,
    /// What to do.
    pub hint: Option<String>,
}

fn unusable(message: String, hint: &str) -> Unusable {
    Unusable { message, hint: Some(hint.to_owned()) }
}

/// The text of a graph file. The size is looked at before anything is read.
pub fn graph_text(path: &Path) -> Result<String, Unusable> {
    let shown = path.display();
    let cannot = |error: std::io::Error| match error.kind() {
        std::io::ErrorKind::NotFound => unusable(format!("There is no file {shown}."), "Check the path; a graph file ends in .axion."),
        std::io::ErrorKind::PermissionDenied => unusable(format!("You may not read {shown}."), "Check the file's permissions."),
        _ => unusable(format!("{shown} cannot be read: {error}."), "Check the file."),
    };
    let named = std::fs::symlink_metadata(path).map_err(cannot)?;
    if named.is_symlink() {
        return Err(unusable(format!("{shown} is a symbolic link."), "Name the file that it points to."));
    }
    if named.is_dir() {
        return Err(unusable(format!("{shown} is a folder."), "Name a .axion file in it."));
    }
    if !named.is_file() {
        return Err(unusable(format!("{shown} is not a plain file."), "Name a .axion file."));
    }
    if named.len() > LARGEST {
        return Err(too_large(path, named.len()));
    }
    let file = std::fs::File::open(path).map_err(cannot)?;
    let mut bytes = Vec::new();
    // It may grow, or have become another file, between looking and reading.
    file.take(LARGEST + 1).read_to_end(&mut bytes).map_err(cannot)?;
    if bytes.len() as u64 > LARGEST {
        return Err(too_large(path, bytes.len() as u64));
    }
    let text = String::from_utf8(bytes).map_err(|_| unusable(format!("{shown} is not a text in UTF-8."), "A graph file is JSON text."))?;
    Ok(text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text))
}

fn too_large(path: &Path, bytes: u64) -> Unusable {
    unusable(
        format!("{} has {} MiB; a graph file has at most 64.", path.display(), bytes.div_ceil(1 << 20)),
        "Keep large data in files that the graph reads.",
    )
}

/// `--set name=json`: the values of the Start form.
pub fn values(pairs: &[String]) -> Result<Value, Unusable> {
    let mut values = Map::new();
    for pair in pairs {
        let Some((name, text)) = pair.split_once('=').filter(|(name, _)| !name.trim().is_empty()) else {
            return Err(unusable(format!("--set {pair}: this is not NAME=JSON."), "For example --set month='\"May\"' or --set limit=10."));
        };
        let value = serde_json::from_str(text).unwrap_or_else(|_| Value::from(text));
        if values.insert(name.trim().to_owned(), value).is_some() {
            return Err(unusable(format!("--set {}: this value is set twice.", name.trim()), "Set each value once."));
        }
    }
    Ok(Value::Object(values))
}

/// `--grant SLOT=DIR[:ro|:rw]`. A folder to write to that is not there is made, if the folder around it is.
pub fn grants(texts: &[String]) -> Result<Vec<RunGrant>, Unusable> {
    let mut grants: Vec<RunGrant> = Vec::new();
    for text in texts {
        let grant = grant(text)?;
        if grants.iter().any(|known| known.slot == grant.slot) {
            return Err(unusable(format!("--grant {}: this slot is bound twice.", grant.slot), "Bind each slot once."));
        }
        grants.push(grant);
    }
    Ok(grants)
}

fn grant(text: &str) -> Result<RunGrant, Unusable> {
    let wrong =
        || unusable(format!("--grant {text}: this is not SLOT=DIR, SLOT=DIR:ro or SLOT=DIR:rw."), "For example --grant reports=./out:rw.");
    let (slot, folder) = text.split_once('=').ok_or_else(wrong)?;
    let (folder, access) = match (folder.strip_suffix(":rw"), folder.strip_suffix(":ro")) {
        (Some(folder), _) => (folder, Access::Rw),
        (None, Some(folder)) => (folder, Access::Ro),
        (None, None) => (folder, Access::Ro),
    };
    if slot.is_empty() || folder.is_empty() {
        return Err(wrong());
    }
    bound(slot, folder, access)
}

/// A slot bound to a folder that the person named.
pub fn bound(slot: &str, folder: &str, access: Access) -> Result<RunGrant, Unusable> {
    let path = std::path::absolute(folder).map_err(|error| unusable(format!("--grant {slot}={folder}: {error}."), "Name a folder."))?;
    if access == Access::Rw && !path.exists() && path.parent().is_some_and(Path::is_dir) {
        std::fs::create_dir(&path).map_err(|error| {
            unusable(format!("--grant {slot}={folder}: the folder could not be made: {error}."), "Name a folder that you may write to.")
        })?;
    }
    let real = real_folder(&path).map_err(|why| unusable(format!("--grant {slot}={folder}: {why}."), "Name a folder that is there."))?;
    let path = real
        .into_os_string()
        .into_string()
        .map_err(|_| unusable(format!("--grant {slot}: the folder's name is not Unicode."), "Name another folder."))?;
    Ok(RunGrant { slot: slot.to_owned(), path, access })
}

fn real_folder(path: &Path) -> Result<PathBuf, String> {
    let real = path.canonicalize().map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => "there is no such folder".to_owned(),
        _ => error.to_string(),
    })?;
    if real.is_dir() { Ok(real) } else { Err("this is not a folder".into()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_json_or_plain_words() {
        let values = values(&["a=1".into(), "b=\"x\"".into(), "c=May 2026".into(), "d={\"k\":[1]}".into(), "e=a=b".into()]).unwrap();
        assert_eq!(values, serde_json::json!({ "a": 1, "b": "x", "c": "May 2026", "d": { "k": [1] }, "e": "a=b" }));
        for bad in ["novalue", "=1"] {
            assert!(super::values(&[bad.into()]).is_err(), "{bad}");
        }
        assert!(super::values(&["a=1".into(), "a=2".into()]).is_err());
    }

    #[test]
    fn a_grant_is_a_slot_and_a_folder_that_is_there() {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path().canonicalize().unwrap();
        let text = |tail: &str| format!("s={}{tail}", root.display());
        assert_eq!(grants(&[text("")]).unwrap()[0].access, Access::Ro);
        assert_eq!(
            grants(&[text(":rw")]).unwrap()[0],
            RunGrant { slot: "s".into(), path: root.to_str().unwrap().into(), access: Access::Rw }
        );
        assert!(grants(&[text("/out:rw")]).is_ok() && root.join("out").is_dir(), "a folder to write to is made");
        for bad in [text("/none"), text("/none:ro"), text("/a/b:rw"), "s".into(), "=x".into(), "s=".into(), "s=:rw".into()] {
            assert!(grants(std::slice::from_ref(&bad)).is_err(), "{bad}");
        }
        assert!(grants(&[text(""), text("")]).is_err());
    }

    #[cfg(unix)]
    #[test]
    fn only_a_plain_small_file_is_read() {
        let dir = tempfile::tempdir().unwrap();
        let at = |name: &str| dir.path().join(name);
        std::fs::write(at("good"), "\u{feff}{}").unwrap();
        assert_eq!(graph_text(&at("good")).unwrap(), "{}");
        std::os::unix::fs::symlink(at("good"), at("link")).unwrap();
        std::process::Command::new("mkfifo").arg(at("pipe")).status().unwrap();
        std::fs::write(at("latin"), [0xe9]).unwrap();
        std::fs::File::create(at("huge")).unwrap().set_len(200 << 20).unwrap();
        for (name, word) in [
            ("none", "no file"),
            ("link", "symbolic link"),
            ("pipe", "plain file"),
            ("latin", "UTF-8"),
            ("huge", "200 MiB"),
            (".", "folder"),
        ] {
            let error = graph_text(&at(name)).unwrap_err();
            assert!(error.message.contains(word), "{name}: {}", error.message);
        }
    }
}
