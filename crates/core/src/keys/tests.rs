//! Keys in a keychain that works, that is not there, that never answers; and in the file: sealed, private, whole.

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};

use axion_protocol::Shell;
use axion_store::OpenOptions;

use super::*;
use crate::host::SystemHost;

const CANARY: &str = "sk-canary-51c0ffee";
const ORIGIN: &str = "https://api.example.com";

#[derive(Default)]
struct Chain {
    values: Mutex<HashMap<String, String>>,
    asked: AtomicUsize,
    fails: bool,
}

impl Vault for Chain {
    fn get(&self, name: &str) -> Result<Option<Secret>, String> {
        self.asked.fetch_add(1, Ordering::SeqCst);
        Ok(self.values.lock().unwrap().get(name).cloned().map(Secret::new))
    }
    fn set(&self, name: &str, value: &Secret) -> Result<(), String> {
        if self.fails {
            return Err("it is locked".into());
        }
        self.values.lock().unwrap().insert(name.into(), value.expose().into());
        Ok(())
    }
    fn remove(&self, name: &str) -> Result<(), String> {
        self.values.lock().unwrap().remove(name);
        Ok(())
    }
}

struct World {
    dir: tempfile::TempDir,
    store: Store,
}

impl World {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let (store, _) = Store::open(OpenOptions::new(dir.path().join("home"), "cli")).unwrap();
        Self { dir, store }
    }
    fn keys(&self, opener: Opener) -> Keys {
        Keys::with(&self.dir.path().join("home"), self.store.clone(), Arc::new(SystemHost(Shell::Cli)), opener)
    }
    fn without(&self) -> Keys {
        self.keys(Arc::new(|| Err("There is none".into())))
    }
}

fn secret(text: &str) -> Secret {
    Secret::new(text.into())
}

#[tokio::test]
async fn a_key_goes_into_the_keychain_and_comes_back() {
    let world = World::new();
    let chain = Arc::new(Chain::default());
    let vault = chain.clone();
    let opener: Opener = Arc::new(move || Ok(vault.clone()));
    let keys = world.keys(opener.clone());
    let info = keys.set("openai", secret(CANARY), &[]).await.unwrap();
    assert_eq!((info.name.as_str(), info.place), ("openai", KeyPlace::Keychain));
    assert_eq!(keys.get_for("openai", ORIGIN).await.unwrap().unwrap().expose(), CANARY);
    assert_eq!(chain.asked.load(Ordering::SeqCst), 0, "what is known is not asked for");
    let again = world.keys(opener);
    assert_eq!(again.get_for("openai", ORIGIN).await.unwrap().unwrap().expose(), CANARY);
    assert!(!world.dir.path().join("home/keys").exists(), "no file beside a keychain");
    assert_eq!(again.list().await.unwrap().place, KeyPlace::Keychain);
    again.remove("openai").await.unwrap();
    assert!(chain.values.lock().unwrap().is_empty() && again.get_for("openai", ORIGIN).await.unwrap().is_none());
    assert_eq!(again.remove("openai").await.unwrap_err().code, ErrorCode::NotFound);
}

#[tokio::test]
async fn without_a_keychain_a_sealed_private_file_is_used_and_it_is_said() {
    let world = World::new();
    let keys = world.without();
    assert_eq!(keys.set("a", secret(CANARY), &[]).await.unwrap().place, KeyPlace::File);
    keys.set("b", secret("other"), &[]).await.unwrap();
    assert_eq!(world.without().get_for("a", ORIGIN).await.unwrap().unwrap().expose(), CANARY, "another process reads it");
    let list = keys.list().await.unwrap();
    assert_eq!((list.place, list.keys.len()), (KeyPlace::File, 2));
    assert!(list.why.unwrap().contains("programs that run as you"));
    let folder = world.dir.path().join("home/keys");
    for file in std::fs::read_dir(&folder).unwrap() {
        let file = file.unwrap();
        let bytes = std::fs::read(file.path()).unwrap();
        assert!(!bytes.windows(6).any(|part| part == b"canary"), "{:?}", file.path());
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            assert_eq!(file.metadata().unwrap().permissions().mode() & 0o777, 0o600, "{:?}", file.path());
            assert_eq!(std::fs::metadata(&folder).unwrap().permissions().mode() & 0o777, 0o700);
        }
    }
    keys.remove("a").await.unwrap();
    assert!(world.without().get_for("a", ORIGIN).await.unwrap().is_none());
    assert_eq!(world.without().get_for("b", ORIGIN).await.unwrap().unwrap().expose(), "other");
}

#[tokio::test]
async fn a_file_that_was_changed_is_not_opened_and_not_overwritten() {
    let world = World::new();
    world.without().set("a", secret(CANARY), &[]).await.unwrap();
    let path = world.dir.path().join("home/keys/sealed");
    let whole = std::fs::read(&path).unwrap();
    for at in [0, 20, whole.len() / 2, whole.len() - 1] {
        let mut bytes = whole.clone();
        bytes[at] ^= 1;
        std::fs::write(&path, &bytes).unwrap();
        let keys = world.without();
        assert_eq!(keys.get_for("a", ORIGIN).await.err().unwrap().code, ErrorCode::Storage, "{at}");
        assert!(keys.set("b", secret("x"), &[]).await.is_err());
        assert_eq!(std::fs::read(&path).unwrap(), bytes, "kept for whoever can mend it");
    }
    std::fs::write(&path, &whole[..10]).unwrap();
    assert!(world.without().get_for("a", ORIGIN).await.is_err());
    std::fs::write(&path, &whole).unwrap();
    assert_eq!(world.without().get_for("a", ORIGIN).await.unwrap().unwrap().expose(), CANARY);
}

#[tokio::test(start_paused = true)]
async fn a_keychain_that_never_answers_holds_nobody_up() {
    let world = World::new();
    let keys = world.keys(Arc::new(|| {
        loop {
            std::thread::park();
        }
    }));
    assert_eq!(keys.set("a", secret(CANARY), &[]).await.unwrap().place, KeyPlace::File);
    assert_eq!(keys.get_for("a", ORIGIN).await.unwrap().unwrap().expose(), CANARY);
    assert!(keys.list().await.unwrap().why.unwrap().contains("did not answer"));
}

#[tokio::test]
async fn a_keychain_that_refuses_gives_way_to_the_file_and_keeps_no_old_value() {
    let world = World::new();
    let good = Arc::new(Chain::default());
    let vault = good.clone();
    world.keys(Arc::new(move || Ok(vault.clone()))).set("a", secret("old"), &[]).await.unwrap();
    // The same keychain, locked for writing.
    let values = Mutex::new(good.values.lock().unwrap().clone());
    let locked = Arc::new(Chain { values, fails: true, ..Chain::default() });
    let vault = locked.clone();
    let keys = world.keys(Arc::new(move || Ok(vault.clone())));
    assert_eq!(keys.set("a", secret("new"), &[]).await.unwrap().place, KeyPlace::File);
    assert!(locked.values.lock().unwrap().is_empty(), "the old value is gone from where it was");
    assert_eq!(keys.get_for("a", ORIGIN).await.unwrap().unwrap().expose(), "new");
}

#[tokio::test]
async fn what_is_no_key_is_refused_without_being_repeated() {
    let world = World::new();
    let keys = world.without();
    for (name, value) in [
        ("", "x"),
        ("a b", "x"),
        ("../x", "x"),
        ("a", ""),
        ("a", "two words"),
        ("a", "line\nbreak"),
        ("a", "b\u{e9}"),
        (&"n".repeat(65), "x"),
    ] {
        let error = keys.set(name, secret(value), &[]).await.err().unwrap();
        assert_eq!(error.code, ErrorCode::InvalidParams, "{name:?} {value:?}");
    }
    let error = keys.set("a", secret(&format!("{CANARY} x")), &[]).await.err().unwrap();
    assert!(!format!("{error:?}").contains("canary"));
}

#[tokio::test]
async fn the_database_never_holds_a_value() {
    let world = World::new();
    world.without().set("a", secret(CANARY), &[]).await.unwrap();
    world.store.close();
    let mut queue = vec![world.dir.path().to_path_buf()];
    let mut files = 0;
    while let Some(path) = queue.pop() {
        if path.is_dir() {
            queue.extend(std::fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path()));
            continue;
        }
        files += 1;
        let bytes = std::fs::read(&path).unwrap();
        assert!(!bytes.windows(6).any(|part| part == b"canary"), "{path:?}");
    }
    assert!(files > 2);
}

#[tokio::test]
async fn a_key_goes_where_it_was_set_for_and_nowhere_else() {
    let world = World::new();
    let keys = world.without();
    let (there, elsewhere) = (ORIGIN, "https://evil.example.com");
    keys.set("named", secret("x"), &[there.to_owned()]).await.unwrap();
    assert!(keys.get_for("named", there).await.unwrap().is_some());
    let error = keys.get_for("named", elsewhere).await.err().unwrap();
    assert!(
        error.code == ErrorCode::Forbidden && error.hint.is_some_and(|hint| hint.contains("axion keys set named")),
        "{}",
        error.message
    );
    // One that was set before there was a provider belongs to the first that uses it, also in the next process.
    keys.set("first", secret("x"), &[]).await.unwrap();
    assert!(keys.get_for("first", there).await.unwrap().is_some());
    assert!(world.without().get_for("first", elsewhere).await.is_err());
    // Set once more, it is the person's word for the new address.
    keys.set("first", secret("y"), &[elsewhere.to_owned()]).await.unwrap();
    assert!(keys.get_for("first", there).await.is_err() && keys.get_for("first", elsewhere).await.unwrap().is_some());
    assert_eq!(world.store.read(crate::config::load).unwrap(), crate::config::defaults(), "it is no configuration");
    keys.remove("first").await.unwrap();
    assert!(keys.get_for("first", there).await.unwrap().is_none());
}
