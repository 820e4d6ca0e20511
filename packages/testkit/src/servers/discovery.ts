/** What servers of each kind say about themselves and their models: the endpoints that are asked before the first chat. */
import type { ScriptedModel } from "./script.ts";
import type { ProtocolName } from "./speech.ts";

const MODIFIED = "2026-01-01T00:00:00Z";
const WINDOW = 32_768;

const details = { parent_model: "", format: "gguf", family: "scripted", families: ["scripted"], parameter_size: "1B", quantization_level: "Q4_K_M" };
const capabilities = (model: ScriptedModel) => ["completion", ...(model.tools === true ? ["tools"] : []), ...(model.reasoning === true ? ["thinking"] : []), ...(model.images === true ? ["vision"] : [])];

const ollama = (path: string, body: string, models: readonly ScriptedModel[]): unknown => {
  const entry = (model: ScriptedModel) => ({ name: model.name, model: model.name, modified_at: MODIFIED, size: model.bytes ?? 0, digest: "0".repeat(64), details });
  if (path === "/") return "Ollama is running";
  if (path === "/api/version") return { version: "0.13.3" };
  if (path === "/api/tags") return { models: models.map(entry) };
  if (path === "/api/ps") return { models: models.slice(0, 1).map((model) => ({ ...entry(model), context_length: model.contextWindow ?? WINDOW, size_vram: 0, expires_at: MODIFIED })) };
  if (path !== "/api/show") return undefined;
  const model = models.find(({ name }) => body.includes(JSON.stringify(name)));
  return model === undefined ? undefined : { details, capabilities: capabilities(model), model_info: { "general.architecture": "scripted", "scripted.context_length": model.contextWindow ?? WINDOW }, template: "{{ .Prompt }}", parameters: "" };
};

/** As llama.cpp and vLLM answer, together: each reader finds the fields that it knows. */
const openai = (path: string, models: readonly ScriptedModel[]): unknown => {
  const first = models[0];
  if (path === "/health") return { status: "ok" };
  if (path === "/v1/models" || path === "/models") {
    return { object: "list", data: models.map((model) => ({ id: model.name, object: "model", created: 1_700_000_000, owned_by: "scripted", max_model_len: model.contextWindow ?? WINDOW, meta: { n_ctx_train: model.contextWindow ?? WINDOW, size: model.bytes ?? 0 } })) };
  }
  if (path !== "/props") return undefined;
  return {
    default_generation_settings: { n_ctx: first?.contextWindow ?? WINDOW }, total_slots: 1, model_path: first?.name ?? "", build_info: "b9000-scripted", modalities: { vision: first?.images === true, audio: false },
    chat_template_caps: { supports_tools: first?.tools === true, supports_tool_calls: first?.tools === true },
  };
};

const anthropic = (path: string, models: readonly ScriptedModel[]): unknown =>
  path === "/v1/models" ? { data: models.map((model) => ({ type: "model", id: model.name, display_name: model.name, created_at: MODIFIED, max_input_tokens: model.contextWindow ?? WINDOW })), has_more: false, first_id: models[0]?.name ?? null, last_id: models.at(-1)?.name ?? null } : undefined;

/** The answer, or undefined where such a server has nothing at that path. */
export const discovery = (protocol: ProtocolName, path: string, body: string, models: readonly ScriptedModel[]): unknown => {
  if (protocol === "ollama") return ollama(path, body, models);
  return protocol === "anthropic" ? anthropic(path, models) : openai(path, models);
};
