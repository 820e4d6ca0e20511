/**
 * JSON-RPC 2.0 both ways over a channel: asks the host, answers it. Knows frames and envelopes, no methods.
 * A broken envelope is answered or dropped; a frame over the limit, or the end of the channel, ends the peer.
 */
import type { Channel } from "./channel.ts";
import { frameReader, MAX_FRAME_OUT } from "./frames.ts";

export class RpcFailure extends Error {
  readonly code: number;
  readonly data: unknown;
  constructor(code: number, message: string, data?: unknown) {
    super(message);
    this.code = code;
    this.data = data;
  }
}
/** Nothing was sent. */
export class MessageTooLarge extends RpcFailure {}
export const METHOD_NOT_FOUND = -32601;
export const INVALID_PARAMS = -32602;
export const INTERNAL_ERROR = -32603;

export type Methods = ReadonlyMap<string, (params: unknown) => unknown>;

interface Envelope { jsonrpc?: unknown; id?: unknown; method?: unknown; params?: unknown; result?: unknown; error?: { code?: unknown; message?: unknown; data?: unknown } }

export class Peer {
  readonly #channel: Channel;
  readonly #methods: Methods;
  readonly #pending = new Map<number, { resolve(value: unknown): void; reject(error: Error): void }>();
  #nextId = 1;
  /** Settles when the channel is over. */
  readonly ended: Promise<void>;

  constructor(channel: Channel, methods: Methods) {
    this.#channel = channel;
    this.#methods = methods;
    const read = frameReader((frame) => this.#take(frame));
    this.ended = new Promise((resolve) => {
      const end = () => {
        channel.input.removeAllListeners("data");
        for (const { reject } of this.#pending.values()) reject(new RpcFailure(INTERNAL_ERROR, "the host is gone"));
        this.#pending.clear();
        resolve();
      };
      channel.input.on("data", (chunk: Buffer) => {
        try {
          read(chunk);
        } catch {
          end();
        }
      });
      channel.input.once("end", end);
      channel.input.once("close", end);
      channel.input.once("error", end);
      channel.output.once("error", end);
    });
  }

  /** Asks the host. `params` is JSON text, because the engine writes events as text already. */
  ask(method: string, params: string): Promise<unknown> {
    const id = this.#nextId;
    this.#nextId += 1;
    return new Promise((resolve, reject) => {
      this.#pending.set(id, { resolve, reject });
      try {
        this.#send(`{"jsonrpc":"2.0","id":${id},"method":"${method}","params":${params}}\n`);
      } catch (error) {
        this.#pending.delete(id);
        reject(error as Error);
      }
    });
  }

  /** Tells the host something that needs no answer. */
  tell(method: string, params: string): void {
    this.#send(`{"jsonrpc":"2.0","method":"${method}","params":${params}}\n`);
  }

  #send(frame: string): void {
    // Three bytes of UTF-8 a unit at most: the exact count is needed only near the limit.
    if (frame.length * 3 > MAX_FRAME_OUT && Buffer.byteLength(frame) > MAX_FRAME_OUT) {
      throw new MessageTooLarge(INTERNAL_ERROR, `a message of ${frame.length} characters is too large for the channel`);
    }
    this.#channel.output.write(frame);
  }

  #take(frame: string): void {
    let message: Envelope;
    try {
      message = JSON.parse(frame) as Envelope;
    } catch {
      return;
    }
    if (typeof message !== "object" || message === null || message.jsonrpc !== "2.0") return;
    if (typeof message.method === "string") void this.#answer(message.method, message.id, message.params);
    else if (typeof message.id === "number") this.#settle(message.id, message);
  }

  #settle(id: number, message: Envelope): void {
    const waiting = this.#pending.get(id);
    if (waiting === undefined) return;
    this.#pending.delete(id);
    if (message.error === undefined) waiting.resolve(message.result);
    else waiting.reject(new RpcFailure(Number(message.error.code), String(message.error.message), message.error.data));
  }

  async #answer(method: string, id: unknown, params: unknown): Promise<void> {
    const respond = (body: string) => {
      if (id !== undefined) this.#send(`{"jsonrpc":"2.0","id":${JSON.stringify(id)},${body}}\n`);
    };
    try {
      const run = this.#methods.get(method);
      if (run === undefined) throw new RpcFailure(METHOD_NOT_FOUND, `there is no method ${method}`);
      respond(`"result":${JSON.stringify((await run(params)) ?? null)}`);
    } catch (thrown) {
      const failure = thrown instanceof RpcFailure ? thrown : new RpcFailure(INTERNAL_ERROR, thrown instanceof Error ? thrown.message : String(thrown));
      respond(`"error":${JSON.stringify({ code: failure.code, message: failure.message, data: failure.data })}`);
    }
  }
}
