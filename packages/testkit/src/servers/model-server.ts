/**
 * A real HTTP server on loopback that speaks a model provider's protocol by a script, faults included, and answers the questions that are asked before the first
 * chat. For tests of clients, of the broker and of whole applications; it keeps what it was asked.
 */
import { type IncomingMessage, type Server, type ServerResponse, createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { anthropic } from "./anthropic.ts";
import { discovery } from "./discovery.ts";
import { type Sent, framesOf } from "./frames.ts";
import { ollama } from "./ollama.ts";
import { openaiChat } from "./openai-chat.ts";
import { openaiResponses } from "./openai-responses.ts";
import { DEFAULT_MODELS, ReplyChooser, type ScriptedReply, type ServerScript } from "./script.ts";
import type { Protocol, ProtocolName } from "./speech.ts";

export const PROTOCOLS: Readonly<Record<ProtocolName, Protocol>> = { "openai-chat": openaiChat, "openai-responses": openaiResponses, anthropic, ollama };
const MAX_BODY = 134_217_728;
const MAX_KEPT = 1000;
const PAGE = "<!doctype html>\n<html><head><title>Welcome to the portal</title></head><body><h1>Please log in</h1></body></html>\n";

export interface SeenRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  /** Parsed JSON, or the text where it is none. */
  readonly body: unknown;
}
export interface ModelServer {
  /** Without a path. */
  readonly url: string;
  readonly port: number;
  /** Base as a provider's configuration has it: with `/v1`, but for Ollama. */
  readonly base: string;
  readonly requests: readonly SeenRequest[];
  /** Replies that are being sent. */
  readonly open: number;
  /** Resolves when no reply is being sent any more. */
  idle(): Promise<void>;
  close(): Promise<void>;
}

const readBody = async (request: IncomingMessage): Promise<string> => {
  const pieces: Buffer[] = [];
  let bytes = 0;
  for await (const piece of request as AsyncIterable<Buffer>) {
    bytes += piece.length;
    if (bytes > MAX_BODY) throw new Error("The request is too large.");
    pieces.push(piece);
  }
  return Buffer.concat(pieces).toString("utf8");
};
const jsonOr = (text: string): unknown => {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
};
const answer = (response: ServerResponse, status: number, value: unknown, headers: Record<string, string> = {}): void => {
  const isText = typeof value === "string";
  response.writeHead(status, { "content-type": isText ? "text/html; charset=utf-8" : "application/json", ...headers });
  response.end(isText ? value : JSON.stringify(value));
};

/** Resolves after so long, or at once when the reader is gone. */
const pause = (ms: number, response: ServerResponse): Promise<void> => new Promise((resolve) => {
  const done = () => { clearTimeout(timer); response.off("close", done); resolve(); };
  const timer = setTimeout(done, ms);
  response.once("close", done);
});
/** Resolves when more may be written, or when the reader is gone. */
const drained = (response: ServerResponse): Promise<void> => new Promise((resolve) => {
  const done = () => { response.off("drain", done); response.off("close", done); resolve(); };
  response.once("drain", done);
  response.once("close", done);
});
const gone = (response: ServerResponse): Promise<void> => new Promise((resolve) => { if (response.destroyed) resolve(); else response.once("close", resolve); });

const sendFrames = async (response: ServerResponse, frames: Iterable<Sent>): Promise<void> => {
  for (const each of frames) {
    if (response.destroyed) return;
    if ("waitMs" in each) await pause(each.waitMs, response);
    else if ("send" in each) {
      if (!response.write(each.send) && !response.destroyed) await drained(response);
    } else if (each.last === "reset") {
      // What was written goes out first, then the connection is torn.
      await pause(20, response);
      response.socket?.resetAndDestroy();
      return;
    } else if (each.last === "hang") return gone(response);
    else { response.end(); return; }
  }
};

const reply = async (response: ServerResponse, protocol: Protocol, scripted: ScriptedReply, asked: string): Promise<void> => {
  const { fault } = scripted;
  const model = scripted.model ?? asked;
  if (fault?.kind === "status") {
    const message = fault.message ?? `Scripted ${fault.status}.`;
    return answer(response, fault.status, fault.html === true ? PAGE : protocol.refusal(fault.status, message), fault.retryAfter === undefined ? {} : { "retry-after": fault.retryAfter });
  }
  if (fault?.kind === "html") return answer(response, 200, PAGE);
  if (fault?.kind === "silence" && fault.after === undefined) return gone(response);
  if (scripted.whole === true) return answer(response, 200, protocol.whole(scripted, model));
  response.writeHead(200, { "content-type": protocol.contentType, "cache-control": "no-cache" });
  if (fault?.kind === "empty") { response.end(); return; }
  response.flushHeaders();
  await sendFrames(response, framesOf(scripted, protocol.speech(model)));
};

const isAllowed = (request: IncomingMessage, key: string | undefined): boolean =>
  key === undefined || request.headers.authorization === `Bearer ${key}` || request.headers["x-api-key"] === key;

export const startModelServer = async (options: { readonly protocol: ProtocolName; readonly script?: ServerScript; readonly port?: number }): Promise<ModelServer> => {
  const protocol = PROTOCOLS[options.protocol];
  const { replies = [], models = DEFAULT_MODELS, key } = options.script ?? {};
  const chooser = new ReplyChooser(replies);
  const requests: SeenRequest[] = [];
  const waiting = new Set<() => void>();
  let open = 0;

  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const path = new URL(request.url ?? "/", "http://127.0.0.1").pathname;
    const text = await readBody(request);
    const body = jsonOr(text);
    requests.push({ method: request.method ?? "", path, headers: request.headers, body });
    if (requests.length > MAX_KEPT) requests.shift();
    if (!isAllowed(request, key)) return answer(response, 401, protocol.refusal(401, "The key is wrong."));
    if (request.method === "POST" && path === protocol.path) {
      const asked = protocol.asked(body);
      return reply(response, protocol, chooser.choose(asked), asked.model);
    }
    const found = discovery(options.protocol, path, text, models);
    return found === undefined ? answer(response, 404, protocol.refusal(404, `Nothing is at ${path}.`)) : answer(response, 200, found);
  };

  const server: Server = createServer((request, response) => {
    open += 1;
    response.on("error", () => undefined);
    serve(request, response).catch(() => response.destroy()).finally(() => {
      open -= 1;
      if (open === 0) for (const wake of waiting) wake();
    });
  });
  // The reader's side may tear the connection at any time.
  server.on("connection", (socket) => socket.on("error", () => undefined));
  await new Promise<void>((resolve, reject) => { server.once("error", reject); server.listen(options.port ?? 0, "127.0.0.1", resolve); });
  const { port } = server.address() as AddressInfo;
  const url = `http://127.0.0.1:${port}`;
  return {
    url, port, base: options.protocol === "ollama" ? url : `${url}/v1`, requests,
    get open() { return open; },
    idle: () => new Promise((resolve) => {
      if (open === 0) return resolve();
      const wake = () => { waiting.delete(wake); resolve(); };
      waiting.add(wake);
    }),
    close: () => new Promise((resolve, reject) => { server.close((error) => error === undefined ? resolve() : reject(error)); server.closeAllConnections(); }),
  };
};
