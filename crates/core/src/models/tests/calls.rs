//! Which model a name means, keys, the air gap, and what a turn may ask of its provider.

use super::*;

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
async fn how_long_a_model_may_say_nothing_is_configuration_and_counts_at_once() {
    let world = world(&[]);
    world.provider("here", "openai-chat", "http://127.0.0.1:1/v1");
    world.provider("far", "openai-chat", "https://api.example.invalid/v1");
    let silence = async |id: &str| world.registry.to_ask(Some(id), "s").await.unwrap().silence_ms;
    assert_eq!((silence("here/m").await, silence("far/m").await, silence("demo").await), (Some(300_000), Some(60_000), None));
    world.set("models.localSilenceSeconds", json!(7));
    world.set("models.silenceSeconds", json!(3600));
    assert_eq!((silence("here/m").await, silence("far/m").await), (Some(7000), Some(3_600_000)));
    let mute = server(|_, _| None).await;
    world.provider("mute", "openai-chat", &mute.base);
    let quick = ModelRequest { idle: Duration::from_millis(50), ..world.ask("mute", "/x") };
    let error = world.registry.open(quick).await.err().unwrap();
    assert_eq!((error.code.as_str(), error.message.as_str()), ("timeout", "mute said nothing for 0.05 s."));
    assert!(error.hint.unwrap().contains("models.localSilenceSeconds"));
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
    world.keys.set("far", Secret::new(CANARY.into()), &[]).await.unwrap();
    world.set("egress.airGap", json!(true));
    world.models().await;
    assert_eq!(world.state("far").await.0, ProviderState::Blocked);
    assert_eq!(world.registry.resolve("far/claude-sonnet-4-6").await.unwrap_err().code, ErrorCode::Blocked);
    let asked = world.registry.to_ask(Some("far/claude-sonnet-4-6"), "s9").await.unwrap_err();
    assert_eq!(asked.code, ErrorCode::Blocked);
    let last = world.entries().await.remove(0);
    assert_eq!(
        (last.session_id.as_deref(), last.outcome.as_str(), last.url.as_str()),
        (Some("s9"), "blocked", "https://api.example.invalid/v1")
    );
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
    world.keys.set("mine", Secret::new(CANARY.into()), &[]).await.unwrap();
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
    let (entries, refused): (Vec<_>, Vec<_>) = world.entries().await.into_iter().partition(|entry| entry.outcome == "allowed");
    assert_eq!((entries.len(), refused.len()), (1, 4), "paths that lead elsewhere are in the ledger, too");
    assert!(refused.iter().all(|entry| entry.outcome == "blocked" && entry.turn_id.as_deref() == Some("t1") && entry.sent_bytes == 0));
    assert_eq!((entries[0].sent_bytes, entries[0].received_bytes, entries[0].status, entries[0].local), (2, 30, Some(200), true));
    assert!(entries[0].url.ends_with("/v1/messages"));
}

#[tokio::test]
async fn a_key_opens_a_well_known_provider_and_its_removal_closes_it() {
    let world = world(&[]);
    world.set("egress.airGap", json!(true));
    let target = axion_egress::Target::parse("https://openrouter.ai/api/v1").unwrap().origin;
    let allowed = || world.outside.broker.policy().rules.iter().any(|rule| rule.origin == target);
    let there = async || world.registry.providers(false).await.unwrap().iter().any(|provider| provider.id.as_str() == "openrouter");
    assert!(!allowed() && !there().await);
    let origins = world.registry.origins_of("openrouter");
    assert_eq!(origins, ["https://openrouter.ai"]);
    world.keys.set("openrouter", Secret::new(CANARY.into()), &origins).await.unwrap();
    world.registry.look_at_keys().await.unwrap();
    assert!(allowed() && there().await);
    assert_eq!(world.entries().await.len(), 0, "nobody was asked");
    assert_eq!(world.registry.resolve("openrouter/some/model").await.unwrap_err().code, ErrorCode::Blocked);
    world.keys.remove("openrouter").await.unwrap();
    world.registry.look_at_keys().await.unwrap();
    assert!(!allowed() && !there().await);
}

#[tokio::test]
async fn an_address_that_was_changed_gets_no_key() {
    let (server, thief) = (server(|_, _| Some((200, json!({})))).await, server(|_, _| Some((200, json!({})))).await);
    let world = world(&[]);
    world.provider("mine", "openai-chat", &server.base);
    let origins = world.registry.origins_of("mine");
    world.keys.set("mine", Secret::new(CANARY.into()), &origins).await.unwrap();
    world.registry.open(world.ask("mine", "/x")).await.unwrap();
    world.provider("mine", "openai-chat", &thief.base);
    let error = world.registry.open(world.ask("mine", "/x")).await.err().unwrap();
    assert!(error.code == "no_key" && error.message.contains("was set for"), "{error:?}");
    world.models().await;
    assert_eq!((world.state("mine").await.0, thief.asked().len()), (ProviderState::NoKey, 0));
    world.provider("mine", "openai-chat", &server.base);
    world.registry.open(world.ask("mine", "/x")).await.unwrap();
    assert_eq!(server.asked().len(), 2);
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
