/**
 * One graph that is open in this window: the model, edits applied at once and saved behind, undo, and the edits of other
 * windows merged in as they come.
 */
import type { GraphOp, GraphSummary } from "@axion/protocol";
import { createStore, type StoreApi } from "zustand/vanilla";
import { type Environment, undoPrefix } from "../environment.ts";
import type { GatewayAdapter, StreamPlace } from "../gateway/adapter.ts";
import { CommandRefused, type GatewayError, isGatewayError } from "../gateway/errors.ts";
import { fieldsOf } from "../graphs/fields.ts";
import { type DraftOp, emptyModel, type GraphModel, modelOf } from "../graphs/model.ts";
import { GraphRegisters } from "../graphs/registers.ts";
import { StampClock } from "../graphs/stamp.ts";
import { UndoHistory } from "../graphs/undo.ts";
import { OpsQueue, type SaveState } from "./opsQueue.ts";

export interface GraphState {
  readonly status: "loading" | "ready" | "missing" | "failed";
  readonly error: GatewayError | undefined;
  readonly summary: GraphSummary | undefined;
  readonly model: GraphModel;
  readonly save: SaveState;
  /** Edits that Core refused; they were taken back. Shown until the next edit. */
  readonly refused: CommandRefused | undefined;
  readonly canUndo: boolean;
  readonly canRedo: boolean;
  readonly undoLabel: string | undefined;
  readonly redoLabel: string | undefined;
}

export interface EditOptions {
  /** Edits in a row with the same name are undone together. */
  readonly gesture?: string;
  readonly label?: string;
}

export interface GraphStore {
  readonly graphId: string;
  readonly store: StoreApi<GraphState>;
  /** Ignored until the graph is there. */
  edit(ops: ReadonlyArray<DraftOp>, options?: EditOptions): void;
  endGesture(): void;
  undo(): void;
  redo(): void;
  /** True when Core has all edits. */
  flush(): Promise<boolean>;
  close(): void;
}

const undoChars = 512 * 1024;
const undoDelayMs = 500;

export const createGraphStore = (adapter: GatewayAdapter, environment: Environment, clientId: string, graphId: string): GraphStore => {
  const stream = `graph:${graphId}` as const;
  const undoKey = `${undoPrefix}${graphId}.${adapter.windowId}`;
  const clock = new StampClock(clientId, environment.now);
  const history = UndoHistory.fromText(environment.storage.read(undoKey));
  let registers = new GraphRegisters(emptyModel(graphId));
  let cancelKeep: (() => void) | undefined;
  let reloading = false;
  let epoch: string | undefined;
  /** Since the last reading: writes that Core did not take, but the registers did. */
  let refusedOps: GraphOp[] = [];

  const queue = new OpsQueue(adapter, environment, graphId, clientId, {
    onState: (save) => store.setState({ save }),
    onRefused: (batch, refused) => {
      refusedOps.push(...batch.ops);
      store.setState({ refused });
      void reload();
    },
  });
  const historyState = () => ({
    canUndo: history.nextUndo !== undefined, canRedo: history.nextRedo !== undefined, undoLabel: history.nextUndo?.label, redoLabel: history.nextRedo?.label,
  });
  const store = createStore<GraphState>(() => ({
    status: "loading", error: undefined, summary: undefined, model: registers.model, save: queue.state, refused: undefined, ...historyState(),
  }));

  const load = async (): Promise<StreamPlace> => {
    try {
      const snapshot = await adapter.callPromise("get_graph", { graphId });
      const model = modelOf(snapshot.document, snapshot.layout);
      const pending = queue.pending();
      registers = snapshot.epoch === epoch ? registers.renewed(model, [...pending, ...refusedOps]) : new GraphRegisters(model);
      epoch = snapshot.epoch;
      refusedOps = [];
      // Our writes must be later than every one that is there, whatever the wall clock says: it may have gone back, or another's was ahead.
      if (snapshot.maxStamp === undefined) clock.observeMillis(snapshot.summary.updatedAt);
      else clock.observe(snapshot.maxStamp);
      for (const op of pending) clock.observe(op.stamp);
      registers.apply(pending);
      store.setState({ status: "ready", error: undefined, summary: snapshot.summary, model: registers.model });
      // Unsent edits may be of things that were deleted since; only Core can tell these from new things.
      if (pending.some((op) => fieldsOf(model, op.entity, op.id) === undefined)) void queue.flush().then((saved) => (saved ? reload() : undefined));
      return { epoch: snapshot.epoch, after: snapshot.seq };
    } catch (error) {
      if (isGatewayError(error)) fail(error);
      throw error;
    }
  };
  const fail = (error: GatewayError) => {
    const missing = error instanceof CommandRefused && error.code === "not_found";
    store.setState((state) => ({ error, status: missing ? "missing" : state.status === "ready" ? "ready" : "failed" }));
  };
  const subscribe = () =>
    adapter.subscribe(stream, undefined, {
      onEvents: (events) => {
        let incomplete = false;
        for (const event of events) {
          for (const op of event.ops) {
            clock.observe(op.stamp);
            // A write of ours met a greater stamp: Core kept the other value, so must we.
            if (event.clientId === clientId && op.prev !== undefined && op.prev > op.stamp) {
              clock.observe(op.prev);
              incomplete = true;
            }
          }
          incomplete = registers.apply(event.ops).incomplete || incomplete;
        }
        store.setState({ model: registers.model });
        if (incomplete) void reload();
      },
      onSnapshotNeeded: load,
      onRefused: fail,
    });
  queue.start();
  let unsubscribe = subscribe();
  const reload = async () => {
    if (reloading) return;
    reloading = true;
    // Read after our own edits have arrived, so that nothing flickers.
    await queue.flush();
    reloading = false;
    unsubscribe();
    unsubscribe = subscribe();
  };

  const keepHistory = () => {
    cancelKeep ??= environment.after(undoDelayMs, () => {
      cancelKeep = undefined;
      environment.storage.write(undoKey, history.toText(undoChars));
    });
  };
  /** Stamps, applies and queues; gives back what would undo it. */
  const write = (drafts: ReadonlyArray<DraftOp>): ReadonlyArray<DraftOp> => {
    const ops: GraphOp[] = drafts.map((draft) => ({ ...draft, stamp: clock.next() }));
    const applied = registers.apply(ops);
    queue.add(ops);
    return applied.inverse;
  };
  const changed = () => {
    store.setState({ model: registers.model, refused: undefined, ...historyState() });
    keepHistory();
  };
  const step = (take: () => { ops: ReadonlyArray<DraftOp>; label: string | undefined } | undefined, push: (entry: { ops: ReadonlyArray<DraftOp>; label: string | undefined }) => void) => {
    if (store.getState().status !== "ready") return;
    // An entry whose things are gone (another window deleted them) does nothing; the next one is meant.
    for (let entry = take(); entry !== undefined; entry = take()) {
      const before = registers.model;
      const inverse = write(entry.ops);
      if (registers.model === before) continue;
      push({ ops: inverse, label: entry.label });
      break;
    }
    changed();
  };

  return {
    graphId,
    store,
    edit: (ops, options = {}) => {
      if (ops.length === 0 || store.getState().status !== "ready") return;
      history.record(write(ops), options.label, options.gesture);
      changed();
    },
    endGesture: () => history.endGesture(),
    undo: () => step(() => history.takeUndo(), (entry) => history.pushRedo(entry)),
    redo: () => step(() => history.takeRedo(), (entry) => history.pushUndo(entry)),
    flush: () => queue.flush(),
    close: () => {
      if (cancelKeep !== undefined) {
        cancelKeep();
        environment.storage.write(undoKey, history.toText(undoChars));
      }
      queue.close();
      unsubscribe();
    },
  };
};
