/**
 * A GatewayAdapter over a MemoryCore, with the same call and subscription code as the real ones. `faults` lets a test lose, repeat
 * and reorder messages, refuse commands, and cut the connection.
 */
import type { CommandName, Params } from "@axion/protocol";
import {
  CommandRefused, type ConnectionStatus, Disconnected, type GatewayAdapter, makeCell, makeGateway, type StreamName, type Transport,
} from "@axion/client";
import type { MemoryCore } from "./core.ts";
import { Refusal } from "./refusal.ts";

export interface Faults {
  /** Before a command reaches Core: `lost` cuts it off unsent, `answer-lost` lets it happen but loses the answer. */
  command?(name: CommandName): "ok" | "lost" | "answer-lost" | CommandRefused;
  /** What becomes of one pushed message: the messages to deliver instead. */
  push?(message: unknown): ReadonlyArray<unknown>;
}

export interface MemoryGateway extends GatewayAdapter {
  readonly kind: "memory";
  readonly faults: Faults;
  /** Cuts or restores the connection. */
  setConnected(connected: boolean): void;
}

export interface MemoryGatewayOptions {
  readonly core: MemoryCore;
  readonly after: (ms: number, run: () => void) => () => void;
  readonly windowId?: string;
  readonly watchdogMs?: number;
  readonly connected?: boolean;
}

export const createMemoryGateway = ({ core, after, windowId = "memory", watchdogMs = 0, connected = true }: MemoryGatewayOptions): MemoryGateway => {
  const offline: ConnectionStatus = { state: "offline", cause: "unreachable", reason: "Axion does not answer." };
  const status = makeCell<ConnectionStatus>(connected ? { state: "ready" } : offline);
  const faults: Faults = {};
  /** What each stream of this connection was sent up to. */
  const cursors = new Map<StreamName, number>();
  let listener: (message: unknown) => void = () => undefined;

  const deliver = (message: unknown) => {
    for (const each of faults.push?.(message) ?? [message]) listener(structuredClone(each));
  };
  const pump = (stream: StreamName) => {
    const after = cursors.get(stream);
    if (after === undefined || status.get().state !== "ready") return;
    const events = core.streams.after(stream, after);
    if (events.length === 0) return;
    cursors.set(stream, after + events.length);
    deliver({ type: "stream-batch", stream, epoch: core.streams.log(stream).epoch, events });
  };
  core.streams.onAppend((stream) => queueMicrotask(() => pump(stream)));
  core.streams.onPush((stream, message) =>
    queueMicrotask(() => {
      if (cursors.has(stream) && status.get().state === "ready") deliver(message);
    }));

  const transport: Transport = {
    status,
    onPush: (next) => {
      listener = next;
    },
    send: async (command, params) => {
      await Promise.resolve();
      const down = (sent: boolean) => new Disconnected({ command, reason: "Axion does not answer.", sent });
      if (status.get().state !== "ready") throw down(false);
      const fault = faults.command?.(command) ?? "ok";
      if (fault === "lost") throw down(false);
      if (fault instanceof CommandRefused) throw fault;
      let result: unknown;
      try {
        // The gateway sends what its caller typed for this command.
        result = core.answer(command, params as Params<CommandName>);
      } catch (error) {
        throw error instanceof Refusal ? new CommandRefused({ command, info: error.info }) : error;
      }
      if (fault === "answer-lost") throw down(true);
      if (command === "subscribe") {
        const { stream, after: from } = params as Params<"subscribe">;
        const { head, mode } = result as { head: number; mode: string };
        cursors.set(stream as StreamName, mode === "tail" ? (from ?? head) : head);
        queueMicrotask(() => pump(stream as StreamName));
      } else if (command === "unsubscribe") cursors.delete((params as Params<"unsubscribe">).stream as StreamName);
      return result;
    },
    reconnect: () => status.set({ state: "ready" }),
    close: () => status.set({ state: "offline", cause: "closed", reason: "Closed." }),
  };
  const adapter = makeGateway(transport, { kind: "memory", capabilities: { window: false, shell: "serve" }, window: undefined, windowId, after, watchdogMs });
  return {
    ...adapter,
    kind: "memory",
    faults,
    setConnected: (up) => {
      cursors.clear();
      status.set(up ? { state: "ready" } : offline);
    },
  };
};

