/** The turns of this process: starts them, hands them what the host says, forgets them when they end. What an agent does is decided in `@axion/agent`. */
import { randomUUID } from "node:crypto";
import { type AgentFiles, Turn, compactSession } from "@axion/agent";
import type { CompactParams, CompactResult, HttpPieceParams, RequestAnswer, SessionMode, TurnStartParams } from "@axion/protocol";
import { Broker } from "./broker.ts";
import { INVALID_PARAMS, type Methods, type Peer, RpcFailure } from "./peer.ts";
import { idOf, invalid, record, refuse } from "./read.ts";
import { modelOf, turnWorld } from "./turn-world.ts";

const modes: ReadonlySet<unknown> = new Set<SessionMode>(["read-only", "ask", "accept-edits"]);
const kinds: ReadonlySet<unknown> = new Set(["demo", "openai-chat", "openai-responses", "anthropic", "ollama"]);

const modeOf = (value: unknown): SessionMode => {
  if (!modes.has(value)) throw invalid("mode is none that there is");
  return value as SessionMode;
};
const lists = (given: Readonly<Record<string, unknown>>, keys: readonly string[]) => {
  for (const key of keys) if (!Array.isArray(given[key])) throw invalid(`${key} must be a list`);
};
const checkModel = (value: unknown) => {
  const model = record(value);
  if (!kinds.has(model["kind"])) throw invalid("the model's kind is none that there is");
  idOf(model, "provider");
  record(model["model"]);
};

/** As much of the frame as would otherwise fail later and less clearly; the host has checked the rest. */
const startParams = (params: unknown): TurnStartParams => {
  const given = record(params);
  for (const key of ["turnId", "messageId", "sessionId"]) idOf(given, key);
  modeOf(given["mode"]);
  if (!Number.isSafeInteger(given["now"])) throw invalid("now must be a whole number");
  lists(given, ["folders", "seenInstructions", "graphs", "messages", "blobs", "journal"]);
  record(given["guards"]);
  record(given["compaction"]);
  checkModel(given["model"]);
  return given as unknown as TurnStartParams;
};
const compactParams = (params: unknown): CompactParams => {
  const given = record(params);
  idOf(given, "turnId");
  lists(given, ["messages", "blobs"]);
  checkModel(given["model"]);
  return given as unknown as CompactParams;
};
const pieceParams = (params: unknown): HttpPieceParams => {
  const given = record(params);
  idOf(given, "requestId");
  const { piece, data } = given;
  if ((piece !== "data" && piece !== "end" && piece !== "error") || (data !== undefined && typeof data !== "string")) throw invalid("this is no piece of a body");
  return given as unknown as HttpPieceParams;
};
const answerOf = (value: unknown): RequestAnswer => {
  const { option, text, by } = record(value);
  return { ...(typeof option === "string" && { option }), ...(typeof text === "string" && { text }), ...((by === "person" || by === "mode" || by === "nobody") && { by }) };
};

export class Turns {
  readonly #active = new Map<string, Turn>();
  readonly #compacting = new Map<string, AbortController>();
  readonly #files: AgentFiles;
  readonly #peer: () => Peer;
  readonly #broker: Broker;
  readonly #log: (level: "warn" | "error", text: string) => void;

  /** `peer` is asked for late, because it needs the methods first. */
  constructor(files: AgentFiles, peer: () => Peer, log: (level: "warn" | "error", text: string) => void) {
    this.#files = files;
    this.#peer = peer;
    this.#log = log;
    this.#broker = new Broker(peer, randomUUID);
  }

  methods(): Methods {
    return new Map<string, (params: unknown) => unknown>([
      ["turn_start", (params) => this.#start(startParams(params))],
      ["turn_steer", (params) => this.#steer(record(params))],
      ["turn_unsteer", (params) => ({ taken: this.#turn(record(params))?.unsteer(idOf(record(params), "queuedId")) ?? false })],
      ["turn_cancel", (params) => this.#cancel(record(params))],
      ["turn_answer", (params) => this.#answer(record(params))],
      ["turn_mode", (params) => { this.#turn(record(params))?.setMode(modeOf(record(params)["mode"])); return {}; }],
      ["compact", (params) => this.#compact(compactParams(params))],
      ["http_piece", (params) => { this.#broker.piece(pieceParams(params)); return {}; }],
    ]);
  }

  #turn(params: Readonly<Record<string, unknown>>): Turn | undefined {
    return this.#active.get(idOf(params, "turnId"));
  }

  #start(params: TurnStartParams): { readonly started: boolean } {
    const { turnId } = params;
    if (this.#active.has(turnId)) throw refuse({ code: "conflict", message: `The turn ${turnId} is at work here already.` });
    const turn = new Turn({ params, ports: turnWorld(params, this.#peer(), this.#files, this.#broker) });
    this.#active.set(turnId, turn);
    turn.done.catch((thrown: unknown) => {
      // Its history cannot be kept, so it stopped; the host knows, unless it is the one that is wrong.
      this.#log("error", `turn ${turnId} stopped: ${thrown instanceof Error ? thrown.message : String(thrown)}`);
    }).finally(() => this.#active.delete(turnId));
    // The answer goes first: what the turn writes is ordered after it.
    setImmediate(() => turn.start());
    return { started: true };
  }

  #steer(params: Readonly<Record<string, unknown>>): object {
    const { text } = params;
    if (typeof text !== "string") throw invalid("text is missing");
    const turn = this.#turn(params);
    if (turn === undefined) throw new RpcFailure(INVALID_PARAMS, "this turn is not at work here");
    turn.steer(idOf(params, "queuedId"), text);
    return {};
  }

  #cancel(params: Readonly<Record<string, unknown>>): object {
    this.#turn(params)?.cancel();
    this.#compacting.get(idOf(params, "turnId"))?.abort(new RpcFailure(INVALID_PARAMS, "the compaction was stopped"));
    return {};
  }

  #answer(params: Readonly<Record<string, unknown>>): object {
    const { ts } = params;
    this.#turn(params)?.answer(idOf(params, "requestId"), answerOf(params["answer"]), typeof ts === "number" ? ts : Date.now());
    return {};
  }

  async #compact(params: CompactParams): Promise<CompactResult> {
    const { turnId } = params;
    if (this.#compacting.has(turnId)) throw refuse({ code: "conflict", message: "This is being compacted already." });
    const stop = new AbortController();
    this.#compacting.set(turnId, stop);
    try {
      return await compactSession(params, modelOf(turnId, params.model, this.#broker), randomUUID().slice(-12), stop.signal);
    } finally {
      this.#compacting.delete(turnId);
    }
  }
}
