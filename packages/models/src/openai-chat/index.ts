/** Chat completions: `POST chat/completions`, answered as server-sent events. */
import type { Protocol } from "../converse.ts";
import { chatReader } from "./reply.ts";
import { USAGE_WISH, chatBody } from "./request.ts";

export const openaiChat: Protocol = {
  path: "/chat/completions",
  framing: "events",
  extras: [{ name: USAGE_WISH, refusedBy: /stream_options|include_usage/i }],
  body: chatBody,
  reader: chatReader,
};
