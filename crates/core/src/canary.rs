//! Configuration, providers, keys and the ledger through the commands of a whole Core, and a key that must be nowhere but in the keychain's
//! place and in the one request that it is for: not in the database, files, events, answers, errors, logs or `Debug`.

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::TcpListener;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axion_protocol::{ErrorCode, ErrorInfo, HttpMethod, ProviderId, SessionId, Shell, StartedBy, TurnId};
use serde_json::{Value, json};
use tracing_subscriber::fmt::MakeWriter;

use crate::clients::Client;
use crate::host::{Host, SystemHost};
use crate::resources::Resources;
use crate::sessions::{ModelHttp, ModelRequest};
use crate::streams::Outbox;
use crate::{Core, Setup};

const CANARY: &str = "sk-canary-9f8e7d6c5b4a";

/// A shell that leaves the keychain of whoever runs the tests alone.
struct Quiet(SystemHost);

impl Host for Quiet {
    fn shell(&self) -> Shell {
        Shell::Serve
    }
    fn now(&self) -> u64 {
        self.0.now()
    }
    fn random(&self, bytes: &mut [u8]) {
        self.0.random(bytes);
    }
    fn keychain(&self) -> bool {
        false
    }
}

/// What every thread of this process logs: how much, and what holds the key.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<(usize, String)>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let text = String::from_utf8_lossy(bytes);
        let mut log = self.0.lock().unwrap();
        log.0 += bytes.len();
        if text.contains(CANARY) {
            log.1.push_str(&text);
        }
        Ok(bytes.len())
    }
    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Log {
    type Writer = Self;
    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

/// Answers every request with a list of one model, and repeats the key that it got, as an unfriendly server would.
fn server() -> (String, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let base = format!("http://{}/v1", listener.local_addr().unwrap());
    let seen: Arc<Mutex<Vec<String>>> = Arc::default();
    let all = seen.clone();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut head = Vec::new();
            let mut byte = [0];
            while !head.ends_with(b"\r\n\r\n") && stream.read(&mut byte).unwrap_or(0) > 0 {
                head.push(byte[0]);
            }
            all.lock().unwrap().push(String::from_utf8_lossy(&head).into_owned());
            let body = json!({ "data": [{ "id": "m", "max_model_len": 32_768 }] }).to_string();
            let _ = write!(stream, "HTTP/1.1 200 OK\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}", body.len());
        }
    });
    (base, seen)
}

struct World {
    core: Core,
    client: Arc<Client>,
    outbox: Outbox,
}

impl World {
    async fn open(home: &Path) -> Self {
        let resources = Resources { runner_bundle: home.join("none"), examples: home.join("none"), web: home.join("none") };
        let setup = Setup { home: home.to_path_buf(), resources, runners: None };
        let core = Core::open(setup, Arc::new(Quiet(SystemHost(Shell::Serve)))).await.unwrap();
        let (client, outbox) = core.connect(StartedBy::Browser);
        Self { core, client, outbox }
    }
    async fn call(&self, command: &str, params: Value) -> Result<Value, ErrorInfo> {
        self.client.call(command, &params.to_string()).await.outcome.map(|text| serde_json::from_str(&text).unwrap())
    }
    async fn ok(&self, command: &str, params: Value) -> Value {
        self.call(command, params).await.unwrap_or_else(|error| panic!("{command}: {error:?}"))
    }
    async fn set(&self, key: &str, value: Value) {
        assert_eq!(self.ok("update_config", json!({ "key": key, "value": value })).await, Value::Null);
    }
    fn request(&self) -> ModelRequest {
        ModelRequest {
            session_id: SessionId::new("s1").unwrap(),
            turn_id: TurnId::new("t1").unwrap(),
            provider: ProviderId::new("mine").unwrap(),
            method: HttpMethod::POST,
            path: "/chat/completions".into(),
            headers: BTreeMap::new(),
            body: Some("{}".into()),
            idle: Duration::from_secs(5),
            max_bytes: 100_000,
        }
    }
}

/// Where a home holds these bytes, but for the folder of keys.
fn holding(folder: &Path, word: &[u8]) -> Vec<String> {
    let (mut found, mut queue) = (Vec::new(), vec![folder.to_path_buf()]);
    while let Some(path) = queue.pop() {
        if path.is_dir() {
            queue.extend(std::fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path()));
        } else if std::fs::read(&path).unwrap_or_default().windows(word.len()).any(|part| part == word) {
            found.push(path.display().to_string());
        }
    }
    found
}

#[tokio::test]
async fn a_key_is_nowhere_but_in_its_place_and_its_request() {
    let log = Log::default();
    let subscriber = tracing_subscriber::fmt().with_max_level(tracing::Level::TRACE).with_writer(log.clone()).with_ansi(false).finish();
    // For all threads: the store and the keychain have their own.
    tracing::subscriber::set_global_default(subscriber).unwrap();
    let dir = tempfile::tempdir().unwrap();
    let home = dir.path().join("home");
    let (base, seen) = server();
    let mut world = World::open(&home).await;
    let mut said = String::new();
    world.set("models.probe", json!(false)).await;
    world.ok("subscribe", json!({ "stream": "workspace", "after": 0 })).await;
    world.set("providers.mine", json!({ "kind": "openai-chat", "baseUrl": base, "keyName": "mine", "enabled": true })).await;
    said += &world.ok("set_key", json!({ "name": "mine", "value": CANARY })).await.to_string();
    // What goes wrong may not repeat it either.
    for (command, params) in [
        ("set_key", json!({ "name": "b a d", "value": CANARY })),
        ("set_key", json!({ "name": "x", "value": format!("{CANARY} with spaces") })),
        ("set_key", json!({ "name": "x", "value": [CANARY] })),
        ("set_key", json!({ "name": "x", "value": CANARY.repeat(2000) })),
        (
            "update_config",
            json!({ "key": "providers.bad", "value": { "kind": "openai-chat", "baseUrl": format!("https://{CANARY}@api.example.com/"), "enabled": true } }),
        ),
        (
            "update_config",
            json!({ "key": "providers.bad", "value": { "kind": "openai-chat", "baseUrl": format!("https://api.example.com/?key={CANARY}"), "enabled": true } }),
        ),
        (
            "update_config",
            json!({ "key": "providers.bad", "value": { "kind": "openai-chat", "baseUrl": "https://api.example.com/", "enabled": true, "headers": { "Authorization": CANARY } } }),
        ),
    ] {
        let error = world.call(command, params.clone()).await.unwrap_err();
        said += &format!("{error:?}{error}");
        assert_eq!(error.code, ErrorCode::InvalidParams, "{command}");
    }
    said += &world.ok("get_models", json!({ "refresh": true })).await.to_string();
    let mut reply = world.core.inner().providers.registry.open(world.request()).await.unwrap();
    while reply.body.next().await.unwrap().is_some() {}
    drop(reply);
    for command in [
        "get_config",
        "list_keys",
        "list_providers",
        "list_egress",
        "get_health",
        "get_metrics",
        "get_channels",
        "get_system",
        "get_settings",
        "list_sessions",
    ] {
        said += &world.ok(command, json!({})).await.to_string();
    }
    assert_eq!(seen.lock().unwrap().len(), 2);
    assert!(seen.lock().unwrap().iter().all(|head| head.contains(&format!("Bearer {CANARY}"))), "it is in the requests that it is for");
    world.set("agent.maxSteps", json!(9)).await;
    // Everything that was told, up to the last change.
    loop {
        let batch = world.outbox.next().await.unwrap().json;
        said += &batch;
        if batch.contains("agent.maxSteps") {
            break;
        }
    }
    said += &world.ok("read_stream", json!({ "stream": "workspace" })).await.to_string();
    world.core.close().await;
    assert!(said.contains("config-changed") && said.contains("\"keyed\":true") && said.contains("chat/completions"));
    assert!(!said.contains("canary"), "answers, errors or events");
    assert_eq!(holding(dir.path(), b"canary"), Vec::<String>::new(), "files");
    let log = log.0.lock().unwrap().clone();
    assert!(log.0 > 100, "something was logged");
    assert_eq!(log.1, "", "logs");
    assert!(home.join("keys/sealed").is_file());

    // It is there for the next process, and gone when it is removed.
    let world = World::open(&home).await;
    assert_eq!(world.ok("list_keys", json!({})).await["keys"][0]["place"], "file");
    world.core.inner().providers.registry.open(world.request()).await.unwrap();
    assert!(seen.lock().unwrap()[2].contains(CANARY));
    world.ok("remove_key", json!({ "name": "mine" })).await;
    assert_eq!(world.core.inner().providers.registry.open(world.request()).await.err().unwrap().code, "no_key");
    assert_eq!(seen.lock().unwrap().len(), 3);
    world.core.close().await;
}

#[tokio::test]
async fn a_change_of_the_configuration_holds_at_once_and_after_a_restart_and_a_wrong_one_changes_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let (base, _) = server();
    let mut world = World::open(dir.path()).await;
    world.set("models.probe", json!(false)).await;
    let before = world.ok("get_config", json!({})).await;
    for (key, value) in
        [("__proto__", json!({})), ("agent.maxSteps", json!("many")), ("providers.x", json!({ "kind": "soap" })), ("nothing", json!(1))]
    {
        let error = world.call("update_config", json!({ "key": key, "value": value })).await.unwrap_err();
        assert!(error.code == ErrorCode::InvalidParams && error.hint.is_some(), "{key} {error:?}");
    }
    assert_eq!(world.ok("get_config", json!({})).await, before);
    let mut watched = world.core.watch_config();
    world.set("providers.mine", json!({ "kind": "openai-chat", "baseUrl": base, "enabled": true })).await;
    assert!(watched.has_changed().unwrap() && watched.borrow_and_update().providers.contains_key("mine"));
    world.ok("get_models", json!({ "refresh": true })).await;
    world.core.inner().providers.registry.open(world.request()).await.unwrap();
    world.set("providers.mine", Value::Null).await;
    assert_eq!(world.core.inner().providers.registry.open(world.request()).await.err().unwrap().code, "blocked");
    world.set("egress.airGap", json!(true)).await;
    assert_eq!(world.ok("list_egress", json!({})).await["airGap"], true);
    world.ok("subscribe", json!({ "stream": "workspace", "after": 0 })).await;
    let batch = world.outbox.next().await.unwrap().json;
    assert!(batch.contains("config-changed"), "{batch}");
    world.core.close().await;
    let world = World::open(dir.path()).await;
    let after = world.ok("get_config", json!({})).await;
    assert_eq!((&after["egress"]["airGap"], &after["providers"], &after["models"]["probe"]), (&json!(true), &json!({}), &json!(false)));
    world.core.close().await;
}

#[tokio::test]
async fn health_and_figures_say_how_things_are() {
    let dir = tempfile::tempdir().unwrap();
    let world = World::open(dir.path()).await;
    world.set("models.probe", json!(false)).await;
    world.set("providers.gone", json!({ "kind": "openai-chat", "baseUrl": "http://127.0.0.1:1/v1", "enabled": true })).await;
    world.ok("get_models", json!({ "refresh": true })).await;
    let health = world.ok("get_health", json!({})).await;
    assert_eq!(health["status"], "degraded");
    let problem = health["problems"].as_array().unwrap().iter().find(|problem| problem["what"].as_str().unwrap().contains("gone")).unwrap();
    assert!(problem["why"].as_str().unwrap().contains("No connection"), "{problem}");
    assert_eq!((&health["channelsActive"], &health["providersActive"]), (&json!(2), &json!(1)));
    let figures = world.ok("get_metrics", json!({})).await;
    assert!(figures["egressRequests"] == 1 && figures["databaseBytes"].as_u64() > Some(1000), "{figures}");
    let channels = world.ok("get_channels", json!({})).await;
    let states: Vec<String> = channels
        .as_array()
        .unwrap()
        .iter()
        .map(|channel| format!("{}:{}", channel["id"].as_str().unwrap(), channel["status"].as_str().unwrap()))
        .collect();
    assert_eq!(states, ["desktop:off", "web:ready", "cli:ready", "webhook:off"]);
    world.core.set_channel(axion_protocol::ChannelInfo {
        id: axion_protocol::ChannelId::Webhook,
        status: axion_protocol::ChannelState::Failed,
        sessions: 0,
        address: None,
        problem: Some("The port is taken.".into()),
    });
    let health = world.ok("get_health", json!({})).await;
    assert!(health["problems"].to_string().contains("The port is taken."));
    world.core.close().await;
}
