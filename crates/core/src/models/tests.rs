//! The registry against real servers on this machine: what each kind says of its models, servers that lie or hang, keys, and what a turn may ask.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use arc_swap::ArcSwap;
use axion_egress::Net;
use axion_protocol::{
    AppConfig, Capability, ClaimSource, ErrorCode, HttpMethod, ModelInfo, ProviderId, ProviderState, SessionId, Shell, TurnId,
};
use axion_store::{OpenOptions, Store};
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpListener;

use super::place::{Flavour, Probe};
use super::registry::Scope;
use super::*;
use crate::egress::Outside;
use crate::host::SystemHost;
use crate::keys::{Keys, Secret};
use crate::sessions::{ModelHttp, ModelRequest, Models};

const CANARY: &str = "sk-canary-0ddba11";

/// What a server was asked: request line, headers, body.
type Asked = Arc<Mutex<Vec<String>>>;

struct Server {
    base: String,
    asked: Asked,
}

impl Server {
    fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }
}

/// A server that answers by path; `None` says nothing at all.
async fn server(answer: impl Fn(&str, &str) -> Option<(u16, Value)> + Send + Sync + 'static) -> Server {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let (asked, answer): (Asked, _) = (Arc::default(), Arc::new(answer));
    let noted = asked.clone();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let (noted, answer) = (noted.clone(), answer.clone());
            tokio::spawn(async move {
                let mut stream = BufReader::new(stream);
                let mut head = String::new();
                while !head.ends_with("\r\n\r\n") {
                    if stream.read_line(&mut head).await.unwrap_or(0) == 0 {
                        return;
                    }
                }
                let length =
                    head.lines().find_map(|line| line.to_lowercase().strip_prefix("content-length: ")?.parse::<usize>().ok()).unwrap_or(0);
                let mut body = vec![0; length];
                stream.read_exact(&mut body).await.unwrap();
                let body = String::from_utf8(body).unwrap();
                noted.lock().unwrap().push(format!("{head}{body}"));
                let path = head.split(' ').nth(1).unwrap_or("/").to_owned();
                let Some((status, value)) = answer(&path, &body) else {
                    let _ = stream.read(&mut [0; 1]).await;
                    return;
                };
                let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
                let reply = format!(
                    "HTTP/1.1 {status} X\r\nContent-Length: {}\r\nSet-Cookie: a=b\r\nX-Request-Id: r1\r\nConnection: close\r\n\r\n{text}",
                    text.len()
                );
                let _ = stream.write_all(reply.as_bytes()).await;
            });
        }
    });
    Server { base, asked }
}

struct World {
    dir: tempfile::TempDir,
    store: Store,
    config: Arc<ArcSwap<AppConfig>>,
    outside: Arc<Outside>,
    keys: Arc<Keys>,
    probes: Vec<Probe>,
    registry: Arc<Registry>,
}

fn world(probes: &[(&'static str, Flavour, String)]) -> World {
    let dir = tempfile::tempdir().unwrap();
    let home = dir.path().join("home");
    let (store, _) = Store::open(OpenOptions::new(&home, "cli")).unwrap();
    let host = Arc::new(SystemHost(Shell::Cli));
    let config = Arc::new(ArcSwap::from_pointee(crate::config::defaults()));
    let outside = Outside::new(Net::default(), store.clone(), host.clone(), config.clone(), "https://registry.npmjs.org");
    let keys = Arc::new(Keys::with(&home, store.clone(), host.clone(), Arc::new(|| Err("none in tests".into()))));
    let probes: Vec<Probe> =
        probes.iter().map(|(id, flavour, base)| Probe { id, flavour: *flavour, title: id, base: base.clone() }).collect();
    let registry = Registry::new(&home, outside.clone(), keys.clone(), config.clone(), host, probes.clone()).unwrap();
    World { dir, store, config, outside, keys, probes, registry }
}

impl World {
    fn set(&self, key: &str, value: Value) {
        let change = crate::config::changed(&self.config.load(), key, value).unwrap();
        self.config.store(Arc::new(change.config));
        self.outside.refresh();
        self.registry.allow();
    }
    /// The ledger, when the ends of all requests are in it.
    async fn entries(&self) -> Vec<axion_store::EgressRow> {
        self.store.write(|_| Ok(())).await.unwrap();
        self.store.read(|tx| tx.list_egress(None, None, 100)).unwrap().0
    }
    fn provider(&self, name: &str, kind: &str, base: &str) {
        self.set(&format!("providers.{name}"), json!({ "kind": kind, "baseUrl": base, "enabled": true }));
    }
    async fn models(&self) -> Vec<ModelInfo> {
        self.registry.models(true).await.unwrap()
    }
    async fn model(&self, id: &str) -> ModelInfo {
        let models = self.models().await;
        models
            .iter()
            .find(|model| model.id == id)
            .cloned()
            .unwrap_or_else(|| panic!("{id} in {:?}", models.iter().map(|model| &model.id).collect::<Vec<_>>()))
    }
    async fn state(&self, id: &str) -> (ProviderState, Option<String>) {
        let providers = self.registry.providers(false).await.unwrap();
        let provider = providers.into_iter().find(|provider| provider.id.as_str() == id).unwrap();
        (provider.state, provider.problem)
    }
    fn ask(&self, provider: &str, path: &str) -> ModelRequest {
        ModelRequest {
            session_id: SessionId::new("s1").unwrap(),
            turn_id: TurnId::new("t1").unwrap(),
            provider: ProviderId::new(provider).unwrap(),
            method: HttpMethod::POST,
            path: path.into(),
            headers: BTreeMap::from([
                ("content-type".into(), "application/json".into()),
                ("authorization".into(), "Bearer mine".into()),
                ("x-evil".into(), "1".into()),
            ]),
            body: Some("{}".into()),
            idle: Duration::from_secs(5),
            max_bytes: 1000,
        }
    }
}

fn can(model: &ModelInfo, capability: Capability) -> (bool, ClaimSource) {
    model.claims.iter().find(|claim| claim.capability == capability).map(|claim| (claim.has, claim.source)).unwrap()
}

fn ollama(path: &str, body: &str) -> Option<(u16, Value)> {
    Some(match path {
        "/api/tags" => (
            200,
            json!({ "models": [
            { "name": "qwen3:8b", "model": "qwen3:8b", "size": 5_000_000_000_u64, "digest": "d1" },
            { "name": "embed:1", "model": "embed:1", "size": 1000, "digest": "d2" },
            { "name": "big:cloud", "model": "big:cloud", "size": 300, "digest": "d3", "remote_host": "https://ollama.example" },
        ] }),
        ),
        "/api/ps" => (200, json!({ "models": [{ "name": "qwen3:8b", "model": "qwen3:8b", "context_length": 4096 }] })),
        "/api/show" if body.contains("qwen3") => (
            200,
            json!({
                "license": "long", "parameters": "stop \"x\"\nnum_ctx                        24576\n",
                "model_info": { "general.architecture": "qwen3", "qwen3.context_length": 40960 }, "capabilities": ["completion", "tools", "thinking"],
            }),
        ),
        "/api/show" if body.contains("embed") => (200, json!({ "model_info": {}, "capabilities": ["embedding"] })),
        "/api/show" => (200, json!({ "model_info": { "a.context_length": 131_072 }, "capabilities": ["completion"] })),
        _ => (404, json!({})),
    })
}

#[tokio::test]
async fn ollama_is_found_and_says_what_its_models_can_do() {
    let server = server(ollama).await;
    let world = world(&[("ollama", Flavour::Ollama, server.base.clone())]);
    let model = world.model("ollama/qwen3:8b").await;
    assert_eq!(
        (model.context_window, model.context_source, model.local, model.loaded, model.bytes),
        (24_576, ClaimSource::Server, true, Some(true), Some(5_000_000_000))
    );
    assert_eq!(can(&model, Capability::Tools), (true, ClaimSource::Server));
    assert_eq!(can(&model, Capability::Reasoning), (true, ClaimSource::Server));
    assert_eq!(can(&model, Capability::Images), (false, ClaimSource::Server));
    assert!(model.warning.unwrap().contains("window of 4096"));
    let all = world.registry.known();
    let ids: Vec<&str> = all.iter().map(|model| model.id.as_str()).collect();
    assert_eq!(ids, ["ollama/qwen3:8b", "ollama/big:cloud", "demo"], "what embeds does not chat");
    assert!(!all[1].local, "it runs elsewhere, and that is said");
    assert_eq!(world.state("ollama").await.0, ProviderState::Ready);
    let shows = || server.asked().iter().filter(|asked| asked.contains("/api/show")).count();
    assert_eq!(shows(), 3);
    world.models().await;
    assert_eq!(shows(), 3, "what a digest can do is asked once");
    assert_eq!(world.registry.usual().await.unwrap().model.id, "ollama/qwen3:8b");
}

#[tokio::test]
async fn other_servers_of_this_machine_are_told_apart() {
    let llama = server(|path, _| Some(match path {
        "/v1/models" => (200, json!({ "object": "list", "data": [{ "id": "/m/tiny-q4.gguf", "owned_by": "llamacpp", "meta": { "n_ctx_train": 32_768, "size": 2000 } }] })),
        "/props" => (200, json!({ "default_generation_settings": { "n_ctx": 9000 }, "chat_template_caps": { "supports_tools": false }, "modalities": { "vision": true } })),
        _ => (404, json!({})),
    })).await;
    let studio = server(|path, _| Some(match path {
        "/v1/models" => (200, json!({ "data": [{ "id": "a/b", "owned_by": "organization_owner" }, { "id": "emb", "owned_by": "organization_owner" }] })),
        "/api/v1/models" => (200, json!({ "models": [
            { "type": "llm", "key": "a/b", "display_name": "A B", "size_bytes": 77, "max_context_length": 131_072, "loaded_instances": [{ "id": "a/b", "config": { "context_length": 20_000 } }], "capabilities": { "vision": true, "trained_for_tool_use": true } },
            { "type": "embedding", "key": "emb", "max_context_length": 2048, "loaded_instances": [] },
        ] })),
        _ => (404, json!({})),
    })).await;
    let vllm = server(|path, _| {
        Some(if path == "/v1/models" {
            (200, json!({ "data": [{ "id": "m", "owned_by": "vllm", "max_model_len": 65_536 }] }))
        } else {
            (404, json!({}))
        })
    })
    .await;
    let jan = server(|_, _| Some((401, json!({ "error": "key" })))).await;
    let v1 = |server: &Server| format!("{}/v1", server.base);
    let world = world(&[
        ("llamacpp", Flavour::LlamaCpp, v1(&llama)),
        ("lmstudio", Flavour::LmStudio, v1(&studio)),
        ("vllm", Flavour::Vllm, v1(&vllm)),
        ("jan", Flavour::Jan, v1(&jan)),
    ]);
    let one = world.model("llamacpp//m/tiny-q4.gguf").await;
    assert_eq!(
        (one.title.as_str(), one.context_window, one.loaded, can(&one, Capability::Tools), can(&one, Capability::Images).0),
        ("tiny-q4", 9000, Some(true), (false, ClaimSource::Server), true)
    );
    assert!(
        one.warning.as_deref().is_some_and(|warning| warning.contains("32768") && warning.contains("cannot use tools")),
        "{:?}",
        one.warning
    );
    let two = world.model("lmstudio/a/b").await;
    assert_eq!(
        (two.title.as_str(), two.context_window, two.loaded, two.bytes, can(&two, Capability::Tools).0),
        ("A B", 20_000, Some(true), Some(77), true)
    );
    assert_eq!(world.model("vllm/m").await.context_window, 65_536);
    assert_eq!(world.state("jan").await.0, ProviderState::NoKey);
    assert!(!world.registry.known().iter().any(|model| model.name == "emb"));
    world.keys.set("jan", Secret::new(CANARY.into())).await.unwrap();
    world.models().await;
    assert!(jan.asked().last().unwrap().contains(&format!("authorization: Bearer {CANARY}")));
    assert_eq!(world.state("jan").await.0, ProviderState::Refused);
}

#[tokio::test]
async fn what_hangs_lies_or_is_not_there_holds_nobody_up() {
    let silent = server(|_, _| None).await;
    let html = server(|_, _| Some((200, json!("<html>hello</html>")))).await;
    let odd = server(|_, _| Some((200, json!({ "data": "no list", "models": 7 })))).await;
    let tricky = server(|path, _| {
        Some(if path == "/v1/models" {
            let mut entries = vec![
                json!({ "id": "ok\u{7}bell" }),
                json!({ "id": "" }),
                json!({ "id": 7 }),
                json!({ "id": "x".repeat(5000) }),
                json!({ "id": "good", "max_model_len": 0, "name": "Go\u{1b}[31mod" }),
                json!({ "id": "good" }),
            ];
            entries.extend((0..6000).map(|number| json!({ "id": format!("m{number}"), "max_model_len": u64::MAX })));
            (200, json!({ "data": entries }))
        } else {
            (500, json!({}))
        })
    })
    .await;
    let v1 = |server: &Server| format!("{}/v1", server.base);
    let world = world(&[
        ("silent", Flavour::LlamaCpp, v1(&silent)),
        ("html", Flavour::Vllm, v1(&html)),
        ("odd", Flavour::Ollama, odd.base.clone()),
        ("gone", Flavour::Jan, "http://127.0.0.1:1/v1".into()),
        ("tricky", Flavour::Vllm, v1(&tricky)),
    ]);
    let begun = Instant::now();
    let models = world.models().await;
    assert!(begun.elapsed() < Duration::from_secs(3), "{:?}", begun.elapsed());
    assert_eq!(models.len(), 5001, "bounded, and the demo agent");
    assert_eq!((models[0].name.as_str(), models[0].title.as_str(), models[0].context_window), ("good", "Go[31mod", 8192));
    assert!(models.iter().all(|model| model.context_window <= 100_000_000));
    let providers = world.registry.providers(false).await.unwrap();
    let ids: Vec<&str> = providers.iter().map(|provider| provider.id.as_str()).collect();
    assert_eq!(ids, ["odd", "tricky", "demo"], "what was only looked for and is not there is no provider");
}

#[tokio::test]
async fn the_last_good_list_is_kept_over_a_failure_and_a_restart() {
    let up = Arc::new(AtomicUsize::new(1));
    let shut = up.clone();
    let server = server(move |path, body| if shut.load(Ordering::SeqCst) == 1 { ollama(path, body) } else { Some((500, json!({}))) }).await;
    let world = world(&[("ollama", Flavour::Ollama, server.base.clone())]);
    assert_eq!(world.models().await.len(), 3);
    up.store(0, Ordering::SeqCst);
    assert_eq!(world.models().await.len(), 3);
    assert_eq!(world.state("ollama").await, (ProviderState::Refused, Some("It answered 500".into())));
    let asked = server.asked().len();
    let again = Registry::new(
        &world.dir.path().join("home"),
        world.outside.clone(),
        world.keys.clone(),
        world.config.clone(),
        Arc::new(SystemHost(Shell::Cli)),
        world.probes.clone(),
    )
    .unwrap();
    assert_eq!(again.known().len(), 3, "known before anybody was asked");
    assert_eq!(again.resolve("qwen3:8b").await.unwrap().provider.as_str(), "ollama");
    assert_eq!(server.asked().len(), asked, "and nobody was");
    std::fs::write(world.dir.path().join("home/models.json"), "{ half").unwrap();
    let broken = Registry::new(
        &world.dir.path().join("home"),
        world.outside.clone(),
        world.keys.clone(),
        world.config.clone(),
        Arc::new(SystemHost(Shell::Cli)),
        world.probes.clone(),
    )
    .unwrap();
    assert_eq!(broken.known().len(), 1);
}

#[tokio::test]
async fn nothing_is_asked_before_the_list_is_opened_and_nothing_where_that_is_switched_off() {
    let server = server(ollama).await;
    let world = world(&[("ollama", Flavour::Ollama, server.base.clone())]);
    assert_eq!((world.registry.known().len(), world.registry.providers(false).await.unwrap().len(), server.asked().len()), (1, 1, 0));
    world.set("models.probe", json!(false));
    assert_eq!((world.models().await.len(), server.asked().len()), (1, 0));
    assert_eq!(world.registry.usual().await.unwrap().model.id, "demo");
    // What the person configured is asked all the same, under the name that they gave.
    world.provider("mine", "ollama", &server.base);
    world.set("models.probe", json!(true));
    world.model("mine/qwen3:8b").await;
    assert!(world.registry.known().iter().all(|model| model.provider.as_str() != "ollama"), "once, not twice");
}

#[tokio::test]
async fn names_mean_one_model_or_say_why_not() {
    let server = server(|path, _| {
        Some(if path == "/v1/models" { (200, json!({ "data": [{ "id": "same" }, { "id": "own" }] })) } else { (404, json!({})) })
    })
    .await;
    let world = world(&[]);
    let base = format!("{}/v1", server.base);
    world.provider("a", "openai-chat", &base);
    world.provider("b", "openai-chat", &base);
    world.set(
        "providers.b",
        json!({ "kind": "openai-chat", "baseUrl": base, "enabled": true, "models": ["same", "extra"], "contextWindow": 5000 }),
    );
    world.models().await;
    let id = async |name: &str| world.registry.resolve(name).await.map(|found| found.model.id).map_err(|error| error.code);
    assert_eq!(id("a/same").await, Ok("a/same".into()));
    assert_eq!(id("own").await, Ok("a/own".into()));
    assert_eq!(id("same").await, Err(ErrorCode::NoModel));
    assert!(world.registry.resolve("same").await.unwrap_err().hint.unwrap().contains("a/same, b/same"));
    assert_eq!(id("extra").await, Ok("b/extra".into()), "the person's own word");
    assert_eq!(id("a/unlisted").await, Ok("a/unlisted".into()));
    assert_eq!(world.registry.resolve("b/extra").await.unwrap().model.context_window, 5000);
    for none in ["", "/", "a/", "nobody/x", "nothing", "__proto__", "demo/other"] {
        assert_eq!(id(none).await, Err(ErrorCode::NoModel), "{none:?}");
    }
    assert_eq!(id("demo").await, Ok("demo".into()));
    world.set("models.default", json!("b/same"));
    assert_eq!(world.registry.usual().await.unwrap().model.id, "b/same");
    world.set("models.default", json!("gone/x"));
    assert_eq!(world.registry.usual().await.unwrap_err().code, ErrorCode::NoModel, "another one is not taken in silence");
}

#[tokio::test]
async fn a_hosted_provider_is_not_contacted_without_its_key_nor_over_the_air_gap() {
    let world = world(&[]);
    world.provider("far", "anthropic", "https://api.example.invalid/v1");
    assert_eq!(world.models().await.len(), 1);
    assert_eq!(world.state("far").await.0, ProviderState::NoKey);
    assert_eq!(world.entries().await.len(), 0, "not even its name was asked for");
    let error = world.registry.resolve("far/claude-sonnet-4-6").await.unwrap_err();
    assert!(error.code == ErrorCode::NoModel && error.hint.unwrap().contains("axion keys set far"));
    assert_eq!(world.registry.open(world.ask("far", "/messages")).await.err().unwrap().code, "no_key");
    world.keys.set("far", Secret::new(CANARY.into())).await.unwrap();
    world.set("egress.airGap", json!(true));
    world.models().await;
    assert_eq!(world.state("far").await.0, ProviderState::Blocked);
    assert_eq!(world.registry.resolve("far/claude-sonnet-4-6").await.unwrap_err().code, ErrorCode::Blocked);
    let blocked = world.registry.open(world.ask("far", "/messages")).await.err().unwrap();
    assert_eq!(blocked.code, "blocked");
    let all = world.entries().await;
    assert!(!all.is_empty() && all.iter().all(|entry| entry.outcome == "blocked" && entry.address.is_none()), "{all:?}");
    assert_eq!(
        (all[0].session_id.as_deref(), all[0].turn_id.as_deref(), all[0].provider.as_deref()),
        (Some("s1"), Some("t1"), Some("far"))
    );
}

#[tokio::test]
async fn a_turn_reaches_its_provider_and_only_that_with_the_key_and_without_what_it_may_not_send() {
    // It hands the key back, which gets no further than Core.
    let server = server(|_, _| Some((200, json!({ "answer": CANARY })))).await;
    let world = world(&[]);
    world.set(
        "providers.mine",
        json!({ "kind": "anthropic", "baseUrl": format!("{}/v1/", server.base), "enabled": true, "headers": { "x-team": "blue" } }),
    );
    world.keys.set("mine", Secret::new(CANARY.into())).await.unwrap();
    let mut reply = world.registry.open(world.ask("mine", "/messages?beta=true")).await.unwrap();
    assert_eq!(
        (reply.status, reply.headers.get("x-request-id").map(String::as_str), reply.headers.contains_key("set-cookie")),
        (200, Some("r1"), false)
    );
    assert_eq!(reply.body.next().await.unwrap().unwrap(), b"{\"answer\":\"[key]\"}");
    assert_eq!(reply.body.next().await.unwrap(), None);
    let asked = server.asked().remove(0);
    assert!(asked.starts_with("POST /v1/messages?beta=true HTTP/1.1\r\n"), "{asked}");
    for part in [&format!("x-api-key: {CANARY}"), "anthropic-version: 2023-06-01", "x-team: blue", "content-type: application/json"] {
        assert!(asked.contains(part), "{part}: {asked}");
    }
    assert!(!asked.contains("x-evil") && !asked.contains("Bearer"), "{asked}");
    for path in ["/../x", "//evil.example/", "messages", "/a\\b"] {
        assert_eq!(world.registry.open(world.ask("mine", path)).await.err().unwrap().code, "blocked", "{path}");
    }
    for nobody in ["demo", "other"] {
        assert_eq!(world.registry.open(world.ask(nobody, "/x")).await.err().unwrap().code, "blocked");
    }
    world.set("providers.mine", Value::Null);
    assert_eq!(world.registry.open(world.ask("mine", "/messages")).await.err().unwrap().code, "blocked", "taken away while running");
    assert_eq!(server.asked().len(), 1);
    let entries = world.entries().await;
    assert_eq!(entries.len(), 1);
    assert_eq!((entries[0].sent_bytes, entries[0].received_bytes, entries[0].status, entries[0].local), (2, 30, Some(200), true));
    assert!(entries[0].url.ends_with("/v1/messages"));
}

#[tokio::test]
async fn a_reply_that_is_too_long_or_stops_is_a_typed_error() {
    let long = server(|_, _| Some((200, json!("x".repeat(5000))))).await;
    let silent = server(|_, _| None).await;
    let world = world(&[]);
    world.provider("long", "openai-chat", &long.base);
    world.provider("silent", "openai-chat", &silent.base);
    world.provider("gone", "openai-chat", "http://127.0.0.1:1/v1");
    assert_eq!(world.registry.open(world.ask("long", "/x")).await.err().unwrap().code, "too_large");
    let quick = ModelRequest { idle: Duration::from_millis(50), ..world.ask("silent", "/x") };
    assert_eq!(world.registry.open(quick).await.err().unwrap().code, "timeout");
    assert_eq!(world.registry.open(world.ask("gone", "/x")).await.err().unwrap().code, "unreachable");
}

#[tokio::test]
async fn one_round_of_questions_serves_all_who_wait() {
    let server = server(ollama).await;
    let world = world(&[("ollama", Flavour::Ollama, server.base.clone())]);
    let rounds = (0..8).map(|_| world.registry.ask(Scope::All));
    for round in futures_util::future::join_all(rounds).await {
        round.unwrap();
    }
    let tags = server.asked().iter().filter(|asked| asked.contains("/api/tags")).count();
    assert!(tags <= 2, "{tags}");
}
