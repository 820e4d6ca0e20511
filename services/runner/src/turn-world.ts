/** The agent's ports in this process: Node's clock and files, the model through the broker, and the host for everything that is kept or asked. */
import { createHash, randomUUID } from "node:crypto";
import type { AgentFiles, TurnPorts } from "@axion/agent";
import { type Json, StepFailure, isRecord } from "@axion/engine";
import { BROKER_BEHIND_MS, createModel, idleMsOf } from "@axion/models";
import type { GraphRunResult, RecallResult, TurnModel } from "@axion/protocol";
import type { Broker } from "./broker.ts";
import { type Peer, RpcFailure } from "./peer.ts";
import { clock } from "./world.ts";

export const modelOf = (turnId: string, model: TurnModel, broker: Broker) =>
  createModel(model, { clock, fetch: broker.fetchFor({ turnId, provider: model.provider, idleMs: idleMsOf(model) + BROKER_BEHIND_MS }) });

/** A lone surrogate is written by JSON as an escape that the host cannot read. Texts are mended where they arise; this is the fence behind it. */
const wellFormed = (value: object): string => {
  const text = JSON.stringify(value);
  return text.includes("\\ud") ? JSON.stringify(value, (_key, each: unknown) => (typeof each === "string" ? each.toWellFormed() : each)) : text;
};

/** What the host refused, in its own words. */
const refusal = (thrown: unknown, what: string): Error => {
  if (!(thrown instanceof RpcFailure)) return thrown instanceof Error ? thrown : new Error(String(thrown));
  const data: unknown = thrown.data;
  const code = isRecord(data) && typeof data["code"] === "string" ? data["code"] : "refused_by_host";
  const hint = isRecord(data) && typeof data["hint"] === "string" ? data["hint"] : undefined;
  return new StepFailure(code, `${what} ${thrown.message}`, hint);
};

export const turnWorld = (turn: { readonly turnId: string; readonly messageId: string; readonly model: TurnModel }, peer: Peer, files: AgentFiles, broker: Broker): TurnPorts => {
  const { turnId, messageId } = turn;
  const put = new Set<string>();
  const told = (method: string, params: object) => {
    try {
      peer.tell(method, wellFormed(params));
    } catch {
      // What is shown ahead may be lost; what is kept follows.
    }
  };
  /** The host cannot be told to stop here; it stops by itself when the turn ends. */
  const ask = async (method: string, params: object, what: string): Promise<unknown> => {
    try {
      return await peer.ask(method, wellFormed(params));
    } catch (thrown) {
      throw refusal(thrown, what);
    }
  };
  return {
    clock, files,
    model: modelOf(turnId, turn.model, broker),
    random: Math.random,
    newId: randomUUID,
    hash: (text) => createHash("sha256").update(text).digest("hex"),
    append: async (events) => { await peer.ask("turn_append", wellFormed({ turnId, events })); },
    showText: (piece) => told("turn_delta", { turnId, messageId, ...piece }),
    showTool: (callId, text) => told("tool_delta", { turnId, callId, text }),
    blobs: {
      put: async (json) => {
        const hash = createHash("sha256").update(json).digest("hex");
        if (!put.has(hash)) await ask("blob_put", { runId: turnId, hash, json }, `A result of ${json.length} characters could not be kept.`);
        put.add(hash);
        return hash;
      },
    },
    runGraph: async ({ callId, runId, graphId, input }) => (await ask("graph_run", { turnId, callId, runId, graphId, input: input as Json }, "The graph could not be run.")) as GraphRunResult,
    recall: async (wanted) => (await ask("recall", { turnId, ...wanted }, "The transcript could not be searched.")) as RecallResult,
  };
};

