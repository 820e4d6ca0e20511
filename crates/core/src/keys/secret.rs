//! A value that must not be seen: no `Debug`, no `Display`, no `Serialize`, wiped from memory when it is dropped.

use axion_egress::HeaderValue;
use zeroize::Zeroizing;

/// The value of a key.
pub struct Secret(Zeroizing<String>);

impl Secret {
    /// Takes a value over.
    pub fn new(value: String) -> Self {
        Self(Zeroizing::new(value))
    }

    /// The value itself. Whoever calls this must not keep or show it.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// The value in a header, behind a word such as `Bearer `. The header's own `Debug` hides it.
    pub fn header(&self, before: &str) -> Option<HeaderValue> {
        let whole = Zeroizing::new(format!("{before}{}", self.expose()));
        let mut value = HeaderValue::from_str(&whole).ok()?;
        value.set_sensitive(true);
        Some(value)
    }
}
