//! Keys where the system has no keychain: one file, sealed with XChaCha20-Poly1305 under a random key that lies beside it.
//!
//! What this protects from: other people of this machine (both files are the owner's alone), backups and copies of one of the two
//! files, changes by accident or on purpose. What it does not: a program that runs as the same person can read both.

use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::io::{ErrorKind, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use chacha20poly1305::aead::{Aead, Payload};
use chacha20poly1305::{KeyInit, XChaCha20Poly1305};
use zeroize::{Zeroize, Zeroizing};

use super::{Secret, Vault};
use crate::host::Host;

/// What the person is told.
pub(super) const SAYS: &str = "Keys are kept in an encrypted file in Axion's home that only you can read; its key lies beside it, so programs that run as you can open it";

const MAGIC: &[u8] = b"axion-keys 1\n";
const NONCE: usize = 24;
const KEY: usize = 32;
/// No file of keys is larger.
const LARGEST: u64 = 4 << 20;

/// The sealed file of a home.
pub struct SealedFile {
    folder: PathBuf,
    host: Arc<dyn Host>,
    /// One writer at a time: each reads, changes and replaces the whole.
    turn: Mutex<()>,
}

impl SealedFile {
    /// Of a home. Nothing is made before the first key is set.
    pub fn new(home: &Path, host: Arc<dyn Host>) -> Self {
        Self { folder: home.join("keys"), host, turn: Mutex::default() }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    fn cipher(&self, make: bool) -> Result<Option<XChaCha20Poly1305>, String> {
        let path = self.path("key");
        let mut key = Zeroizing::new([0_u8; KEY]);
        match File::open(&path) {
            Ok(mut file) => file.read_exact(&mut *key).map_err(|error| at(&path, &error))?,
            Err(error) if error.kind() == ErrorKind::NotFound && make => {
                crate::home::private_folder(&self.folder).map_err(|error| at(&self.folder, &error))?;
                self.host.random(&mut *key);
                self.replace("key", &*key)?;
            }
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(at(&path, &error)),
        }
        Ok(Some(XChaCha20Poly1305::new((&*key).into())))
    }

    fn read(&self, cipher: &XChaCha20Poly1305) -> Result<Values, String> {
        let path = self.path("sealed");
        let mut bytes = Vec::new();
        match File::open(&path) {
            Ok(file) => file.take(LARGEST).read_to_end(&mut bytes).map_err(|error| at(&path, &error))?,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Values::default()),
            Err(error) => return Err(at(&path, &error)),
        };
        let broken = || format!("{} was changed or belongs to another home; it cannot be opened", path.display());
        let sealed = bytes.strip_prefix(MAGIC).ok_or_else(broken)?;
        let (nonce, sealed) = sealed.split_first_chunk::<NONCE>().ok_or_else(broken)?;
        let open = cipher.decrypt(nonce.into(), Payload { msg: sealed, aad: MAGIC }).map_err(|_| broken())?;
        let open = Zeroizing::new(open);
        serde_json::from_slice(&open).map(Values).map_err(|_| broken())
    }

    fn write(&self, cipher: &XChaCha20Poly1305, values: &Values) -> Result<(), String> {
        let open = Zeroizing::new(serde_json::to_vec(&values.0).map_err(|error| error.to_string())?);
        let mut nonce = [0_u8; NONCE];
        self.host.random(&mut nonce);
        let sealed =
            cipher.encrypt((&nonce).into(), Payload { msg: &open, aad: MAGIC }).map_err(|_| "it could not be sealed".to_owned())?;
        self.replace("sealed", &[MAGIC, &nonce, &sealed].concat())
    }

    /// Whole or not at all: what was there stays until the new one is on disk.
    fn replace(&self, name: &str, bytes: &[u8]) -> Result<(), String> {
        let (path, fresh) = (self.path(name), self.path(&format!("{name}.new")));
        let mut options = OpenOptions::new();
        options.write(true).create(true).truncate(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let write = || {
            let mut file = options.open(&fresh)?;
            // One that an earlier attempt left may have been opened up meanwhile.
            #[cfg(unix)]
            file.set_permissions(std::os::unix::fs::PermissionsExt::from_mode(0o600))?;
            file.write_all(bytes)?;
            file.sync_all()?;
            std::fs::rename(&fresh, &path)?;
            #[cfg(unix)]
            File::open(&self.folder)?.sync_all()?;
            Ok(())
        };
        write().map_err(|error: std::io::Error| at(&path, &error))
    }

    fn change(&self, body: impl FnOnce(&mut BTreeMap<String, String>)) -> Result<(), String> {
        let _turn = self.turn.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(cipher) = self.cipher(true)? else { return Err("its key could not be made".to_owned()) };
        let mut values = self.read(&cipher)?;
        body(&mut values.0);
        self.write(&cipher, &values)
    }
}

/// All values, wiped when dropped.
#[derive(Default)]
struct Values(BTreeMap<String, String>);

impl Drop for Values {
    fn drop(&mut self) {
        self.0.values_mut().for_each(Zeroize::zeroize);
    }
}

impl Vault for SealedFile {
    fn get(&self, name: &str) -> Result<Option<Secret>, String> {
        let Some(cipher) = self.cipher(false)? else { return Ok(None) };
        let mut values = self.read(&cipher)?;
        Ok(values.0.remove(name).map(Secret::new))
    }

    fn set(&self, name: &str, value: &Secret) -> Result<(), String> {
        self.change(|values| {
            if let Some(mut old) = values.insert(name.to_owned(), value.expose().to_owned()) {
                old.zeroize();
            }
        })
    }

    fn remove(&self, name: &str) -> Result<(), String> {
        if self.cipher(false)?.is_none() {
            return Ok(());
        }
        self.change(|values| {
            if let Some(mut old) = values.remove(name) {
                old.zeroize();
            }
        })
    }
}

fn at(path: &Path, error: &std::io::Error) -> String {
    format!("{} cannot be used ({error})", path.display())
}
