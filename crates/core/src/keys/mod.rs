//! Keys of providers: in the system's keychain, else in a sealed file in the home. The database knows their names and where each is,
//! never a value; a value leaves this room only as a [`Secret`], which cannot be printed and is wiped when it is dropped.
//!
//! A keychain may block for as long as nobody unlocks it, so each call to it has its own thread and a time limit. One that did not
//! answer is not asked again by this process.

mod bonds;
mod keychain;
mod sealed;
mod secret;
#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axion_protocol::{ErrorCode, ErrorInfo, KeyInfo, KeyList, KeyPlace, clip};
use axion_store::{KeyRow, Store};
use tokio::sync::{OnceCell, oneshot};

pub use bonds::PREFIX as BONDS;
pub use sealed::SealedFile;
pub use secret::Secret;

use crate::failure::{invalid, storage};
use crate::host::Host;
use crate::wire;

/// How long a keychain may take to say that it is there.
const OPENING: Duration = Duration::from_secs(3);
/// How long it may take for one key: the person may have to unlock it.
const ANSWERING: Duration = Duration::from_secs(30);
/// What a name is, for a person.
pub const NAMES: &str = "the name of a key is 1 to 64 letters, digits, `.`, `_` or `-`, and starts with a letter or digit";
/// Set to `file`, the keychain is left alone: for servers without a session.
pub const SWITCH: &str = "AXION_KEYS";

/// Whether a key may be called so.
pub fn is_name(name: &str) -> bool {
    (1..=64).contains(&name.len())
        && name.starts_with(|first: char| first.is_ascii_alphanumeric())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-'))
}

/// A place for values by name. Calls may block.
pub trait Vault: Send + Sync + 'static {
    /// The value, if there is one.
    fn get(&self, name: &str) -> Result<Option<Secret>, String>;
    /// Keeps a value.
    fn set(&self, name: &str, value: &Secret) -> Result<(), String>;
    /// Forgets a value; one that is not there is left so.
    fn remove(&self, name: &str) -> Result<(), String>;
}

type Opener = Arc<dyn Fn() -> Result<Arc<dyn Vault>, String> + Send + Sync>;

/// The keys of a home.
pub struct Keys {
    store: Store,
    host: Arc<dyn Host>,
    opener: Opener,
    /// The keychain, once somebody asked for it, or why there is none.
    chain: OnceCell<Result<Arc<dyn Vault>, String>>,
    gone: Mutex<Option<String>>,
    file: Arc<dyn Vault>,
    known: Mutex<HashMap<String, Arc<Secret>>>,
    binding: tokio::sync::Mutex<()>,
}

impl Keys {
    /// Of a home.
    pub fn new(home: &Path, store: Store, host: Arc<dyn Host>) -> Self {
        let account = home.to_string_lossy().into_owned();
        let opener: Opener = match std::env::var(SWITCH) {
            _ if !host.keychain() => Arc::new(|| Err("This Axion was told to use none".to_owned())),
            Ok(word) if word == "file" => Arc::new(|| Err(format!("{SWITCH}=file says so"))),
            _ => Arc::new(move || keychain::open(&account)),
        };
        Self::with(home, store, host, opener)
    }

    /// With another keychain.
    pub fn with(home: &Path, store: Store, host: Arc<dyn Host>, opener: Opener) -> Self {
        let file = Arc::new(SealedFile::new(home, host.clone()));
        Self {
            store,
            host,
            opener,
            chain: OnceCell::new(),
            gone: Mutex::default(),
            file,
            known: Mutex::default(),
            binding: tokio::sync::Mutex::default(),
        }
    }

    /// Keeps a key, to be sent to these origins (the first that asks, if there are none); in place of an earlier one of that name.
    pub async fn set(&self, name: &str, value: Secret, origins: &[String]) -> Result<KeyInfo, ErrorInfo> {
        check(name, &value)?;
        self.bind(name, origins).await?;
        let value = Arc::new(value);
        let (given, called) = (value.clone(), name.to_owned());
        let before = self.row(name).await?;
        let place = match self.with_chain(move |chain| chain.set(&called, &given)).await {
            Ok(()) => KeyPlace::Keychain,
            Err(why) => {
                tracing::info!(%why, "the key goes into the sealed file");
                let (given, called, file) = (value.clone(), name.to_owned(), self.file.clone());
                blocking(move || file.set(&called, &given)).await.map_err(|why| unkept(name, &why))?;
                KeyPlace::File
            }
        };
        let row = KeyRow { name: name.to_owned(), place: place.as_str().to_owned(), set_at: self.host.now() };
        let kept = row.clone();
        self.store.write(move |tx| tx.put_key(&kept)).await.map_err(storage)?;
        self.lock().insert(name.to_owned(), value);
        // The old value must not stay where it was.
        if let Some(old) = before.filter(|old| old.place != row.place)
            && let Err(error) = self.forget(&old).await
        {
            tracing::warn!(%error, "an earlier value of a key could not be removed");
        }
        wire::of(&row)
    }

    /// The key of a name for an origin, if one was set and may be sent there.
    pub async fn get_for(&self, name: &str, origin: &str) -> Result<Option<Arc<Secret>>, ErrorInfo> {
        let found = self.get(name).await?;
        if found.is_some() {
            self.admit(name, origin).await?;
        }
        Ok(found)
    }

    /// The key of a name, if one was set.
    async fn get(&self, name: &str) -> Result<Option<Arc<Secret>>, ErrorInfo> {
        if let Some(known) = self.lock().get(name).cloned() {
            return Ok(Some(known));
        }
        let Some(row) = self.row(name).await? else { return Ok(None) };
        let called = name.to_owned();
        let found = if row.place == KeyPlace::Keychain.as_str() {
            self.with_chain(move |chain| chain.get(&called)).await
        } else {
            let file = self.file.clone();
            blocking(move || file.get(&called)).await
        };
        let found = found.map_err(|why| unread(name, &why))?.ok_or_else(|| unread(name, "it is no longer there"))?;
        let found = Arc::new(found);
        self.lock().insert(name.to_owned(), found.clone());
        Ok(Some(found))
    }

    /// The names of the keys that were set.
    pub async fn names(&self) -> Result<Vec<String>, ErrorInfo> {
        Ok(self.rows().await?.into_iter().map(|row| row.name).collect())
    }

    /// Whether a key of this name was set.
    pub async fn has(&self, name: &str) -> Result<bool, ErrorInfo> {
        Ok(self.row(name).await?.is_some())
    }

    /// Forgets a key.
    pub async fn remove(&self, name: &str) -> Result<(), ErrorInfo> {
        let Some(row) = self.row(name).await? else {
            return Err(ErrorInfo::new(ErrorCode::NotFound, format!("There is no key `{}`.", clip(name, 64))));
        };
        self.forget(&row).await?;
        self.lock().remove(name);
        let called = name.to_owned();
        self.store.write(move |tx| tx.remove_key(&called)).await.map_err(storage)?;
        self.bind(name, &[]).await
    }

    /// The names of all keys, where a new one would go, and why there.
    pub async fn list(&self) -> Result<KeyList, ErrorInfo> {
        let keys = wire::of(&self.rows().await?)?;
        let (place, why) = match self.chain().await {
            Ok(_) => (KeyPlace::Keychain, None),
            Err(why) => (KeyPlace::File, Some(clip(&format!("{why}. {}.", sealed::SAYS), 400))),
        };
        Ok(KeyList { place, why, keys })
    }

    async fn rows(&self) -> Result<Vec<KeyRow>, ErrorInfo> {
        let store = self.store.clone();
        let read = tokio::task::spawn_blocking(move || store.read(|tx| tx.list_keys())).await;
        read.map_err(|error| crate::failure::internal("A read broke off", error))?.map_err(storage)
    }

    async fn row(&self, name: &str) -> Result<Option<KeyRow>, ErrorInfo> {
        Ok(self.rows().await?.into_iter().find(|row| row.name == name))
    }

    async fn forget(&self, row: &KeyRow) -> Result<(), ErrorInfo> {
        let called = row.name.clone();
        let outcome = if row.place == KeyPlace::Keychain.as_str() {
            self.with_chain(move |chain| chain.remove(&called)).await
        } else {
            let file = self.file.clone();
            blocking(move || file.remove(&called)).await
        };
        outcome.map_err(|why| {
            ErrorInfo::new(ErrorCode::Storage, format!("The key `{}` could not be removed from the {}: {why}.", row.name, row.place))
                .with_hint("Nothing was changed. Try again.")
        })
    }

    async fn chain(&self) -> Result<Arc<dyn Vault>, String> {
        if let Some(why) = self.gone.lock().unwrap_or_else(PoisonError::into_inner).clone() {
            return Err(why);
        }
        let opened =
            self.chain.get_or_init(|| {
                let opener = self.opener.clone();
                async move {
                    on_a_thread(OPENING, move || opener()).await.unwrap_or_else(|| Err("The system's keychain did not answer".to_owned()))
                }
            });
        opened.await.clone()
    }

    async fn with_chain<T: Send + 'static>(
        &self,
        body: impl FnOnce(&dyn Vault) -> Result<T, String> + Send + 'static,
    ) -> Result<T, String> {
        let chain = self.chain().await?;
        match on_a_thread(ANSWERING, move || body(&*chain)).await {
            Some(outcome) => outcome,
            None => {
                let why = "The system's keychain did not answer in time; it may be locked".to_owned();
                *self.gone.lock().unwrap_or_else(PoisonError::into_inner) = Some(why.clone());
                Err(why)
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, Arc<Secret>>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Runs on a thread of its own, that nobody waits for at the end of the process. `None` when the time is over.
async fn on_a_thread<T: Send + 'static>(time: Duration, body: impl FnOnce() -> T + Send + 'static) -> Option<T> {
    let (done, waiting) = oneshot::channel();
    let started = std::thread::Builder::new().name("keychain".to_owned()).spawn(move || {
        // Nobody listens once the time is over.
        let _ = done.send(body());
    });
    started.ok()?;
    tokio::time::timeout(time, waiting).await.ok()?.ok()
}

async fn blocking<T: Send + 'static>(body: impl FnOnce() -> Result<T, String> + Send + 'static) -> Result<T, String> {
    tokio::task::spawn_blocking(body).await.map_err(|error| error.to_string())?
}

fn check(name: &str, value: &Secret) -> Result<(), ErrorInfo> {
    if !is_name(name) {
        return Err(invalid(format!("The key was not kept: {NAMES}.")));
    }
    // It goes into a header: one line of visible letters.
    if value.expose().is_empty() || !value.expose().bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(invalid("The key was not kept: it is empty, or holds spaces or letters that no key has.")
            .with_hint("Give the key alone, without quotes or `Bearer`."));
    }
    Ok(())
}

fn unkept(name: &str, why: &str) -> ErrorInfo {
    ErrorInfo::new(ErrorCode::Storage, format!("The key `{name}` could not be kept: {why}."))
        .with_hint("An earlier key of that name is unchanged.")
}

fn unread(name: &str, why: &str) -> ErrorInfo {
    ErrorInfo::new(ErrorCode::Storage, format!("The key `{name}` could not be read: {why}."))
        .with_hint("Unlock the keychain, or set the key once more.")
}
