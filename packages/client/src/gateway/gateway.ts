/** Builds a GatewayAdapter over a transport: typed calls, decoding, errors and subscriptions. Knows no transport itself. */
import type { CommandName, Params, Result } from "@axion/protocol";
import { Effect } from "effect";
import type { ConnectionStatus, GatewayAdapter, GatewayCapabilities, StreamName, WindowControls } from "./adapter.ts";
import { decodePush, decodeResult } from "./decode.ts";
import { BadReply, type GatewayError, isGatewayError } from "./errors.ts";
import type { Observable } from "./observable.ts";
import { Subscriptions } from "./subscriptions.ts";

export interface Transport {
  readonly status: Observable<ConnectionStatus>;
  /** Resolves with the raw result; rejects with a GatewayError. */
  send(command: CommandName, params: unknown): Promise<unknown>;
  /** What Core sends by itself, raw. Called once, before anything is sent. */
  onPush(listener: (message: unknown) => void): void;
  reconnect(): void;
  close(): void;
}

export interface GatewayOptions {
  readonly kind: GatewayAdapter["kind"];
  readonly capabilities: GatewayCapabilities;
  readonly window: WindowControls | undefined;
  readonly windowId: string;
  readonly startsAs?: string;
  readonly after: (ms: number, run: () => void) => () => void;
  readonly watchdogMs: number;
}

export const makeGateway = (transport: Transport, options: GatewayOptions): GatewayAdapter => {
  const callPromise = async <N extends CommandName>(name: N, params: Params<N>): Promise<Result<N>> => {
    try {
      return decodeResult(name, await transport.send(name, params));
    } catch (error) {
      throw asGatewayError(name, error);
    }
  };
  const subscriptions = new Subscriptions(
    {
      subscribe: (stream, from) => callPromise("subscribe", from === undefined ? { stream } : { stream, epoch: from.epoch, after: from.after }),
      unsubscribe: (stream) => callPromise("unsubscribe", { stream }),
      head: (stream, after) => callPromise("read_stream", { stream, after, limit: 1 }),
      ready: () => transport.status.get().state === "ready",
    },
    { after: options.after, watchdogMs: options.watchdogMs },
  );
  transport.onPush((message) => {
    const push = decodePush(message);
    if (push !== undefined) subscriptions.push(push);
  });
  transport.status.subscribe((status) => (status.state === "ready" ? subscriptions.connected() : subscriptions.disconnected()));

  return {
    kind: options.kind,
    capabilities: options.capabilities,
    window: options.window,
    windowId: options.windowId,
    ...(options.startsAs === undefined ? {} : { startsAs: options.startsAs }),
    status: transport.status,
    callPromise,
    call: (name, params) => Effect.tryPromise({ try: () => callPromise(name, params), catch: (error) => asGatewayError(name, error) }),
    subscribe: <S extends StreamName>(stream: S, from: Parameters<GatewayAdapter["subscribe"]>[1], handlers: Parameters<GatewayAdapter["subscribe"]>[2]) =>
      subscriptions.add(stream, from, handlers),
    reconnect: () => transport.reconnect(),
    close: () => {
      subscriptions.close();
      transport.close();
    },
  };
};

const asGatewayError = (command: CommandName, error: unknown): GatewayError =>
  isGatewayError(error) ? error : new BadReply({ command, detail: error instanceof Error ? error.message : String(error) });
