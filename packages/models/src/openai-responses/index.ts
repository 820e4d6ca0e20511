/** OpenAI Responses: `POST responses`, answered as server-sent events with types of their own. */
import type { Protocol } from "../converse.ts";
import { responsesReader } from "./reply.ts";
import { SEAL_WISH, SUMMARY_WISH, responsesBody } from "./request.ts";

export const openaiResponses: Protocol = {
  path: "/responses",
  framing: "events",
  extras: [{ name: SUMMARY_WISH, refusedBy: /reasoning.{0,3}summar|summary|must be verified/i }, { name: SEAL_WISH, refusedBy: /encrypted.content|include/i }],
  body: responsesBody,
  reader: responsesReader,
};
