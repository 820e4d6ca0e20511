/**
 * The WebSocket to `axion serve`, owned by one supervisor: connect, say hello, serve, and after a break try again with a
 * growing, jittered wait. Nothing else opens or closes sockets.
 *
 * A command that was not sent yet waits for the connection, at most `patienceMs`. When the connection breaks with a command under
 * way, one that changes nothing is sent again after the reconnect; one that changes something fails with
 * `Disconnected { sent: true }` and is never repeated here: whether it happened is for the caller to find out.
 */
import { commands, type CommandName } from "@axion/protocol";
import type { ConnectionStatus } from "../gateway/adapter.ts";
import { decodeRefusal } from "../gateway/decode.ts";
import { Disconnected } from "../gateway/errors.ts";
import type { Transport } from "../gateway/gateway.ts";
import { makeCell } from "../gateway/observable.ts";
import { backoffMs } from "./backoff.ts";
import { readFrame, requestFrame } from "./frames.ts";

export type Socket = Pick<WebSocket, "send" | "close" | "onopen" | "onmessage" | "onclose" | "onerror">;

export interface ConnectionOptions {
  readonly open: () => Socket;
  readonly token: string | undefined;
  readonly client: string;
  readonly now: () => number;
  readonly random: () => number;
  readonly after: (ms: number, run: () => void) => () => void;
  /** How long a command waits for a connection. */
  readonly patienceMs: number;
  /** How long the server may take for its answer to `hello`. */
  readonly helloMs: number;
}

interface Waiting {
  readonly command: CommandName;
  readonly params: unknown;
  sent: boolean;
  cancelPatience: (() => void) | undefined;
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: unknown) => void;
}

const helloId = 0;
const unreachable = "Axion does not answer. It may have been closed.";
const noToken = "This page has no key to Axion. Open the address that Axion printed when it started.";
const refusedText = "Axion was started anew and does not know this page. Open the address that it printed.";

export const connectWeb = (options: ConnectionOptions): Transport => {
  const status = makeCell<ConnectionStatus>({ state: "connecting", attempt: 0 });
  /** By request id, in order of asking. */
  const waiting = new Map<number, Waiting>();
  let nextId = helloId + 1;
  let socket: Socket | undefined;
  let attempt = 0;
  let cancelTimer: (() => void) | undefined;
  let cancelHello: (() => void) | undefined;
  let onPush: (message: unknown) => void = () => undefined;

  const fail = (id: number, reason: string) => {
    const entry = waiting.get(id);
    if (entry === undefined) return;
    waiting.delete(id);
    entry.cancelPatience?.();
    entry.reject(new Disconnected({ command: entry.command, reason, sent: entry.sent }));
  };
  const bePatient = (id: number, entry: Waiting) => {
    entry.cancelPatience ??= options.after(options.patienceMs, () => fail(id, unreachable));
  };
  const transmit = (id: number, entry: Waiting) => {
    entry.cancelPatience?.();
    entry.cancelPatience = undefined;
    entry.sent = true;
    socket?.send(requestFrame(id, entry.command, entry.params));
  };
  const stop = (cause: "closed" | "refused", reason: string) => {
    drop();
    cancelTimer?.();
    status.set({ state: "offline", cause, reason });
    for (const id of [...waiting.keys()]) fail(id, reason);
  };
  /** Ends the socket without hearing of it again. */
  const drop = () => {
    cancelHello?.();
    const old = socket;
    socket = undefined;
    if (old === undefined) return;
    old.onopen = old.onmessage = old.onclose = old.onerror = null;
    try {
      old.close();
    } catch {
      // Already closed.
    }
  };
  const lost = () => {
    drop();
    for (const [id, entry] of [...waiting]) {
      if (entry.sent && commands[entry.command].changes) fail(id, unreachable);
      else {
        entry.sent = false;
        bePatient(id, entry);
      }
    }
    const wait = backoffMs(attempt, options.random());
    attempt += 1;
    cancelTimer?.();
    cancelTimer = options.after(wait, connect);
    status.set({ state: "offline", cause: "unreachable", reason: unreachable, retryAt: options.now() + wait });
  };
  const greeted = () => {
    cancelHello?.();
    attempt = 0;
    status.set({ state: "ready" });
    // In order of asking, after the subscriptions, which the change of status just sent.
    for (const [id, entry] of [...waiting]) if (!entry.sent) transmit(id, entry);
  };
  const receive = (data: unknown) => {
    const frame = readFrame(data);
    if (frame === undefined) return;
    if (frame.kind === "push") return onPush(frame.params);
    if (frame.id === helloId || (frame.id === undefined && status.get().state !== "ready")) {
      if (frame.kind === "result") greeted();
      else stop("refused", refusedText);
      return;
    }
    const entry = frame.id === undefined ? undefined : waiting.get(frame.id);
    if (frame.id === undefined || entry === undefined) return;
    waiting.delete(frame.id);
    if (frame.kind === "result") entry.resolve(frame.result);
    else entry.reject(decodeRefusal(entry.command, frame.error));
  };
  const connect = () => {
    cancelTimer?.();
    drop();
    if (options.token === undefined) return stop("refused", noToken);
    status.set({ state: "connecting", attempt });
    let opened: Socket;
    try {
      opened = options.open();
    } catch {
      return lost();
    }
    socket = opened;
    cancelHello = options.after(options.helloMs, lost);
    opened.onopen = () => opened.send(requestFrame(helloId, "hello", { token: options.token, client: options.client }));
    opened.onmessage = (event) => receive(event.data);
    opened.onclose = lost;
    opened.onerror = null;
  };
  connect();

  return {
    status,
    onPush: (listener) => {
      onPush = listener;
    },
    send: (command, params) =>
      new Promise((resolve, reject) => {
        const now = status.get();
        if (now.state === "offline" && now.cause !== "unreachable") return reject(new Disconnected({ command, reason: now.reason, sent: false }));
        const id = nextId++;
        const entry: Waiting = { command, params, sent: false, cancelPatience: undefined, resolve, reject };
        waiting.set(id, entry);
        if (now.state === "ready") transmit(id, entry);
        else bePatient(id, entry);
      }),
    reconnect: () => {
      const now = status.get();
      if (now.state === "offline" && now.cause === "unreachable") {
        attempt = 0;
        connect();
      }
    },
    close: () => stop("closed", "This page was closed."),
  };
};
