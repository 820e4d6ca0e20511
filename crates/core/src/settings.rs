//! Settings: their defaults, and that a change is one that the schema knows. The store keeps them as JSON by key.

use axion_protocol::{Density, ErrorInfo, Language, Motion, RunnerChoice, SettingKey, Settings, Theme};
use axion_store::{ReadTx, StoreError};
use serde_json::{Map, Value};

use crate::failure::{internal, invalid};

/// What holds until the person says otherwise.
pub fn defaults() -> Settings {
    Settings {
        theme: Theme::System,
        density: Density::Auto,
        motion: Motion::System,
        strong_lines: false,
        system_font: false,
        font_size: 13,
        language: Language::En,
        runner: RunnerChoice::Auto,
        docker_host: None,
        allow_unjailed: false,
        concurrency: 16,
    }
}

/// Reads what was ever changed over the defaults. A value that this version does not know is left at its default.
pub fn load(tx: &ReadTx<'_>) -> Result<Settings, StoreError> {
    let mut settings = defaults();
    for (key, value) in tx.list_settings()? {
        let parsed = (key.parse::<SettingKey>().ok(), serde_json::from_str::<Value>(value.get()).ok());
        let (Some(key), Some(value)) = parsed else { continue };
        match changed(&settings, key, value) {
            Ok(fresh) => settings = fresh,
            Err(error) => tracing::warn!(%key, %error, "a stored setting is not known to this version"),
        }
    }
    Ok(settings)
}

/// The settings with one value changed, if it is a value of that key.
pub fn changed(settings: &Settings, key: SettingKey, value: Value) -> Result<Settings, ErrorInfo> {
    if key == SettingKey::DockerHost && value.as_str().is_some_and(|host| host.trim().is_empty()) {
        return Err(invalid("The address of the engine must not be empty. Use null to let Axion find it."));
    }
    let mut all: Map<String, Value> = match serde_json::to_value(settings) {
        Ok(Value::Object(all)) => all,
        _ => return Err(internal("The settings could not be written", "not an object")),
    };
    all.insert(key.as_str().to_owned(), value);
    serde_json::from_value(Value::Object(all)).map_err(|error| invalid(format!("This is not a value of the setting `{key}`: {error}.")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_known_value_changes_one_thing() {
        let dark = changed(&defaults(), SettingKey::Theme, json!("dark")).unwrap();
        assert_eq!(dark, Settings { theme: Theme::Dark, ..defaults() });
        let host = changed(&dark, SettingKey::DockerHost, json!("unix:///run/d.sock")).unwrap();
        assert_eq!(changed(&host, SettingKey::DockerHost, Value::Null).unwrap(), dark);
    }

    #[test]
    fn anything_else_is_refused() {
        for (key, value) in [
            (SettingKey::Theme, json!("pink")),
            (SettingKey::FontSize, json!(99)),
            (SettingKey::FontSize, json!("13")),
            (SettingKey::StrongLines, json!(1)),
            (SettingKey::Concurrency, json!(0)),
            (SettingKey::DockerHost, json!(" ")),
            (SettingKey::Language, Value::Null),
        ] {
            let error = changed(&defaults(), key, value.clone()).unwrap_err();
            assert_eq!(error.code, axion_protocol::ErrorCode::InvalidParams, "{key} {value}");
        }
    }
}
