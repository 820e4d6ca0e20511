//! Servers on this machine that say what a test wants, and a registry that knows them.

mod calls;
mod lists;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

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
