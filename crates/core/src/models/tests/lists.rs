//! What each kind of server says of its models, and servers that lie, hang or are not there.

use super::*;

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
    world.keys.set("jan", Secret::new(CANARY.into()), &[]).await.unwrap();
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
    let mut tries = 0;
    // Of a few, because on a busy machine those that answer may not do so in the time that they have.
    let models = loop {
        // One of them never answers, and nobody waits for it: at most what a busy machine takes.
        let models = tokio::time::timeout(Duration::from_secs(20), world.models()).await.unwrap();
        let providers = world.registry.providers(false).await.unwrap();
        if models.len() == 5001 && providers.len() == 3 {
            break models;
        }
        tries += 1;
        assert!(tries < 10, "{} models of {providers:?}", models.len());
    };
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

#[tokio::test]
async fn without_the_wish_only_what_was_never_heard_is_asked() {
    let (near, own) = (server(ollama).await, server(|_, _| Some((200, json!({ "data": [{ "id": "m" }] })))).await);
    let world = world(&[("ollama", Flavour::Ollama, near.base.clone())]);
    let ids = async |registry: &Registry| registry.models(false).await.unwrap().into_iter().map(|model| model.id).collect::<Vec<_>>();
    assert_eq!(ids(&world.registry).await.len(), 3, "a home that never looked looks once");
    let asked = near.asked().len();
    world.provider("mine", "openai-chat", &own.base);
    assert!(ids(&world.registry).await.contains(&"mine/m".to_owned()), "what was just written down is asked");
    ids(&world.registry).await;
    assert_eq!((near.asked().len(), own.asked().len()), (asked, 1), "and nobody twice");
    let again = Registry::new(
        &world.dir.path().join("home"),
        world.outside.clone(),
        world.keys.clone(),
        world.config.clone(),
        Arc::new(SystemHost(Shell::Cli)),
        world.probes.clone(),
    )
    .unwrap();
    assert_eq!(ids(&again).await.len(), 4);
    assert_eq!((near.asked().len(), own.asked().len()), (asked, 1), "nor by the next process");
    again.models(true).await.unwrap();
    assert!(near.asked().len() > asked && own.asked().len() == 2);
}
