//! What is there before the first word: the message of a script, the session, its model and mode, its folders.

use std::io::{IsTerminal, Read};

use axion_protocol::{Access, ErrorCode, ErrorInfo, SessionFolder, SessionInfo, SessionSnapshot};
use serde_json::json;

use crate::args::ChatArgs;
use crate::door::Door;
use crate::input::{self, Unusable};

/// Longest message that is read, in bytes: far more than any model takes.
const LONGEST: u64 = 16_000_000;

/// The one message that was given, as an argument or on standard input; `None` for a conversation.
pub fn message(args: &ChatArgs) -> Result<Option<String>, Unusable> {
    let text = match args.prompt.as_deref() {
        Some("-") => standard_input()?,
        Some(text) => text.to_owned(),
        None if std::io::stdin().is_terminal() && !args.json => return Ok(None),
        None => standard_input()?,
    };
    if text.trim().is_empty() {
        return Err(Unusable {
            message: "There is no message to send.".into(),
            hint: Some("Give it with -p TEXT, or on standard input.".into()),
        });
    }
    Ok(Some(text))
}

fn standard_input() -> Result<String, Unusable> {
    let unusable = |message: String| Unusable { message, hint: None };
    let mut bytes = Vec::new();
    std::io::stdin()
        .lock()
        .take(LONGEST + 1)
        .read_to_end(&mut bytes)
        .map_err(|error| unusable(format!("Standard input cannot be read: {error}.")))?;
    if bytes.len() as u64 > LONGEST {
        return Err(unusable("The message is longer than 16 MB.".into()));
    }
    String::from_utf8(bytes).map_err(|_| unusable("The message is not a text in UTF-8.".into()))
}

/// The session, made or found, with what was asked for. Nothing is sent yet.
pub async fn session(door: &Door, args: &ChatArgs) -> Result<SessionSnapshot, ErrorInfo> {
    let folders = args.grant.iter().map(|text| folder(text)).collect::<Result<Vec<_>, _>>()?;
    let mode = args.mode.map(crate::args::ModeArg::word);
    let session_id = match &args.session {
        Some(session_id) => {
            let known: SessionInfo = door.get("get_session", &json!({ "sessionId": session_id })).await?;
            for (key, value) in [("model", args.model.as_deref()), ("mode", mode)] {
                if let Some(value) = value {
                    let mut change = json!({ "sessionId": session_id });
                    change[key] = value.into();
                    let _: SessionInfo = door.get("update_session", &change).await?;
                }
            }
            known.id
        }
        None => {
            let mut wanted = json!({ "channelId": "cli" });
            for (key, value) in [("model", args.model.as_deref()), ("mode", mode)] {
                if let Some(value) = value {
                    wanted[key] = value.into();
                }
            }
            door.get::<SessionInfo>("create_session", &wanted).await?.id
        }
    };
    let snapshot = |_: ()| json!({ "sessionId": session_id });
    let known: SessionSnapshot = door.get("get_session_snapshot", &snapshot(())).await?;
    for (path, access) in folders {
        let folder_id =
            known.folders.iter().find(|folder| folder.path == path).map_or_else(|| id_of(&path), |folder| folder.folder_id.to_string());
        let params = json!({ "sessionId": session_id, "folderId": folder_id, "path": path, "access": access });
        let _: Vec<SessionFolder> = door.get("set_session_folder", &params).await?;
    }
    if let Door::Here { core, .. } = door {
        core.resume_session(session_id.as_str()).await?;
    }
    door.get("get_session_snapshot", &snapshot(())).await
}

/// `DIR[:ro|:rw]`
fn folder(text: &str) -> Result<(String, Access), ErrorInfo> {
    let (folder, access) = match (text.strip_suffix(":rw"), text.strip_suffix(":ro")) {
        (Some(folder), _) => (folder, Access::Rw),
        (None, Some(folder)) => (folder, Access::Ro),
        (None, None) => (text, Access::Ro),
    };
    let bound = input::bound("DIR", folder, access).map_err(|wrong| {
        let info = ErrorInfo::new(ErrorCode::InvalidParams, wrong.message.replace("--grant DIR=", "--grant "));
        wrong.hint.into_iter().fold(info, |info, hint| info.with_hint(hint))
    })?;
    Ok((bound.path, bound.access))
}

/// The agent sees a folder by this name; the same folder has the same one whenever it is granted.
fn id_of(path: &str) -> String {
    let name: String =
        path.rsplit(['/', '\\']).next().unwrap_or_default().chars().filter(|c| c.is_ascii_alphanumeric() || *c == '-').take(24).collect();
    let name = name.trim_start_matches('-');
    // FNV-1a: only to tell folders of one name apart.
    let hash = path.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
    if name.is_empty() { format!("folder-{:08x}", hash >> 32) } else { format!("{name}-{:08x}", hash >> 32) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_keeps_its_name_and_two_of_one_name_differ() {
        assert_eq!(id_of("/home/a/notes"), id_of("/home/a/notes"));
        assert_ne!(id_of("/home/a/notes"), id_of("/home/b/notes"));
        assert!(id_of("/home/a/notes").starts_with("notes-"));
        assert!(id_of("/home/ä/--ö").starts_with("folder-") && id_of("/").starts_with("folder-"));
    }
}
