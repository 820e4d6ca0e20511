//! Matching of ids, byte by byte and without backtracking.
//!
//! The trees are generated from the regular expressions in `protocol/source`; the generator makes sure that the next byte always
//! decides, so a failed attempt never needs another way. There is deliberately no regex library here.

/// A piece of a pattern over ASCII.
#[derive(Debug)]
pub enum Piece {
    /// One byte out of a set, bit `n` for byte `n`.
    One(u128),
    /// All pieces, one after another.
    All(&'static [Piece]),
    /// The one piece that can start here.
    Any(&'static [Piece]),
    /// A piece repeated from a least to a greatest number of times.
    Times(&'static Piece, u32, u32),
}

impl Piece {
    /// Whether the whole text matches.
    #[must_use]
    pub fn matches(&self, text: &str) -> bool {
        self.after(text.as_bytes(), 0) == Some(text.len())
    }

    fn after(&self, bytes: &[u8], at: usize) -> Option<usize> {
        match self {
            Self::One(set) => bytes.get(at).filter(|byte| **byte < 128 && (set >> **byte) & 1 == 1).map(|_| at + 1),
            Self::All(pieces) => pieces.iter().try_fold(at, |place, piece| piece.after(bytes, place)),
            Self::Any(pieces) => pieces.iter().find_map(|piece| piece.after(bytes, at)),
            Self::Times(piece, least, most) => {
                let mut place = at;
                let mut count = 0;
                while count < *most {
                    let Some(next) = piece.after(bytes, place) else {
                        break;
                    };
                    place = next;
                    count += 1;
                }
                (count >= *least).then_some(place)
            }
        }
    }
}

/// A text that does not have the form of its id type.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is not a {type_name}")]
pub struct InvalidText {
    /// Name of the type that was expected.
    pub type_name: &'static str,
    /// The beginning of the refused text.
    pub text: String,
}

impl InvalidText {
    /// Keeps the beginning of the refused text, so that hostile input cannot fill a log.
    #[must_use]
    pub fn new(type_name: &'static str, text: &str) -> Self {
        Self { type_name, text: text.chars().take(80).collect() }
    }
}

/// Declares a string type whose values match a pattern, checked wherever one is made.
macro_rules! patterned {
    ($(#[$doc:meta])* $name:ident, $pattern:expr) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, std::hash::Hash)]
        pub struct $name(String);

        impl $name {
            /// Checks the text and takes it.
            ///
            /// # Errors
            /// If the text does not have the form of this type.
            pub fn new(text: impl Into<String>) -> Result<Self, $crate::InvalidText> {
                static PATTERN: $crate::pattern::Piece = $pattern;
                let text = text.into();
                if PATTERN.matches(&text) {
                    Ok(Self(text))
                } else {
                    Err($crate::InvalidText::new(stringify!($name), &text))
                }
            }
            /// The text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
            /// The text, owned.
            #[must_use]
            pub fn into_string(self) -> String {
                self.0
            }
        }
        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                std::fmt::Debug::fmt(&self.0, f)
            }
        }
        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&self.0)
            }
        }
        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }
        impl std::borrow::Borrow<str> for $name {
            fn borrow(&self) -> &str {
                &self.0
            }
        }
        impl PartialEq<str> for $name {
            fn eq(&self, other: &str) -> bool {
                self.0 == other
            }
        }
        impl PartialEq<&str> for $name {
            fn eq(&self, other: &&str) -> bool {
                self.0 == *other
            }
        }
        impl std::str::FromStr for $name {
            type Err = $crate::InvalidText;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Self::new(text)
            }
        }
        impl TryFrom<String> for $name {
            type Error = $crate::InvalidText;
            fn try_from(text: String) -> Result<Self, Self::Error> {
                Self::new(text)
            }
        }
        impl TryFrom<&str> for $name {
            type Error = $crate::InvalidText;
            fn try_from(text: &str) -> Result<Self, Self::Error> {
                Self::new(text)
            }
        }
        impl From<$name> for String {
            fn from(value: $name) -> Self {
                value.0
            }
        }
        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(&self.0)
            }
        }
        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = <String as serde::Deserialize>::deserialize(deserializer)?;
                Self::new(text).map_err(serde::de::Error::custom)
            }
        }
    };
}
pub(crate) use patterned;
