/**
 * The one door between the workbench and Core. Behind it is Tauri's IPC (`@axion/client/tauri`) or a WebSocket
 * (`@axion/client/web`); stores and screens know neither.
 *
 * Repeating: commands that do not change anything are repeated by the adapter when the connection broke. Commands that change
 * something are sent at most once. Those that create take an id made here, so the caller may repeat them with the same
 * id after `Disconnected { sent: true }`: the second is answered `conflict`, which then means "it is there".
 */
import type { CommandName, GraphEdited, Params, Result, RunEvent, SessionDelta, SessionEvent, ToolDelta, WorkspaceEvent } from "@axion/protocol";
import type { Effect } from "effect";
import type { GatewayError } from "./errors.ts";
import type { Observable } from "./observable.ts";

export type ConnectionStatus =
  | { readonly state: "connecting"; readonly attempt: number }
  | { readonly state: "ready" }
  | {
      readonly state: "offline";
      /** `closed`: by us. `refused`: Core knows this page no more (old token); only a new address helps. `unreachable`: tried again at `retryAt`. */
      readonly cause: "closed" | "refused" | "unreachable";
      readonly reason: string;
      readonly retryAt?: number;
    };

export interface GatewayCapabilities {
  /** The page draws the window's own buttons. */
  readonly window: boolean;
  readonly shell: "desktop" | "serve";
}

/** Only in the desktop app. */
export interface WindowControls {
  /** The window starts hidden. */
  show(): Promise<void>;
  minimise(): Promise<void>;
  toggleMaximise(): Promise<void>;
  isMaximised(): Promise<boolean>;
  close(): Promise<void>;
  startDragging(): Promise<void>;
  onResized(listener: () => void): Promise<() => void>;
}

export type StreamName = "workspace" | `run:${string}` | `graph:${string}` | `session:${string}`;
export type StreamEvent<S extends StreamName> = S extends "workspace"
  ? WorkspaceEvent
  : S extends `run:${string}` ? RunEvent : S extends `session:${string}` ? SessionEvent : GraphEdited;

/** Where a reader stands: all events of `epoch` up to and with `after` are known to it. */
export interface StreamPlace {
  readonly epoch: string;
  readonly after: number;
}

export interface StreamHandlers<S extends StreamName> {
  /** Events in order, each once, without gaps. `place` is where the reader stands after them (events of unknown types are left out but counted). */
  onEvents(events: ReadonlyArray<StreamEvent<S>>, place: StreamPlace): void;
  /**
   * The reader's place cannot be served (or it has none): read the state with the matching get or list command and give the
   * place it stands for; events go on after it. `head` is the stream's place before the reading began.
   */
  onSnapshotNeeded(head: StreamPlace): Promise<StreamPlace>;
  /** Only for a session: text ahead of its events. It has no place in the stream, may be lost, and is never given again. */
  onDelta?(delta: SessionDelta | ToolDelta): void;
  /** The stream is not to be had (for example its graph was deleted for good). The subscription has ended. */
  onRefused?(error: GatewayError): void;
}

export interface GatewayAdapter {
  readonly kind: "tauri" | "web" | "memory";
  readonly capabilities: GatewayCapabilities;
  readonly status: Observable<ConnectionStatus>;
  readonly window: WindowControls | undefined;
  /** A stable name of this window, for its view state. */
  readonly windowId: string;
  /** Another window whose look this one starts with, because it is new beside it. */
  readonly startsAs?: string;
  call<N extends CommandName>(name: N, params: Params<N>): Effect.Effect<Result<N>, GatewayError>;
  /** The same for event handlers of React: rejects with a GatewayError and nothing else. */
  callPromise<N extends CommandName>(name: N, params: Params<N>): Promise<Result<N>>;
  /** Goes on after `from`, through reconnects, until the returned function is called. */
  subscribe<S extends StreamName>(stream: S, from: StreamPlace | undefined, handlers: StreamHandlers<S>): () => void;
  /** Tries at once instead of waiting for the next attempt. */
  reconnect(): void;
  close(): void;
}
