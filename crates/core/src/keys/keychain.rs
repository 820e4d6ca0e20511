//! The system's keychain: Secret Service on Linux, Keychain on macOS, Credential Manager on Windows. Calls may block for long.

use std::sync::Arc;

use keyring_core::{CredentialStore, Entry, Error};

use super::{Secret, Vault};

const SERVICE: &str = "Axion";

struct Keychain {
    store: Arc<CredentialStore>,
    /// Several homes of one person do not share keys.
    home: String,
}

/// Opens the keychain of this person.
pub(super) fn open(home: &str) -> Result<Arc<dyn Vault>, String> {
    Ok(Arc::new(Keychain { store: system()?, home: home.to_owned() }))
}

#[cfg(target_os = "linux")]
fn system() -> Result<Arc<CredentialStore>, String> {
    // Without a session bus the library would start one, which has no keychain.
    let set = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty());
    let at_usual_place = || set("XDG_RUNTIME_DIR").is_some_and(|folder| std::path::Path::new(&folder).join("bus").exists());
    if set("DBUS_SESSION_BUS_ADDRESS").is_none() && !at_usual_place() {
        return Err("There is no session bus, so no keychain".to_owned());
    }
    match dbus_secret_service_keyring_store::Store::new() {
        Ok(store) => Ok(store),
        Err(error) => Err(format!("The keychain (Secret Service) cannot be reached: {error}")),
    }
}

#[cfg(target_os = "macos")]
fn system() -> Result<Arc<CredentialStore>, String> {
    match apple_native_keyring_store::keychain::Store::new() {
        Ok(store) => Ok(store),
        Err(error) => Err(format!("The keychain cannot be reached: {error}")),
    }
}

#[cfg(windows)]
fn system() -> Result<Arc<CredentialStore>, String> {
    match windows_native_keyring_store::Store::new() {
        Ok(store) => Ok(store),
        Err(error) => Err(format!("The credential manager cannot be reached: {error}")),
    }
}

#[cfg(not(any(target_os = "linux", target_os = "macos", windows)))]
fn system() -> Result<Arc<CredentialStore>, String> {
    Err("Axion knows no keychain of this system".to_owned())
}

impl Keychain {
    fn entry(&self, name: &str) -> Result<Entry, String> {
        self.store.build(SERVICE, &format!("{name} ({})", self.home), None).map_err(|error| said(&error))
    }
}

impl Vault for Keychain {
    fn get(&self, name: &str) -> Result<Option<Secret>, String> {
        match self.entry(name)?.get_password() {
            Ok(value) => Ok(Some(Secret::new(value))),
            Err(Error::NoEntry) => Ok(None),
            Err(error) => Err(said(&error)),
        }
    }

    fn set(&self, name: &str, value: &Secret) -> Result<(), String> {
        self.entry(name)?.set_password(value.expose()).map_err(|error| said(&error))
    }

    fn remove(&self, name: &str) -> Result<(), String> {
        match self.entry(name)?.delete_credential() {
            Ok(()) | Err(Error::NoEntry) => Ok(()),
            Err(error) => Err(said(&error)),
        }
    }
}

/// An error without what it may carry of a value.
fn said(error: &Error) -> String {
    match error {
        Error::BadEncoding(_) => "what is kept there is no text".to_owned(),
        Error::BadDataFormat(_, why) => why.to_string(),
        error => error.to_string(),
    }
}
