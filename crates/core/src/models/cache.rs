//! The last good lists in a file of the home, so that models are known before anybody is asked. It may be deleted at any time.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::Heard;

/// What was heard of one provider.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Kept {
    /// Its address: another one under the same name is another provider.
    pub(super) base: String,
    pub(super) found: bool,
    pub(super) at: u64,
    pub(super) models: Vec<Heard>,
}

pub(super) struct Cache(PathBuf);

const LARGEST: u64 = 32 << 20;

impl Cache {
    pub(super) fn new(home: &Path) -> Self {
        Self(home.join("models.json"))
    }

    /// `None` where nobody has looked yet. One of another version, or half of one, is as good as none.
    pub(super) fn read(&self) -> Option<BTreeMap<String, Kept>> {
        let small = std::fs::metadata(&self.0).is_ok_and(|found| found.len() <= LARGEST);
        let text = if small { std::fs::read(&self.0).unwrap_or_default() } else { Vec::new() };
        serde_json::from_slice(&text).ok()
    }

    pub(super) fn write(&self, kept: &BTreeMap<String, Kept>) -> Result<(), String> {
        let text = serde_json::to_vec(kept).map_err(|error| error.to_string())?;
        let fresh = self.0.with_extension("json.new");
        std::fs::write(&fresh, text).and_then(|()| std::fs::rename(&fresh, &self.0)).map_err(|error| error.to_string())
    }
}
