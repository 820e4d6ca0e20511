/**
 * The way of an edit to Core. Operations are grouped for a moment, sent in order, one batch at a time, and repeated under the
 * same opsId until Core answers: nothing is lost by a broken connection, a full disk or a reload of the page
 * (what is unsent is kept in the page's storage and taken up by the next window that opens the graph).
 *
 * A batch that Core refuses for good would block all that follow; it is set aside and given to `onRefused`.
 */
import type { GraphOp } from "@axion/protocol";
import type { Environment } from "../environment.ts";
import type { GatewayAdapter } from "../gateway/adapter.ts";
import { CommandRefused, type GatewayError, isGatewayError } from "../gateway/errors.ts";

export interface SaveState {
  /** `failed`: Core cannot write now (see `error`); it is tried again, and the changes stay here. */
  readonly state: "saved" | "saving" | "offline" | "failed";
  /** Operations that Core has not confirmed. */
  readonly pending: number;
  readonly error: GatewayError | undefined;
  readonly savedAt: number | undefined;
}

export interface Batch {
  readonly opsId: string;
  readonly ops: ReadonlyArray<GraphOp>;
}

export interface QueueHooks {
  onState(state: SaveState): void;
  onRefused(batch: Batch, error: CommandRefused): void;
}

export const groupMs = 250;
const mostOps = 2_000;
const mostChars = 2 * 1024 * 1024;
/** More than this is not copied to the page's storage, which holds a few megabytes in all. */
const mostKept = 5_000;
const final = new Set(["invalid_params", "unknown_command", "not_found", "conflict", "too_large", "forbidden"]);
const storageKey = (graphId: string) => `axion.ops.${graphId}.`;

export class OpsQueue {
  readonly #adapter: GatewayAdapter;
  readonly #environment: Environment;
  readonly #graphId: string;
  readonly #clientId: string;
  readonly #hooks: QueueHooks;
  #open: { opsId: string; ops: GraphOp[] } | undefined;
  #batches: Batch[] = [];
  #sending = false;
  #failures = 0;
  #closed = false;
  #cancelGroup: (() => void) | undefined;
  #cancelRetry: (() => void) | undefined;
  #state: SaveState = { state: "saved", pending: 0, error: undefined, savedAt: undefined };
  /** Keys of the page's storage whose batches were taken up here. */
  readonly #adopted = new Set<string>();
  readonly #idle = new Set<(saved: boolean) => void>();
  #stopStatus: () => void = () => undefined;

  constructor(adapter: GatewayAdapter, environment: Environment, graphId: string, clientId: string, hooks: QueueHooks) {
    this.#adapter = adapter;
    this.#environment = environment;
    this.#graphId = graphId;
    this.#clientId = clientId;
    this.#hooks = hooks;
    this.#adopt();
  }

  /** From now on batches are sent and the hooks are called. */
  start(): void {
    this.#stopStatus = this.#adapter.status.subscribe((status) => {
      if (status.state !== "ready") return this.#settle();
      this.#failures = 0;
      this.#pump();
    });
    this.#pump();
  }

  get state(): SaveState {
    return this.#state;
  }

  /** All that Core has not confirmed, in order. */
  pending(): GraphOp[] {
    return [...this.#batches.flatMap((batch) => batch.ops), ...(this.#open?.ops ?? [])];
  }

  add(ops: ReadonlyArray<GraphOp>): void {
    if (ops.length === 0) return;
    this.#open ??= { opsId: this.#environment.newId(), ops: [] };
    this.#open.ops.push(...ops);
    this.#keep();
    this.#cancelGroup ??= this.#environment.after(groupMs, () => this.#group());
    this.#settle();
  }

  /** Sends at once. True when Core has everything; false as soon as an attempt fails. */
  flush(): Promise<boolean> {
    this.#group();
    if (this.#batches.length === 0) return Promise.resolve(true);
    if (this.#adapter.status.get().state !== "ready") return Promise.resolve(false);
    return new Promise((resolve) => this.#idle.add(resolve));
  }

  close(): void {
    this.#group();
    this.#closed = true;
    this.#stopStatus();
    this.#cancelRetry?.();
    this.#wake(false);
  }

  #group(): void {
    this.#cancelGroup?.();
    this.#cancelGroup = undefined;
    const open = this.#open;
    if (open === undefined) return;
    this.#open = undefined;
    this.#batches.push(...split(open, () => this.#environment.newId()));
    this.#keep();
    this.#pump();
  }

  #pump(): void {
    const batch = this.#batches[0];
    if (this.#sending || this.#closed || batch === undefined || this.#adapter.status.get().state !== "ready") return this.#settle();
    this.#cancelRetry?.();
    this.#sending = true;
    this.#settle();
    this.#adapter.callPromise("apply_graph_ops", { graphId: this.#graphId, opsId: batch.opsId, clientId: this.#clientId, ops: [...batch.ops] }).then(
      () => {
        this.#failures = 0;
        this.#done({ error: undefined, savedAt: this.#environment.now() });
      },
      (error: unknown) => {
        if (error instanceof CommandRefused && final.has(error.code)) {
          this.#done({ error });
          this.#hooks.onRefused(batch, error);
        } else this.#again(error);
      },
    );
  }

  #done(change: Partial<SaveState>): void {
    this.#sending = false;
    this.#batches.shift();
    this.#keep();
    this.#state = { ...this.#state, ...change };
    if (this.#batches.length > 0) this.#pump();
    else {
      this.#settle();
      if (this.#open === undefined) this.#wake(true);
      else this.#group();
    }
  }

  #again(error: unknown): void {
    this.#sending = false;
    this.#failures += 1;
    this.#state = { ...this.#state, error: isGatewayError(error) ? error : undefined };
    this.#wake(false);
    this.#settle();
    this.#cancelRetry?.();
    const wait = Math.min(10_000, 250 * 2 ** Math.min(this.#failures, 6)) * (0.5 + this.#environment.random() / 2);
    this.#cancelRetry = this.#environment.after(wait, () => this.#pump());
  }

  #wake(saved: boolean): void {
    for (const resolve of this.#idle) resolve(saved);
    this.#idle.clear();
  }

  #settle(): void {
    let pending = this.#open?.ops.length ?? 0;
    for (const batch of this.#batches) pending += batch.ops.length;
    const offline = this.#adapter.status.get().state !== "ready";
    if (offline) this.#wake(false);
    const state = pending === 0 ? "saved" : offline ? "offline" : this.#failures > 0 && this.#state.error !== undefined ? "failed" : "saving";
    const next: SaveState = { ...this.#state, state, pending, error: state === "saved" && this.#state.error?._tag !== "CommandRefused" ? undefined : this.#state.error };
    if (next.state === this.#state.state && next.pending === this.#state.pending && next.error === this.#state.error) {
      this.#state = next;
      return;
    }
    this.#state = next;
    this.#hooks.onState(next);
  }

  #keep(): void {
    const key = storageKey(this.#graphId) + this.#clientId;
    const batches = this.#open === undefined ? this.#batches : [...this.#batches, this.#open];
    let count = 0;
    for (const batch of batches) count += batch.ops.length;
    if (count === 0) {
      this.#environment.storage.remove(key);
      for (const other of this.#adopted) this.#environment.storage.remove(other);
      this.#adopted.clear();
    } else if (count <= mostKept) this.#environment.storage.write(key, JSON.stringify(batches));
  }

  /** Takes up what an earlier page of this graph could not send. Two windows may do so at once: the opsId makes that harmless. */
  #adopt(): void {
    for (const key of this.#environment.storage.keys()) {
      if (!key.startsWith(storageKey(this.#graphId))) continue;
      this.#batches.push(...readBatches(this.#environment.storage.read(key)));
      this.#adopted.add(key);
    }
    if (this.#batches.length === 0) for (const key of this.#adopted) this.#environment.storage.remove(key);
  }
}

const split = (batch: Batch, newId: () => string): Batch[] => {
  if (batch.ops.length <= mostOps && JSON.stringify(batch.ops).length <= mostChars) return [batch];
  const parts: Batch[] = [];
  let ops: GraphOp[] = [];
  let chars = 0;
  for (const op of batch.ops) {
    const length = JSON.stringify(op).length;
    const last = ops.at(-1);
    // What makes a node stays in one batch, as long as that is possible: nobody should see half of it.
    const cut = last !== undefined && (last.entity !== op.entity || last.id !== op.id);
    if (last !== undefined && ((cut && (ops.length >= mostOps || chars + length > mostChars)) || chars + length > 2 * mostChars)) {
      parts.push({ opsId: newId(), ops });
      ops = [];
      chars = 0;
    }
    ops.push(op);
    chars += length;
  }
  parts.push({ opsId: newId(), ops });
  return parts;
};

/** Storage belongs to the page, but an older version may have written it. Core checks every operation again. */
const readBatches = (text: string | undefined): Batch[] => {
  if (text === undefined) return [];
  try {
    const value: unknown = JSON.parse(text);
    if (!Array.isArray(value)) return [];
    return value.filter((batch): batch is Batch => typeof batch === "object" && batch !== null && typeof batch.opsId === "string" && Array.isArray(batch.ops) && batch.ops.length > 0);
  } catch {
    return [];
  }
};
