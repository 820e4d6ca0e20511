//! The closed list of graph registers: which fields each entity has and which values they take.
//!
//! The list is the one in protocol/source/src/graphs.ts. A value is kept as compact JSON text. Whether a kind exists or
//! an edge makes sense is not judged here: that is the engine's work.

use serde::{Deserialize, Serialize};

use crate::error::{InvalidValue, StoreError};
use crate::stream_name::is_id;

/// How deep the JSON of a `config` value may be nested.
const MAX_DEPTH: usize = 64;

/// What a register belongs to. The number is the code in the database; the order is that of assembling.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Entity {
    /// The graph itself; its id is `graph`.
    Graph = 0,
    /// A folder that the graph works with.
    Slot = 1,
    /// A node.
    Node = 2,
    /// An edge.
    Edge = 3,
    /// A note on the canvas.
    Note = 4,
}

impl Entity {
    /// The wire's word.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Graph => "graph",
            Self::Slot => "slot",
            Self::Node => "node",
            Self::Edge => "edge",
            Self::Note => "note",
        }
    }

    pub(crate) fn code(self) -> i64 {
        self as i64
    }

    pub(crate) fn from_code(code: i64) -> Option<Self> {
        [Self::Graph, Self::Slot, Self::Node, Self::Edge, Self::Note].into_iter().find(|e| e.code() == code)
    }
}

#[derive(Clone, Copy)]
enum Shape {
    Text { max: usize, empty: bool, clears: bool },
    Id { clears: bool },
    Kind,
    Access,
    Flag,
    Number { clears: bool },
    Endpoint,
    Any,
}

fn shape(entity: Entity, field: &str) -> Option<Shape> {
    let text = |max, empty, clears| Shape::Text { max, empty, clears };
    Some(match (entity, field) {
        (Entity::Graph, "name") => text(200, false, false),
        (Entity::Graph, "description") => text(4000, true, true),
        (Entity::Slot, "access") => Shape::Access,
        (Entity::Slot, "description") => text(500, true, true),
        (Entity::Node, "kind") => Shape::Kind,
        (Entity::Node, "name") => text(200, true, false),
        (Entity::Node, "parent") => Shape::Id { clears: true },
        (Entity::Node, "off" | "collapsed") | (Entity::Slot | Entity::Node | Entity::Edge | Entity::Note, "deleted") => Shape::Flag,
        (Entity::Node, "x" | "y" | "w" | "h") => Shape::Number { clears: true },
        (Entity::Edge, "from" | "to") => Shape::Endpoint,
        (Entity::Note, "text") => text(10_000, true, false),
        (Entity::Note, "x" | "y" | "w" | "h") => Shape::Number { clears: false },
        (Entity::Node, _) if field.strip_prefix("config.").is_some_and(is_config_key) => Shape::Any,
        _ => return None,
    })
}

/// Names that would reach an object's prototype in a careless reader are no keys.
fn is_config_key(key: &str) -> bool {
    !key.is_empty() && !matches!(key, "__proto__" | "constructor" | "prototype")
}

#[derive(Serialize, Deserialize)]
pub(crate) struct Endpoint<'a> {
    #[serde(borrow)]
    pub(crate) node: std::borrow::Cow<'a, str>,
    #[serde(borrow)]
    pub(crate) port: std::borrow::Cow<'a, str>,
}

/// Checks one register and returns its value as it is stored.
pub(crate) fn check(entity: Entity, id: &str, field: &str, value: &str) -> Result<String, StoreError> {
    let refuse = |message: String| {
        // What was refused may be long or hostile: only its beginning is repeated.
        let cut = |text: &str| text.chars().take(80).collect::<String>();
        StoreError::Invalid(InvalidValue { message, entity: Some(entity.as_str()), id: Some(cut(id)), field: Some(cut(field)) })
    };
    if (entity == Entity::Graph && id != "graph") || !is_id(id) {
        return Err(refuse("this is not a usable id".to_owned()));
    }
    if field.len() > 200 {
        return Err(refuse("a field's name is at most 200 bytes".to_owned()));
    }
    let Some(shape) = shape(entity, field) else {
        return Err(refuse("there is no such field".to_owned()));
    };
    checked(shape, value).map_err(refuse)
}

fn checked(shape: Shape, value: &str) -> Result<String, String> {
    let value = value.trim();
    let null = value == "null";
    match shape {
        Shape::Text { clears: true, .. } | Shape::Id { clears: true } | Shape::Number { clears: true } | Shape::Flag if null => {
            Ok("null".to_owned())
        }
        Shape::Text { max, empty, .. } => {
            let text: String = serde_json::from_str(value).map_err(|_| "must be a text".to_owned())?;
            if text.len() > max && text.encode_utf16().count() > max {
                return Err(format!("must be at most {max} characters"));
            }
            if !empty && text.trim().is_empty() {
                return Err("must not be empty".to_owned());
            }
            encode(&text)
        }
        Shape::Id { .. } => match serde_json::from_str::<String>(value) {
            Ok(id) if is_id(&id) => encode(&id),
            _ => Err("must be an id".to_owned()),
        },
        Shape::Kind => match serde_json::from_str::<String>(value) {
            Ok(kind) if is_kind(&kind) => encode(&kind),
            _ => Err("must be the name of a kind, for example `file.list`".to_owned()),
        },
        Shape::Access => match value {
            "\"ro\"" | "\"rw\"" => Ok(value.to_owned()),
            _ => Err("must be `ro` or `rw`".to_owned()),
        },
        Shape::Flag => match value {
            "true" | "false" => Ok(value.to_owned()),
            _ => Err("must be true or false".to_owned()),
        },
        Shape::Number { .. } => match serde_json::from_str::<f64>(value) {
            Ok(number) if number.is_finite() => Ok(value.to_owned()),
            _ => Err("must be a number".to_owned()),
        },
        Shape::Endpoint => match serde_json::from_str::<Endpoint<'_>>(value) {
            Ok(end) if is_id(&end.node) && is_id(&end.port) => encode(&end),
            _ => Err("must name a node and a port".to_owned()),
        },
        Shape::Any => compact(value),
    }
}

fn encode(value: &impl Serialize) -> Result<String, String> {
    serde_json::to_string(value).map_err(|e| e.to_string())
}

/// `^[a-z][a-z0-9]*([._-][a-z0-9]+)*$`, at most 64.
fn is_kind(text: &str) -> bool {
    text.len() <= 64
        && text.starts_with(|c: char| c.is_ascii_lowercase())
        && text.split(['.', '_', '-']).all(|part| !part.is_empty() && part.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit()))
}

/// `^[0-9]{13}-[0-9a-f]{4}-ID$`; stamps compare as strings.
pub(crate) fn is_stamp(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.len() > 19
        && bytes[..13].iter().all(u8::is_ascii_digit)
        && bytes[13] == b'-'
        && bytes[14..18].iter().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(b))
        && bytes[18] == b'-'
        && text.get(19..).is_some_and(is_id)
}

/// Removes the space between tokens of a valid JSON text and refuses what is nested too deep for a careful reader.
fn compact(value: &str) -> Result<String, String> {
    let mut out = String::with_capacity(value.len());
    let (mut depth, mut in_string, mut escaped) = (0_usize, false, false);
    for c in value.chars() {
        if in_string {
            in_string = escaped || c != '"';
            escaped = !escaped && c == '\\';
        } else {
            match c {
                ' ' | '\t' | '\n' | '\r' => continue,
                '"' => in_string = true,
                '[' | '{' => depth += 1,
                ']' | '}' => depth = depth.saturating_sub(1),
                _ => {}
            }
            if depth > MAX_DEPTH {
                return Err(format!("is nested deeper than {MAX_DEPTH} levels"));
            }
        }
        out.push(c);
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_the_closed_list_and_nothing_else() {
        let good = [
            (Entity::Graph, "graph", "name", "\"A\"", "\"A\""),
            (Entity::Node, "n1", "kind", "\"file.list\"", "\"file.list\""),
            (Entity::Node, "n1", "parent", "null", "null"),
            (Entity::Node, "n1", "x", " 1.5 ", "1.5"),
            (Entity::Node, "n1", "config.a b", "{ \"x\" : [ 1 , \" \\\" \" ] }", "{\"x\":[1,\" \\\" \"]}"),
            (Entity::Edge, "e1", "from", "{\"port\":\"out\",\"node\":\"n1\",\"more\":1}", "{\"node\":\"n1\",\"port\":\"out\"}"),
            (Entity::Slot, "s", "access", "\"rw\"", "\"rw\""),
            (Entity::Note, "m", "deleted", "true", "true"),
        ];
        for (entity, id, field, value, stored) in good {
            assert_eq!(check(entity, id, field, value).unwrap(), stored, "{field}");
        }
        let bad = [
            (Entity::Graph, "other", "name", "\"A\""),
            (Entity::Graph, "graph", "name", "\" \""),
            (Entity::Graph, "graph", "deleted", "true"),
            (Entity::Node, "__proto__", "name", "\"A\""),
            (Entity::Node, "n", "config.__proto__", "1"),
            (Entity::Node, "n", "config.", "1"),
            (Entity::Node, "n", "toString", "1"),
            (Entity::Node, "n", "kind", "\"File\""),
            (Entity::Node, "n", "kind", "\"a..b\""),
            (Entity::Node, "n", "kind", "null"),
            (Entity::Node, "n", "x", "\"1\""),
            (Entity::Node, "n", "x", "1e999"),
            (Entity::Node, "n", "off", "1"),
            (Entity::Edge, "e", "from", "{\"node\":\"n\"}"),
            (Entity::Edge, "e", "from", "{\"node\":\"..\",\"port\":\"o\"}"),
            (Entity::Slot, "s", "access", "\"rwx\""),
            (Entity::Note, "m", "x", "null"),
        ];
        for (entity, id, field, value) in bad {
            assert!(check(entity, id, field, value).is_err(), "{entity:?} {id} {field} {value}");
        }
        let deep = format!("{}{}", "[".repeat(65), "]".repeat(65));
        assert!(check(Entity::Node, "n", "config.a", &deep).is_err());
        let long = format!("\"{}\"", "é".repeat(201));
        assert!(check(Entity::Graph, "graph", "name", &long).is_err());
    }

    #[test]
    fn stamps() {
        assert!(is_stamp("1700000000000-00ff-window_1"));
        for bad in
            ["", "170000000000-00ff-a", "1700000000000-00FF-a", "1700000000000-00ff-", "1700000000000-00ff-é", "1700000000000x00ff-a"]
        {
            assert!(!is_stamp(bad), "{bad}");
        }
    }
}
