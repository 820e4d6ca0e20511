/**
 * Models and who provides them, the configuration of agents and servers, and what left the machine.
 * A *provider* is a place that answers model calls (a server on this machine, a hosted service, the scripted demo agent). Keys are not here: they
 * are put in by name and never come out again.
 */
import { ProviderId, SessionId, TurnId } from "./ids.ts";
import { DurationMs, Millis, Timestamp, array, boolean, integer, literals, nullable, number, optional, record, struct, text } from "./shapes.ts";
import { ChannelId, SessionMode } from "./sessions.ts";

/** The protocol that a provider speaks. */
export const ProviderKind = literals("ProviderKind", ["demo", "openai-chat", "openai-responses", "anthropic", "ollama"]);
/** Where a claim about a model comes from. */
export const ClaimSource = literals("ClaimSource", ["server", "catalogue", "person", "assumed", "measured"]);
export const Capability = literals("Capability", ["streaming", "tools", "reasoning", "images", "json"]);
export const CapabilityClaim = struct("CapabilityClaim", { capability: Capability, has: boolean, source: ClaimSource });
export const ModelPrice = struct("ModelPrice", { input: DurationMs, output: DurationMs, cacheRead: optional(DurationMs) }, "US dollars for a million tokens.");

/** What seed 004 calls by this name. `id` is unique among all providers: `PROVIDER/NAME` (the demo agent is plain `demo`). Commands take the plain name too, where only one provider has it. */
export const ModelInfo = struct("ModelInfo", {
  id: text(400),
  provider: ProviderId,
  capabilities: array(text(64)),
  contextWindow: integer(),
  /** The name that the provider knows it by. */
  name: text(400),
  title: text(400),
  claims: array(CapabilityClaim),
  contextSource: ClaimSource,
  /** On this machine: nothing leaves it. */
  local: boolean,
  demo: boolean,
  price: optional(ModelPrice),
  bytes: optional(integer()),
  /** Why it may not work well here, for example that it is larger than the memory. */
  warning: optional(text(400)),
  loaded: optional(boolean),
});

export const ProviderState = literals("ProviderState", ["ready", "unreachable", "no-key", "refused", "blocked", "unchecked"]);
export const Provider = struct("Provider", {
  id: ProviderId, kind: ProviderKind, title: text(200), baseUrl: text(2000), local: boolean,
  /** Found on this machine rather than written down by the person. */
  found: boolean,
  /** The name of its key; `keyed` says that there is one. */
  keyName: optional(text(64)), keyed: boolean, state: ProviderState, problem: optional(text(1000)), checkedAt: optional(Millis), models: integer(),
});
export const ProviderConfig = struct("ProviderConfig", { kind: ProviderKind, baseUrl: text(2000), title: optional(text(200)), keyName: optional(text(64)), enabled: boolean, models: optional(array(text(400))), headers: optional(record(text(1000))), contextWindow: optional(integer(256, 100_000_000)) });

/** The configuration of agents and servers. How the workbench looks is in `Settings`. Keys of `update_config` are paths: `agent.maxSteps`, `providers.NAME`. */
export const AppConfig = struct("AppConfig", {
  gateway: struct("GatewayConfig", { port: integer(0, 65_535) }),
  providers: record(ProviderConfig),
  /** Seconds that a model may say nothing: one elsewhere, and one on this machine, which may have to be loaded. A change counts from the next answer on. */
  models: struct("ModelsConfig", { default: nullable(text(400)), probe: boolean, silenceSeconds: integer(1, 3600), localSilenceSeconds: integer(1, 3600) }),
  agent: struct("AgentConfig", {
    mode: SessionMode, instructions: text(20_000), maxSteps: integer(1, 10_000), maxMinutes: integer(1, 10_000), maxTokens: integer(1000, 1_000_000_000), maxCost: nullable(DurationMs), sameCalls: integer(2, 100),
  }),
  compaction: struct("CompactionConfig", { automatic: boolean, threshold: integer(10, 95) }),
  egress: struct("EgressConfig", { airGap: boolean, hosts: array(text(255)) }),
  channels: struct("ChannelsConfig", { webhook: struct("WebhookConfig", { enabled: boolean, port: integer(0, 65_535) }) }),
});

export const ChannelState = literals("ChannelState", ["ready", "off", "failed"]);
export const ChannelInfo = struct("ChannelInfo", { id: ChannelId, status: ChannelState, sessions: integer(), address: optional(text(400)), problem: optional(text(1000)) });

export const HealthState = literals("HealthState", ["healthy", "degraded", "unhealthy"]);
export const HealthStatus = struct("HealthStatus", {
  status: HealthState, /** Seconds. */ uptime: number, channelsActive: integer(), providersActive: integer(),
  problems: array(struct("HealthProblem", { what: text(200), why: text(1000), fix: optional(text(1000)) })),
});
export const Metrics = struct("Metrics", {
  uptime: number, sessions: integer(), messages: integer(), turnsRunning: integer(), turnsFinished: integer(), turnsFailed: integer(), runsRunning: integer(),
  inputTokens: integer(), outputTokens: integer(), cost: DurationMs, egressRequests: integer(), egressBlocked: integer(), databaseBytes: integer(), memoryBytes: integer(), startedAt: Timestamp,
});

/** Where a key is kept. */
export const KeyPlace = literals("KeyPlace", ["keychain", "file"]);
export const KeyInfo = struct("KeyInfo", { name: text(64), place: KeyPlace, setAt: Millis });

export const EgressPurpose = literals("EgressPurpose", ["model", "model-list", "runtime"]);
export const EgressOutcome = literals("EgressOutcome", ["allowed", "blocked", "failed"]);
/** One request that left, or was kept from leaving, this process. Never holds bodies, keys or queries. */
export const EgressEntry = struct("EgressEntry", {
  number: integer(1), at: Millis, purpose: EgressPurpose, method: text(16), url: text(2000), host: text(255), address: optional(text(64)), local: boolean, outcome: EgressOutcome,
  reason: optional(text(1000)), status: optional(integer(0, 999)), sentBytes: integer(), receivedBytes: integer(), ms: DurationMs, sessionId: optional(SessionId), turnId: optional(TurnId), provider: optional(ProviderId),
});
