/**
 * One model call, from the request to the last part, whichever protocol. A protocol says how a request is written and how a frame is read; the order of things,
 * limits, failures and the few second tries with a plainer request are here.
 */
import { ModelFailure, type ModelPart, type ModelRequest } from "@axion/agent/model";
import { Exchange } from "./http/exchange.ts";
import { eventFrames, lineFrames } from "./http/frames.ts";
import { failure, failureInReply, isErrorValue } from "./http/failures.ts";
import { type ModelPorts, idleMsOf } from "./ports.ts";
import { Assembly } from "./reply/assembly.ts";

/** Reads the frames of one reply, in order. Frames that it does not know are passed over. */
export interface ReplyReader {
  frame(value: unknown): void;
  /** The same reply as one document. */
  whole(value: unknown): void;
}

/** Something of a request that some servers do not know, and the words by which they say so: it is left out then, once. */
export interface Extra {
  readonly name: string;
  readonly refusedBy: RegExp;
}

export interface Protocol {
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly framing: "events" | "lines";
  readonly extras: readonly Extra[];
  body(request: ModelRequest, without: ReadonlySet<string>): unknown;
  reader(assembly: Assembly): ReplyReader;
}

/** A request, and how long its model may say nothing. */
export interface Asked extends ModelRequest { readonly silenceMs: number | undefined }

const openReply = async (ports: ModelPorts, protocol: Protocol, request: Asked, signal: AbortSignal): Promise<{ readonly exchange: Exchange; readonly response: Response }> => {
  const without = new Set<string>();
  for (;;) {
    const exchange = new Exchange(ports, { provider: request.model.provider, local: request.model.local, ms: idleMsOf(request) }, signal);
    try {
      const response = await exchange.open({ path: protocol.path, ...(protocol.headers !== undefined && { headers: protocol.headers }), body: protocol.body(request, without) });
      return { exchange, response };
    } catch (error) {
      exchange.close();
      const extra = error instanceof ModelFailure && error.kind === "refused" ? protocol.extras.find((one) => !without.has(one.name) && one.refusedBy.test(error.message)) : undefined;
      if (extra === undefined) throw error;
      without.add(extra.name);
    }
  }
};

export async function* converse(ports: ModelPorts, protocol: Protocol, request: Asked, signal: AbortSignal): AsyncGenerator<ModelPart, void, undefined> {
  const { exchange, response } = await openReply(ports, protocol, request, signal);
  try {
    const assembly = new Assembly(request);
    const reader = protocol.reader(assembly);
    const frames = (protocol.framing === "events" ? eventFrames : lineFrames)(exchange.text(response), () => exchange.heard());
    let waitsForCounts = false;
    let problem: unknown;
    try {
      for await (const list of frames) {
        for (const frame of list) {
          if (assembly.closed) break;
          if (frame.kind === "end") { assembly.close(true); continue; }
          if (isErrorValue(frame.value) && !assembly.finished) throw failureInReply(frame.value);
          if (frame.kind === "whole") reader.whole(frame.value);
          else reader.frame(frame.value);
        }
        yield* assembly.take();
        if (assembly.closed) return;
        if (assembly.finished && !waitsForCounts) {
          waitsForCounts = true;
          exchange.almostDone();
        }
      }
    } catch (error) {
      signal.throwIfAborted();
      // A reply that had finished is whole, whatever becomes of its connection.
      if (!assembly.finished) problem = error instanceof ModelFailure ? error : failure("protocol", "The provider's reply could not be read.");
    }
    yield* assembly.take();
    if (problem !== undefined) throw problem;
    assembly.close();
    yield* assembly.take();
  } finally {
    exchange.close();
  }
}
