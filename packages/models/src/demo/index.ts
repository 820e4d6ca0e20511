/**
 * The demo agent: a scripted stand-in for a model, so that everything about a chat can be tried with no network and no model, and so that tests are exact.
 * It always says that it is a script. Words come one at a time by the given clock; the same messages give the same parts.
 */
import type { ModelClient, ModelFailure, ModelFailureKind, ModelMessage, ModelPart, ModelRequest } from "@axion/agent/model";
import { failure } from "../http/failures.ts";
import type { ModelClock } from "../ports.ts";
import { sceneOf } from "./scene.ts";
import { scriptOf } from "./scripts.ts";

export { DEMO_NOTICE } from "./scripts.ts";

const WORD_MS = 15;
const TOKEN_CHARS = 4;
const IMAGE_TOKENS = 800;

/** Resolves after so long; rejects with the signal's reason. */
const pause = (clock: ModelClock, ms: number, signal: AbortSignal): Promise<void> => new Promise((resolve, reject) => {
  signal.throwIfAborted();
  const stop = () => { cancel(); reject(signal.reason); };
  const cancel = clock.timer(ms, () => { signal.removeEventListener("abort", stop); resolve(); });
  signal.addEventListener("abort", stop, { once: true });
});

const tokens = (length: number) => Math.ceil(length / TOKEN_CHARS);
const sizeOf = (message: ModelMessage): number => message.role === "tool"
  ? tokens(message.output.length)
  : message.parts.reduce((sum, part) => sum + (part.type === "image" ? IMAGE_TOKENS : tokens(part.type === "tool-call" ? part.arguments.length + part.name.length : part.text.length)), 0);

const FAILURES: Readonly<Record<ModelFailureKind, string>> = {
  auth: "the key was refused", rate: "there were too many requests", server: "the server failed", protocol: "the answer made no sense", timeout: "nothing came for too long",
  refused: "the request was refused", context: "the conversation was too long", network: "the connection broke", blocked: "the request was not let out",
};
const madeUp = (kind: ModelFailureKind): ModelFailure =>
  failure(kind, `The demo agent plays a failure: ${FAILURES[kind]}.`, { hint: "Nothing is wrong: you asked for it. Say something else to go on.", ...(kind === "rate" && { retryAfterMs: 500 }) });

/** Words with the space that follows them. */
const wordsOf = (text: string): readonly string[] => text.match(/\s*\S+\s*/g) ?? [];

async function* play(clock: ModelClock, request: ModelRequest, signal: AbortSignal): AsyncGenerator<ModelPart, void, undefined> {
  signal.throwIfAborted();
  // It cannot sum anything up; whoever asks makes an extract then.
  const last = request.messages.at(-1);
  if (request.tools.length === 0 && last?.role === "user" && last.parts.some((part) => part.type === "text" && part.text.trimEnd().endsWith("Write the summary."))) {
    throw failure("refused", "The demo agent is a script and cannot summarise.", { hint: "An extract is made instead." });
  }
  const scene = sceneOf(request);
  const step = scriptOf(scene.word)(scene);
  const wordMs = step.wordMs ?? WORD_MS;
  yield { type: "model", id: request.model.name };
  const inputTokens = tokens(request.system.length) + request.messages.reduce((sum, message) => sum + sizeOf(message), 0) + tokens(JSON.stringify(request.tools).length);
  yield { type: "usage", inputTokens, outputTokens: 0 };
  if (step.waitMs !== undefined && step.waitMs > 0) await pause(clock, step.waitMs, signal);
  // A break may have trimmed what was said at its end, or not.
  const told = step.says.startsWith(scene.said) ? scene.said.length : step.says.startsWith(scene.said.trimEnd()) ? scene.said.trimEnd().length : 0;
  if (step.thinks !== undefined && told === 0) {
    for (const word of wordsOf(step.thinks)) {
      await pause(clock, wordMs, signal);
      yield { type: "reasoning", text: word };
    }
  }
  for (const word of wordsOf(step.says.slice(told))) {
    await pause(clock, wordMs, signal);
    yield { type: "text", text: word };
  }
  if (step.fails !== undefined) throw madeUp(step.fails);
  const calls = step.calls ?? [];
  const before = request.messages.reduce((sum, message) => sum + (message.role === "tool" ? 1 : 0), 0);
  for (const [index, call] of calls.entries()) yield { type: "tool-call", callId: `demo_${before + index + 1}`, name: call.name, arguments: JSON.stringify(call.arguments) };
  const reasoningTokens = tokens(step.thinks?.length ?? 0);
  yield { type: "usage", inputTokens, outputTokens: tokens(step.says.length) + reasoningTokens + tokens(JSON.stringify(calls).length), ...(reasoningTokens > 0 && { reasoningTokens }) };
  yield { type: "finish", reason: calls.length > 0 ? "tool-calls" : "stop" };
}

export const demoModel = (clock: ModelClock): ModelClient => ({ stream: (request, signal) => play(clock, request, signal) });
