//! Structs and unions that carry a literal `type`.
//!
//! Writers put `type` first, and then a message is read in one pass; if it comes later the object is collected first. serde's own
//! internally tagged enums always collect, which costs twice the time on the journal's path.

use std::fmt;
use std::marker::PhantomData;

use serde::Deserializer;
use serde::de::{Error, MapAccess, Visitor};
use serde_json::{Map, Value};

/// What is read once its `type` is known.
pub trait ByTag: Sized {
    /// Reads the remaining fields.
    ///
    /// # Errors
    /// If the tag is unknown, or the fields are not those of its struct.
    fn read<'de, D: Deserializer<'de>>(tag: &str, fields: D) -> Result<Self, D::Error>;
}

/// Reads an object by its `type`, wherever that stands.
///
/// # Errors
/// If there is no `type`, or the struct of that type cannot be read.
pub fn read<'de, T, D>(deserializer: D) -> Result<T, D::Error>
where
    T: ByTag,
    D: Deserializer<'de>,
{
    deserializer.deserialize_map(Tagged(PhantomData))
}

struct Tagged<T>(PhantomData<T>);

impl<'de, T: ByTag> Visitor<'de> for Tagged<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object with a `type`")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<T, A::Error> {
        let Some(first) = access.next_key::<String>()? else {
            return Err(A::Error::missing_field("type"));
        };
        if first == "type" {
            let tag = access.next_value::<String>()?;
            return T::read(&tag, serde::de::value::MapAccessDeserializer::new(access));
        }
        let mut fields = Map::new();
        fields.insert(first, access.next_value()?);
        while let Some((key, value)) = access.next_entry::<String, Value>()? {
            fields.insert(key, value);
        }
        let Some(Value::String(tag)) = fields.remove("type") else {
            return Err(A::Error::missing_field("type"));
        };
        T::read(&tag, Value::Object(fields)).map_err(A::Error::custom)
    }
}

/// Gives a struct derived with `remote = "Self"` its serde traits: `type` written first and checked when read.
macro_rules! tagged_struct {
    ($name:ident, $tag:literal) => {
        impl $name {
            /// The `type` of this struct on the wire.
            pub const TYPE: &'static str = $tag;
        }
        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                Self::serialize(self, serializer)
            }
        }
        impl $crate::tagged::ByTag for $name {
            fn read<'de, D: serde::Deserializer<'de>>(tag: &str, fields: D) -> Result<Self, D::Error> {
                if tag == $tag { Self::deserialize(fields) } else { Err(serde::de::Error::unknown_variant(tag, &[$tag])) }
            }
        }
        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                $crate::tagged::read(deserializer)
            }
        }
    };
}
pub(crate) use tagged_struct;

/// Declares a union of such structs, told apart by `type`.
macro_rules! tagged_union {
    ($(#[$doc:meta])* $name:ident { $($tag:literal => $variant:ident($member:ident)),+ $(,)? }) => {
        $(#[$doc])*
        // Events are made one at a time and boxed nowhere: a size difference between variants costs less than an allocation each.
        #[allow(clippy::large_enum_variant)]
        #[derive(Debug, Clone, PartialEq)]
        pub enum $name {
            $(#[doc = concat!("`", $tag, "`")] $variant($member),)+
        }
        impl $name {
            /// The `type` on the wire.
            #[must_use]
            pub fn type_name(&self) -> &'static str {
                match self {
                    $(Self::$variant(_) => $tag,)+
                }
            }
        }
        $(impl From<$member> for $name {
            fn from(value: $member) -> Self {
                Self::$variant(value)
            }
        })+
        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                match self {
                    $(Self::$variant(value) => $member::serialize(value, serializer),)+
                }
            }
        }
        impl $crate::tagged::ByTag for $name {
            fn read<'de, D: serde::Deserializer<'de>>(tag: &str, fields: D) -> Result<Self, D::Error> {
                match tag {
                    $($tag => $member::deserialize(fields).map(Self::$variant),)+
                    _ => Err(serde::de::Error::unknown_variant(tag, &[$($tag),+])),
                }
            }
        }
        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                $crate::tagged::read(deserializer)
            }
        }
    };
}
pub(crate) use tagged_union;

/// Declares an enum of a closed list of words.
macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($word:literal => $variant:ident),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, std::hash::Hash, serde::Serialize, serde::Deserialize)]
        pub enum $name {
            $(#[doc = concat!("`", $word, "`")] #[serde(rename = $word)] $variant,)+
        }
        impl $name {
            /// Every word, in the order of the protocol.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];
            /// The word on the wire.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $word,)+
                }
            }
        }
        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }
        impl std::str::FromStr for $name {
            type Err = $crate::InvalidText;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                match text {
                    $($word => Ok(Self::$variant),)+
                    _ => Err($crate::InvalidText::new(stringify!($name), text)),
                }
            }
        }
    };
}
pub(crate) use words;
