//! `axion models`, `channels`, `egress`, `keys`: what is there, as a table for a person or JSON for a script. Core knows; here it is laid out.

use std::io::{IsTerminal, Read};
use std::path::PathBuf;

use axion_protocol::{ChannelInfo, EgressPage, ErrorCode, ErrorInfo, KeyInfo, KeyList, ModelInfo};
use serde::Serialize;
use serde_json::{Value, json};

use crate::args::{ChannelsArgs, EgressArgs, KeysAction, KeysArgs, ModelsArgs};
use crate::door::{Door, locate};
use crate::say;

/// A key is at most so long.
const LONGEST_KEY: u64 = 8192;

type Outcome<T> = Result<T, ErrorInfo>;

/// `axion models`
pub async fn models(home: Option<PathBuf>, args: ModelsArgs) -> u8 {
    let found: Outcome<Vec<ModelInfo>> = ask(home, "get_models", json!({ "refresh": !args.known })).await;
    shown(found, args.json, |models| {
        let row = |model: &ModelInfo| {
            let place = if model.demo {
                "scripted"
            } else if model.local {
                "this machine"
            } else {
                "hosted"
            };
            [model.id.clone(), model.title.clone(), place.to_owned(), format!("{}", model.context_window), model.capabilities.join(" ")]
        };
        table(["MODEL", "TITLE", "WHERE", "WINDOW", "CAN"], models.iter().map(row))
    })
}

/// `axion channels`
pub async fn channels(home: Option<PathBuf>, args: ChannelsArgs) -> u8 {
    if args.token {
        return match token(home, args.renew) {
            Ok(token) => u8::from(!say::out(&token)),
            Err(info) => failed(&info),
        };
    }
    let found: Outcome<Vec<ChannelInfo>> = ask(home, "get_channels", json!({})).await;
    shown(found, args.json, |channels| {
        let row = |channel: &ChannelInfo| {
            [
                channel.id.to_string(),
                channel.status.to_string(),
                channel.sessions.to_string(),
                channel.address.clone().unwrap_or_default(),
                channel.problem.clone().unwrap_or_default(),
            ]
        };
        table(["CHANNEL", "STATE", "SESSIONS", "ADDRESS", "PROBLEM"], channels.iter().map(row))
    })
}

/// The webhook's token lies in the home: whoever can read it there may have it.
fn token(home: Option<PathBuf>, renew: bool) -> Outcome<String> {
    let home = locate(home)?;
    let made = axion_core::home::private_folder(&home)
        .and_then(|()| if renew { axion_core::renew_webhook_token(&home) } else { axion_core::webhook_token(&home) });
    made.map_err(|error| ErrorInfo::new(ErrorCode::Storage, format!("The webhook's token cannot be read or made: {error}.")))
}

/// `axion egress`
pub async fn egress(home: Option<PathBuf>, args: EgressArgs) -> u8 {
    let mut wanted = json!({ "limit": args.limit });
    if let Some(session) = args.session {
        wanted["sessionId"] = session.into();
    }
    let page: EgressPage = match ask(home, "list_egress", wanted).await {
        Ok(page) => page,
        Err(info) => return failed(&info),
    };
    if args.json {
        return u8::from(!page.entries.iter().all(|entry| say::out(&serde_json::to_string(entry).unwrap_or_default())));
    }
    if page.air_gap {
        say::note("The air gap is closed: nothing leaves this machine.");
    }
    let rows = page.entries.iter().map(|entry| {
        let outcome = match (entry.status, &entry.reason) {
            (Some(status), None) => format!("{} {status}", entry.outcome),
            (_, Some(reason)) => format!("{}: {reason}", entry.outcome),
            (None, None) => entry.outcome.to_string(),
        };
        [
            moment(entry.at),
            entry.purpose.to_string(),
            format!("{} {}", entry.method, entry.url),
            format!("{}/{}", entry.sent_bytes, entry.received_bytes),
            outcome,
        ]
    });
    let lines = table(["TIME (UTC)", "FOR", "REQUEST", "OUT/IN", "OUTCOME"], rows);
    print(&lines);
    if page.entries.is_empty() {
        say::note("Nothing has left this machine.");
    } else if page.more {
        say::note("There are older ones; --limit shows more.");
    }
    0
}

/// `axion keys …`
pub async fn keys(home: Option<PathBuf>, args: KeysArgs) -> u8 {
    match args.action {
        KeysAction::List(args) => {
            let found: Outcome<KeyList> = ask(home, "list_keys", json!({})).await;
            shown(found, args.json, |list| {
                if let Some(why) = &list.why {
                    say::note(&say::plain(why));
                }
                table(["NAME", "KEPT IN"], list.keys.iter().map(|key| [key.name.clone(), key.place.to_string()]))
            })
        }
        KeysAction::Remove { name } => match ask::<Value>(home, "remove_key", json!({ "name": name })).await {
            Ok(_) => {
                say::note(&format!("The key {} is forgotten.", say::plain(&name)));
                0
            }
            Err(info) => failed(&info),
        },
        KeysAction::Set { name } => {
            let value = match secret(&name).await {
                Ok(value) => value,
                Err(info) => return failed(&info),
            };
            match ask::<KeyInfo>(home, "set_key", json!({ "name": name, "value": value })).await {
                Ok(kept) => {
                    say::note(&format!(
                        "The key {} is kept in the {}.",
                        say::plain(&kept.name),
                        if kept.place.as_str() == "keychain" { "system's keychain" } else { "encrypted file of this home" }
                    ));
                    0
                }
                Err(info) => failed(&info),
            }
        }
    }
}

/// The value, from standard input: a pipe's text without its last line break, or typed without being shown.
async fn secret(name: &str) -> Outcome<String> {
    let wrong = |message: &str| ErrorInfo::new(ErrorCode::InvalidParams, message);
    let text = if std::io::stdin().is_terminal() {
        let prompt = format!("Value of {}: ", say::plain(name));
        tokio::task::spawn_blocking(move || rpassword::prompt_password(prompt)).await.ok().and_then(Result::ok)
    } else {
        let mut bytes = Vec::new();
        let read = std::io::stdin().lock().take(LONGEST_KEY + 1).read_to_end(&mut bytes);
        read.ok().and_then(|_| String::from_utf8(bytes).ok())
    };
    let text = text.ok_or_else(|| wrong("No key could be read from standard input."))?;
    let value = text.trim_end_matches(['\r', '\n']);
    if value.is_empty() {
        return Err(wrong("The key is empty.").with_hint("Give it on standard input, for example: axion keys set NAME < FILE"));
    }
    if value.len() as u64 > LONGEST_KEY || value.contains(['\r', '\n']) {
        return Err(wrong("This is no key: it has several lines, or is longer than 8192 bytes."));
    }
    Ok(value.to_owned())
}

async fn ask<T: serde::de::DeserializeOwned>(home: Option<PathBuf>, command: &str, params: Value) -> Outcome<T> {
    let door = Door::open(locate(home)?).await?;
    let answer = door.get(command, &params).await;
    door.close().await;
    answer
}

fn shown<T: Serialize>(found: Outcome<T>, as_json: bool, lay_out: impl FnOnce(&T) -> Vec<String>) -> u8 {
    match found {
        Ok(found) if as_json => u8::from(!say::out(&serde_json::to_string(&found).unwrap_or_default())),
        Ok(found) => {
            print(&lay_out(&found));
            0
        }
        Err(info) => failed(&info),
    }
}

fn failed(info: &ErrorInfo) -> u8 {
    say::error(info);
    if info.code == ErrorCode::InvalidParams { 2 } else { 1 }
}

fn print(lines: &[String]) {
    for line in lines {
        if !say::out(line) {
            return;
        }
    }
}

/// Columns as wide as their widest cell; the last one is not padded. No rows: no lines.
fn table<const N: usize>(heads: [&str; N], rows: impl Iterator<Item = [String; N]>) -> Vec<String> {
    let rows: Vec<[String; N]> = rows.map(|row| row.map(|cell| say::plain(&cell))).collect();
    if rows.is_empty() {
        return Vec::new();
    }
    let widths: Vec<usize> =
        (0..N).map(|column| rows.iter().map(|row| row[column].chars().count()).chain([heads[column].len()]).max().unwrap_or(0)).collect();
    let line = |cells: &[String; N]| {
        let mut text = String::new();
        for (column, cell) in cells.iter().enumerate() {
            text.push_str(cell);
            if column + 1 < N {
                text.extend(std::iter::repeat_n(' ', widths[column] - cell.chars().count() + 2));
            }
        }
        text.trim_end().to_owned()
    };
    std::iter::once(line(&heads.map(str::to_owned))).chain(rows.iter().map(line)).collect()
}

/// A moment in UTC, to the second. Days are counted as in the civil calendar (Howard Hinnant's algorithm).
fn moment(millis: u64) -> String {
    let seconds = millis / 1000;
    let (days, of_day) = (seconds / 86_400, seconds % 86_400);
    let z = days + 719_468;
    let (era, day_of_era) = (z / 146_097, z % 146_097);
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * day_of_year + 2) / 153;
    let (day, month) = (day_of_year - (153 * shifted + 2) / 5 + 1, if shifted < 10 { shifted + 3 } else { shifted - 9 });
    let year = year_of_era + era * 400 + u64::from(month <= 2);
    format!("{year:04}-{month:02}-{day:02} {:02}:{:02}:{:02}", of_day / 3600, of_day / 60 % 60, of_day % 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_is_as_wide_as_it_must_be() {
        let rows = [["a".to_owned(), "long cell".to_owned(), "x\u{1b}".to_owned()], ["bbbb".to_owned(), String::new(), "y".to_owned()]];
        assert_eq!(table(["A", "B", "C"], rows.into_iter()), ["A     B          C", "a     long cell  x", "bbbb             y"]);
        assert!(table(["A"], std::iter::empty()).is_empty());
    }

    #[test]
    fn moments_are_of_the_calendar() {
        assert_eq!(moment(0), "1970-01-01 00:00:00");
        assert_eq!(moment(951_827_696_000), "2000-02-29 12:34:56");
        assert_eq!(moment(1_798_761_599_000), "2026-12-31 23:59:59");
    }
}
