/** The client for a turn's model, by the kind of its provider. */
import type { ModelClient } from "@axion/agent/model";
import type { TurnModel } from "@axion/protocol";
import { anthropic } from "./anthropic/index.ts";
import { type Protocol, converse } from "./converse.ts";
import { demoModel } from "./demo/index.ts";
import { ollama } from "./ollama/index.ts";
import { openaiChat } from "./openai-chat/index.ts";
import { openaiResponses } from "./openai-responses/index.ts";
import type { ModelPorts } from "./ports.ts";

const PROTOCOLS: Readonly<Record<Exclude<TurnModel["kind"], "demo">, Protocol>> = { "openai-chat": openaiChat, "openai-responses": openaiResponses, anthropic, ollama };

export const createModel = (turnModel: Pick<TurnModel, "kind" | "silenceMs">, ports: ModelPorts): ModelClient => {
  if (turnModel.kind === "demo") return demoModel(ports.clock);
  const protocol = PROTOCOLS[turnModel.kind];
  return { stream: (request, signal) => converse(ports, protocol, { ...request, silenceMs: turnModel.silenceMs }, signal) };
};
