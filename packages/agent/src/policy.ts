/** Who may run what: a call passes, is asked about, or is refused, by the session's mode and by what the tool says of itself. Nothing that a model or a file says comes in here. */
import type { SessionMode } from "@axion/protocol";
import type { Tool } from "./tools/tool.ts";

export type Verdict = { readonly type: "pass" } | { readonly type: "ask" } | { readonly type: "refuse"; readonly why: string };

export const judge = (mode: SessionMode, tool: Tool): Verdict => {
  if (tool.safety.readOnly) return { type: "pass" };
  if (mode === "read-only") return { type: "refuse", why: `This chat is in read-only mode, so ${tool.name} is not allowed. Nothing was changed. Say what you would change; the person can change the mode.` };
  return mode === "accept-edits" && tool.edits === true ? { type: "pass" } : { type: "ask" };
};
