/** Anthropic Messages: `POST messages`, answered as server-sent events with types of their own. */
import type { Protocol } from "../converse.ts";
import { anthropicReader } from "./reply.ts";
import { THINKING, anthropicBody } from "./request.ts";

export const anthropic: Protocol = {
  path: "/messages",
  headers: { "anthropic-version": "2023-06-01" },
  framing: "events",
  extras: [{ name: THINKING, refusedBy: /thinking|adaptive|budget_tokens/i }],
  body: anthropicBody,
  reader: anthropicReader,
};
