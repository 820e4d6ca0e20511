/** Reads the lines of Ollama's chat: each a piece of a message, the last with the counts. Tool calls come whole, in older versions without an id. */
import type { FinishReason } from "@axion/agent/model";
import type { ReplyReader } from "../converse.ts";
import type { Assembly } from "../reply/assembly.ts";
import { at, countAt, isUnknowns, listOf, textAt } from "../reply/json.ts";

const finishOf = (word: string | undefined): FinishReason => word === undefined || word === "stop" ? "stop" : word === "length" ? "length" : "other";

export const ollamaReader = (assembly: Assembly): ReplyReader => {
  let calls = 0;
  const frame = (value: unknown): void => {
    assembly.model(textAt(value, "model"));
    const message = at(value, "message");
    assembly.reasoningIn("thinking", textAt(message, "thinking"));
    assembly.text(textAt(message, "content"));
    for (const call of listOf(at(message, "tool_calls"))) {
      const given = at(call, "function", "arguments");
      calls += 1;
      const key = `c${calls}`;
      assembly.callPiece(key, { id: textAt(call, "id"), name: textAt(call, "function", "name"), arguments: isUnknowns(given) ? JSON.stringify(given) : typeof given === "string" ? given : undefined });
      assembly.callEnd(key);
    }
    if (at(value, "done") !== true) return;
    assembly.counts({ inputTokens: countAt(value, "prompt_eval_count"), outputTokens: countAt(value, "eval_count") });
    assembly.finish(finishOf(textAt(value, "done_reason")));
    assembly.close();
  };
  return { frame, whole: frame };
};
