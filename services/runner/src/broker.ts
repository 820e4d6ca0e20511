/**
 * `fetch` over the host: the runner has no network, so a request is handed to the host (`http_open`), which makes the address, adds the key and decides whether it may leave. The reply's
 * body comes piece by piece, never more than there is credit for; credit is given back as the body is read, so a slow reader slows the sender.
 */
import { ModelFailure, type ModelFailureKind } from "@axion/agent";
import { LIMITS, type ModelFetch, type ModelFetchInit } from "@axion/models";
import type { HttpPieceParams, StepError } from "@axion/protocol";
import { MessageTooLarge, type Peer, RpcFailure } from "./peer.ts";

/** What the host may send before the first `http_more`, and how much is read before more is allowed. */
const FIRST_CREDIT = 262_144;
const GIVE_BACK = 65_536;

export interface BrokeredFor { readonly turnId: string; readonly provider: string; readonly idleMs: number }

/** One reply's body, from the pieces of the host to a stream. */
class Body {
  readonly stream: ReadableStream<Uint8Array>;
  readonly #queue: Uint8Array[] = [];
  #held = 0;
  #read = 0;
  #ended = false;
  #failure: Error | undefined;
  #wake: (() => void) | undefined;

  constructor(more: (bytes: number) => void, close: () => void) {
    this.stream = new ReadableStream<Uint8Array>({
      pull: async (controller) => {
        while (this.#queue.length === 0 && !this.#ended && this.#failure === undefined) await new Promise<void>((resolve) => { this.#wake = resolve; });
        const piece = this.#queue.shift();
        if (piece !== undefined) {
          this.#held -= piece.length;
          this.#read += piece.length;
          if (this.#read >= GIVE_BACK) {
            more(this.#read);
            this.#read = 0;
          }
          controller.enqueue(piece);
        } else if (this.#failure !== undefined) controller.error(this.#failure);
        else controller.close();
      },
      cancel: close,
    }, { highWaterMark: 0 });
  }

  add(bytes: Uint8Array): void {
    this.#held += bytes.length;
    // The host sends no more than it was allowed; one that does is not believed any more.
    if (this.#held > FIRST_CREDIT * 2) this.fail(new ModelFailure("protocol", "The host sent more of a reply than it was allowed."));
    else if (!this.#ended) this.#queue.push(bytes);
    this.#wakeUp();
  }
  end(): void {
    this.#ended = true;
    this.#wakeUp();
  }
  fail(error: Error): void {
    this.#failure ??= error;
    this.#wakeUp();
  }
  #wakeUp(): void {
    this.#wake?.();
    this.#wake = undefined;
  }
}

const kinds: Readonly<Record<string, ModelFailureKind>> = {
  blocked: "blocked", forbidden: "auth", no_key: "auth", not_found: "refused", no_model: "refused", invalid_params: "refused", busy: "rate", timeout: "timeout", too_large: "protocol", protocol: "protocol",
};
const failureOf = (error: Partial<StepError> | undefined, otherwise: string): ModelFailure =>
  new ModelFailure(kinds[error?.code ?? ""] ?? "network", error?.message ?? otherwise, error?.hint === undefined ? {} : { hint: error.hint });

export class Broker {
  readonly #peer: () => Peer;
  readonly #newId: () => string;
  readonly #open = new Map<string, Body>();

  constructor(peer: () => Peer, newId: () => string) {
    this.#peer = peer;
    this.#newId = newId;
  }

  /** A piece from the host. One for a request that is over is dropped. */
  piece({ requestId, piece, data, error }: HttpPieceParams): void {
    const body = this.#open.get(requestId);
    if (body === undefined) return;
    if (piece === "data") {
      body.add(Buffer.from(data ?? "", "base64"));
      return;
    }
    this.#open.delete(requestId);
    if (piece === "end") body.end();
    // What was an answer and stops being one broke off on its way.
    else body.fail(failureOf(error?.code === "protocol" ? { ...error, code: "network" } : error, "The connection to the provider was cut."));
  }

  fetchFor(asking: BrokeredFor): ModelFetch {
    return async (url: string, init: ModelFetchInit): Promise<Response> => {
      const { pathname, search } = new URL(url);
      const requestId = this.#newId();
      const peer = this.#peer();
      const close = () => {
        if (this.#open.delete(requestId)) tellSafely(peer, "http_close", { requestId });
      };
      const body = new Body((bytes) => { if (this.#open.has(requestId)) tellSafely(peer, "http_more", { requestId, bytes }); }, close);
      this.#open.set(requestId, body);
      const stop = () => {
        body.fail(init.signal.reason instanceof Error ? init.signal.reason : new DOMException("The request was stopped.", "AbortError"));
        close();
      };
      if (init.signal.aborted) {
        close();
        throw init.signal.reason;
      }
      init.signal.addEventListener("abort", stop, { once: true });
      try {
        const head = await peer.ask("http_open", JSON.stringify({
          requestId, turnId: asking.turnId, provider: asking.provider, method: init.method, path: `${pathname}${search}`, headers: init.headers, body: init.body, idleMs: asking.idleMs, maxBytes: LIMITS.maxBytes,
        }));
        return responseOf(head, body);
      } catch (thrown) {
        close();
        if (init.signal.aborted) throw init.signal.reason;
        if (thrown instanceof MessageTooLarge) throw new ModelFailure("context", `The request has ${init.body.length} characters, more than can be sent at once. Nothing was sent.`);
        if (thrown instanceof RpcFailure) throw failureOf(isStepError(thrown.data) ? thrown.data : undefined, thrown.message);
        throw thrown;
      }
    };
  }
}

const isStepError = (value: unknown): value is StepError =>
  typeof value === "object" && value !== null && "code" in value && typeof value.code === "string" && "message" in value && typeof value.message === "string";

/** When the channel is over there is nobody left to be told. */
const tellSafely = (peer: Peer, method: string, params: object): void => {
  try {
    peer.tell(method, JSON.stringify(params));
  } catch {
    // The peer's end is noticed elsewhere.
  }
};

const responseOf = (head: unknown, body: Body): Response => {
  const { status, headers } = (typeof head === "object" && head !== null ? head : {}) as { readonly status?: unknown; readonly headers?: unknown };
  if (typeof status !== "number" || !Number.isInteger(status) || status < 200 || status > 599) throw new ModelFailure("protocol", "The host's answer to a request makes no sense.");
  const list = new Headers();
  for (const [name, value] of Object.entries(typeof headers === "object" && headers !== null ? headers : {})) {
    try {
      list.append(name, String(value));
    } catch {
      // A header that is none is left out.
    }
  }
  const empty = status === 204 || status === 205 || status === 304;
  return new Response(empty ? null : body.stream, { status, headers: list });
};
