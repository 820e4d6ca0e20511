//! Reading of fields with their bounds: what JSON Schema says with `maxLength`, `minimum` and `maximum` is checked here, while reading.
//!
//! Each bound is a type without values that says how to read a Rust value; generated fields name one. Lengths are counted in UTF-16
//! units, as JavaScript counts them.

use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;

use serde::de::{Error, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A way to read a `T`.
pub trait Decode<'de, T> {
    /// Reads and checks one value.
    ///
    /// # Errors
    /// If the input has another type or is out of bounds.
    fn decode<D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error>;
}

/// The type's own way, without further bounds.
pub struct Plain;
/// A string of at most `MAX` UTF-16 units.
pub struct Text<const MAX: usize>;
/// A whole number from `MIN` to `MAX`.
pub struct Whole<const MIN: u64, const MAX: u64>;
/// A number that is not negative.
pub struct NotNegative;
/// `null`, or what `S` reads.
pub struct Nullable<S>(PhantomData<S>);
/// A list of what `S` reads.
pub struct List<S>(PhantomData<S>);
/// An object with free keys, whose values `S` reads.
pub struct Keyed<S>(PhantomData<S>);

/// For `deserialize_with` of a field that must be there.
///
/// # Errors
/// If the value is not what `S` accepts.
pub fn field<'de, S: Decode<'de, T>, T, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    S::decode(deserializer)
}

/// For `deserialize_with` of a field that may be absent; `null` is not absence and is refused.
///
/// # Errors
/// If the value is not what `S` accepts.
pub fn optional<'de, S: Decode<'de, T>, T, D: Deserializer<'de>>(deserializer: D) -> Result<Option<T>, D::Error> {
    S::decode(deserializer).map(Some)
}

impl<'de, T: Deserialize<'de>> Decode<'de, T> for Plain {
    fn decode<D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
        T::deserialize(deserializer)
    }
}

impl<'de, const MAX: usize> Decode<'de, String> for Text<MAX> {
    fn decode<D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
        let text = String::deserialize(deserializer)?;
        // Bytes are never fewer than UTF-16 units, so most texts need no counting.
        if text.len() > MAX && text.encode_utf16().count() > MAX {
            return Err(D::Error::custom(format_args!("a text is longer than {MAX} characters")));
        }
        Ok(text)
    }
}

impl<'de, const MIN: u64, const MAX: u64> Decode<'de, u64> for Whole<MIN, MAX> {
    fn decode<D: Deserializer<'de>>(deserializer: D) -> Result<u64, D::Error> {
        let number = u64::deserialize(deserializer)?;
        if (MIN..=MAX).contains(&number) {
            Ok(number)
        } else {
            Err(D::Error::custom(format_args!("{number} is not between {MIN} and {MAX}")))
        }
    }
}

impl<'de> Decode<'de, f64> for NotNegative {
    fn decode<D: Deserializer<'de>>(deserializer: D) -> Result<f64, D::Error> {
        let number = f64::deserialize(deserializer)?;
        if number >= 0.0 { Ok(number) } else { Err(D::Error::custom(format_args!("{number} is negative"))) }
    }
}

/// Lets a `Decode` be used where serde wants a `Deserialize`.
struct Through<T, S>(T, PhantomData<S>);

impl<'de, T, S: Decode<'de, T>> Deserialize<'de> for Through<T, S> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        S::decode(deserializer).map(|value| Self(value, PhantomData))
    }
}

impl<'de, T, S: Decode<'de, T>> Decode<'de, Option<T>> for Nullable<S> {
    fn decode<D: Deserializer<'de>>(deserializer: D) -> Result<Option<T>, D::Error> {
        let value = Option::<Through<T, S>>::deserialize(deserializer)?;
        Ok(value.map(|inner| inner.0))
    }
}

impl<'de, T, S: Decode<'de, T>> Decode<'de, Vec<T>> for List<S> {
    fn decode<D: Deserializer<'de>>(deserializer: D) -> Result<Vec<T>, D::Error> {
        struct Items<T, S>(PhantomData<(T, S)>);
        impl<'de, T, S: Decode<'de, T>> Visitor<'de> for Items<T, S> {
            type Value = Vec<T>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list")
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Vec<T>, A::Error> {
                let mut items = Vec::new();
                while let Some(Through(item, _)) = access.next_element::<Through<T, S>>()? {
                    items.push(item);
                }
                Ok(items)
            }
        }
        deserializer.deserialize_seq(Items::<T, S>(PhantomData))
    }
}

impl<'de, T, S: Decode<'de, T>> Decode<'de, BTreeMap<String, T>> for Keyed<S> {
    fn decode<D: Deserializer<'de>>(deserializer: D) -> Result<BTreeMap<String, T>, D::Error> {
        struct Entries<T, S>(PhantomData<(T, S)>);
        impl<'de, T, S: Decode<'de, T>> Visitor<'de> for Entries<T, S> {
            type Value = BTreeMap<String, T>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Self::Value, A::Error> {
                let mut entries = BTreeMap::new();
                while let Some((key, Through(value, _))) = access.next_entry::<String, Through<T, S>>()? {
                    entries.insert(key, value);
                }
                Ok(entries)
            }
        }
        deserializer.deserialize_map(Entries::<T, S>(PhantomData))
    }
}

/// A number that is always `N` on the wire, such as the version of a format.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Exactly<const N: u64>;

impl<const N: u64> Serialize for Exactly<N> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u64(N)
    }
}

impl<'de, const N: u64> Deserialize<'de> for Exactly<N> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let number = u64::deserialize(deserializer)?;
        if number == N { Ok(Self) } else { Err(D::Error::custom(format_args!("expected {N}, found {number}"))) }
    }
}

/// Cuts a text to at most `max` UTF-16 units, at a character's border, so that it fits a bounded field.
#[must_use]
pub fn clip(text: &str, max: usize) -> String {
    if text.len() <= max {
        return text.to_owned();
    }
    let mut units = 0;
    text.chars()
        .take_while(|char| {
            units += char.len_utf16();
            units <= max
        })
        .collect()
}
