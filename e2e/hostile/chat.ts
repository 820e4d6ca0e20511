/** What the tests do with sessions: provide a model, send, and see how an answer ended and that the chat goes on. */
import assert from "node:assert/strict";
import type { ErrorInfo, Message, MessageResponse, SessionInfo } from "@axion/protocol";
import type { Line } from "./core.ts";

export const provide = (line: Line, name: string, kind: string, baseUrl: string, more: object = {}): Promise<unknown> =>
  line.call("update_config", { key: `providers.${name}`, value: { kind, baseUrl, enabled: true, ...more } });

export const open = async (line: Line, sessionId: string, model: string, more: object = {}): Promise<string> => {
  await line.call<SessionInfo>("create_session", { sessionId, model, ...more });
  return sessionId;
};
export const messages = (line: Line, sessionId: string): Promise<readonly Message[]> => line.call("get_messages", { sessionId });
export const send = (line: Line, sessionId: string, content: string): Promise<MessageResponse> => line.call("send_message", { sessionId, content });

export interface Ended { readonly error: Pick<ErrorInfo, "message"> & { readonly code: string } | undefined; readonly chunks: string }

/** Sends as a window does, and waits for the one event that ends the answer. */
export const stream = async (line: Line, sessionId: string, content: string, ms = 60_000): Promise<Ended> => {
  const from = line.heard.length;
  await line.call("send_message_streaming", { sessionId, content });
  const ofIt = ({ params }: { readonly params: { readonly [key: string]: unknown } }) => params["sessionId"] === sessionId;
  const isEnd = (method: string) => method === "stream-end" || method === "stream-error";
  const end = await line.wait(`the end of the answer to ${content.slice(0, 40)}`, (heard) => line.heard.indexOf(heard) >= from && isEnd(heard.method) && ofIt(heard), ms);
  const mine = line.heard.slice(from).filter(ofIt);
  assert.equal(mine.filter(({ method }) => isEnd(method)).length, 1, "an answer ends once");
  const chunks = mine.filter(({ method }) => method === "stream-chunk").map(({ params }) => params);
  assert.deepEqual(chunks.map(({ index }) => index), chunks.map((_, at) => at), "chunks are numbered from 0 without a gap");
  return { error: end.method === "stream-error" ? { code: String(end.params["code"]), message: String(end.params["message"]) } : undefined, chunks: chunks.map(({ content: text }) => text).join("") };
};

/** The question and the answer that failed: both are kept, and the error says what happened, what is kept and what to do. */
export const failedAnswer = async (line: Line, sessionId: string, question: string): Promise<Message> => {
  const [asked, answer, ...more] = await messages(line, sessionId);
  assert.equal(more.length, 0);
  assert.equal(asked?.content, question, "the question is kept");
  assert.ok(answer !== undefined && answer.role === "assistant" && answer.parentId === asked.id);
  assert.equal(answer.state, "failed");
  const { error } = answer;
  assert.ok(error !== undefined && error.message.length > 20 && (error.hint ?? "").length > 10, JSON.stringify(error));
  assert.match(error.message, /\bkept\b/);
  return answer;
};

/** The next message is answered as if nothing had been. The scripted servers repeat what they were told where no reply fits. */
export const goesOn = async (line: Line, sessionId: string): Promise<void> => {
  const before = (await messages(line, sessionId)).length;
  const { content } = await send(line, sessionId, "Are you there?");
  assert.equal(content, "You said: Are you there?");
  assert.equal((await messages(line, sessionId)).length, before + 2);
  assert.equal((await line.call<SessionInfo>("get_session", { sessionId })).state, "idle");
};
