//! Lists of models as OpenAI's protocol has them, and what servers of that protocol say beside it: llama.cpp, LM Studio, vLLM, OpenRouter.

use axion_protocol::{Capability, ModelPrice, ProviderState};
use serde_json::Value;

use super::ask::Asker;
use super::place::Flavour;
use super::{Heard, Trouble};

/// Parts of names of models that do not chat.
const OTHERS: [&str; 12] =
    ["embed", "whisper", "tts", "dall-e", "moderation", "transcribe", "rerank", "image", "sora", "realtime", "audio", "babbage"];

pub(super) async fn list(asker: &Asker) -> Result<Vec<Heard>, Trouble> {
    let answer = asker.get(&format!("{}/models", asker.place.base)).await?;
    let entries = answer
        .get("data")
        .and_then(Value::as_array)
        .ok_or_else(|| Trouble { state: ProviderState::Refused, why: "It answered with something that is no list of models".to_owned() })?;
    let mut heard: Vec<Heard> = entries.iter().filter_map(entry).collect();
    if asker.place.local() {
        let flavour = flavour(asker.place.flavour, entries);
        match flavour {
            Flavour::LlamaCpp => llama(asker, &mut heard).await,
            Flavour::LmStudio => lm_studio(asker, &mut heard).await,
            _ => {}
        }
    } else {
        heard.retain(|one| one.says || !OTHERS.iter().any(|part| one.name.to_lowercase().contains(part)));
    }
    Ok(heard)
}

/// Which program answers, where it says so.
fn flavour(expected: Flavour, entries: &[Value]) -> Flavour {
    match entries.iter().find_map(|entry| entry.get("owned_by").and_then(Value::as_str)) {
        Some("llamacpp") => Flavour::LlamaCpp,
        Some("vllm") => Flavour::Vllm,
        Some("organization_owner") => Flavour::LmStudio,
        _ => expected,
    }
}

fn entry(entry: &Value) -> Option<Heard> {
    let name = entry.get("id").and_then(Value::as_str)?.to_owned();
    let meta = entry.get("meta");
    let number = |key: &str| entry.get(key).and_then(Value::as_u64);
    let inside = |key: &str| meta.and_then(|meta| meta.get(key)).and_then(Value::as_u64);
    let mut heard = Heard {
        title: entry.get("name").or_else(|| entry.get("display_name")).and_then(Value::as_str).map(str::to_owned),
        // vLLM, OpenRouter (and others), llama.cpp.
        window: number("max_model_len")
            .or_else(|| number("context_length"))
            .or_else(|| number("context_window"))
            .or_else(|| inside("n_ctx")),
        window_most: inside("n_ctx_train"),
        bytes: inside("size"),
        price: entry.get("pricing").and_then(price),
        name,
        ..Heard::default()
    };
    if let Some(words) = entry.get("supported_parameters").and_then(Value::as_array) {
        let has = |word: &str| words.iter().any(|one| one == word);
        heard.says = true;
        heard.can = vec![Capability::Streaming];
        heard.can.extend(has("tools").then_some(Capability::Tools));
        heard.can.extend((has("reasoning") || has("include_reasoning")).then_some(Capability::Reasoning));
        heard.can.extend((has("structured_outputs") || has("response_format")).then_some(Capability::Json));
        let sees = entry
            .pointer("/architecture/input_modalities")
            .and_then(Value::as_array)
            .is_some_and(|all| all.iter().any(|one| one == "image"));
        heard.can.extend(sees.then_some(Capability::Images));
    }
    Some(heard)
}

/// Prices as OpenRouter writes them: dollars for one token, as text.
fn price(pricing: &Value) -> Option<ModelPrice> {
    let million = |key: &str| {
        let one = pricing.get(key)?;
        let dollars = one.as_str().and_then(|text| text.parse::<f64>().ok()).or_else(|| one.as_f64())?;
        // Rounded, so that 0.00000015 does not become 0.15000000000000002.
        let price = (dollars * 1e12).round() / 1e6;
        (price.is_finite() && price >= 0.0).then_some(price)
    };
    Some(ModelPrice { input: million("prompt")?, output: million("completion")?, cache_read: million("input_cache_read") })
}

/// llama.cpp tells the window that it was started with, and what its chat template can do.
async fn llama(asker: &Asker, heard: &mut [Heard]) {
    let Ok(props) = asker.get(&format!("{}/props", asker.place.root())).await else { return };
    // A router serves many models and says nothing of one.
    let [one] = heard else { return };
    let window = props.pointer("/default_generation_settings/n_ctx").or_else(|| props.get("n_ctx")).and_then(Value::as_u64);
    one.window = window.filter(|window| *window > 0).or(one.window);
    one.loaded = Some(true);
    let caps = props.get("chat_template_caps");
    let sees = props.pointer("/modalities/vision").and_then(Value::as_bool);
    if let Some(tools) =
        caps.and_then(|caps| caps.get("supports_tools").or_else(|| caps.get("supports_tool_calls"))).and_then(Value::as_bool)
    {
        one.says = true;
        one.can = vec![Capability::Streaming, Capability::Json];
        one.can.extend(tools.then_some(Capability::Tools));
        one.can.extend((sees == Some(true)).then_some(Capability::Images));
    }
    // The id is often the path of the file.
    let file = one.name.rsplit(['/', '\\']).next().unwrap_or(&one.name);
    one.title = Some(file.strip_suffix(".gguf").unwrap_or(file).to_owned());
}

/// LM Studio's own list has windows, sizes and what is loaded; the newer form first.
async fn lm_studio(asker: &Asker, heard: &mut Vec<Heard>) {
    let root = asker.place.root();
    let (list, new) = match asker.get(&format!("{root}/api/v1/models")).await {
        Ok(answer) => (answer.get("models").cloned().unwrap_or_default(), true),
        Err(_) => match asker.get(&format!("{root}/api/v0/models")).await {
            Ok(answer) => (answer.get("data").cloned().unwrap_or_default(), false),
            Err(_) => return,
        },
    };
    let Some(list) = list.as_array() else { return };
    heard.retain_mut(|one| {
        let Some(more) = list.iter().find(|entry| entry.get(if new { "key" } else { "id" }).and_then(Value::as_str) == Some(&one.name))
        else {
            return true;
        };
        let number = |path: &str| more.pointer(path).and_then(Value::as_u64);
        let kind = more.get("type").and_then(Value::as_str).unwrap_or("llm");
        let now = if new { number("/loaded_instances/0/config/context_length") } else { number("/loaded_context_length") };
        one.loaded = Some(if new {
            more.get("loaded_instances").and_then(Value::as_array).is_some_and(|all| !all.is_empty())
        } else {
            more.get("state").and_then(Value::as_str) == Some("loaded")
        });
        one.window = now.or(number("/max_context_length"));
        one.window_most = number("/max_context_length");
        one.bytes = number("/size_bytes").or(one.bytes);
        one.title = more.get("display_name").and_then(Value::as_str).map(str::to_owned).or(one.title.take());
        let can = more.get("capabilities");
        let flag = |name: &str| can.and_then(|can| can.get(name)).and_then(Value::as_bool) == Some(true);
        let word = |name: &str| can.and_then(Value::as_array).is_some_and(|all| all.iter().any(|one| one == name));
        one.says = can.is_some();
        one.can = vec![Capability::Streaming, Capability::Json];
        one.can.extend((flag("trained_for_tool_use") || word("tool_use")).then_some(Capability::Tools));
        one.can.extend((flag("vision") || kind == "vlm").then_some(Capability::Images));
        one.can.extend(
            (flag("reasoning") || can.is_some_and(|can| can.get("reasoning").is_some_and(Value::is_object)))
                .then_some(Capability::Reasoning),
        );
        !kind.contains("embedding")
    });
}
