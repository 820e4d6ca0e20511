/**
 * @axion/models: the language models that an agent can talk to, one client for each wire protocol behind the agent's one port (`@axion/agent/model`).
 *
 *  createModel({ kind }, { fetch, clock }).stream(request, signal)
 *
 * openai-chat (llama.cpp, vLLM, LM Studio, most hosted services), openai-responses, anthropic, ollama, and the scripted demo agent. `fetch` is the broker's: requests go
 * to `PROVIDER_ORIGIN` + path, and who brokers them puts the provider's base and key in their place. So there is no address and no key here, no retrying (the agent
 * does that, by the failure's kind), no list of models and no prices. Everything that comes back is hostile until read: see `http/`, `reply/assembly.ts`.
 */
export { createModel } from "./create.ts";
export { DEMO_NOTICE } from "./demo/index.ts";
export { BROKER_BEHIND_MS, LIMITS, type ModelClock, type ModelFetch, type ModelFetchInit, type ModelPorts, PROVIDER_ORIGIN, idleMsOf } from "./ports.ts";
