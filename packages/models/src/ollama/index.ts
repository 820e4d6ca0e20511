/** Ollama's own protocol: `POST api/chat`, answered as lines of JSON. */
import type { Protocol } from "../converse.ts";
import { ollamaReader } from "./reply.ts";
import { THINK, ollamaBody } from "./request.ts";

export const ollama: Protocol = {
  path: "/api/chat",
  framing: "lines",
  extras: [{ name: THINK, refusedBy: /does not support thinking|\bthink/i }],
  body: ollamaBody,
  reader: ollamaReader,
};
