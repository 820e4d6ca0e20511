/**
 * One run: its summary, the graph that it ran, and the view made from its events. History is read in pages, what follows
 * comes through the stream; screens are told at most once per frame.
 */
import type { GraphDocument, GraphLayout, RunEvent, RunSnapshot } from "@axion/protocol";
import { createStore, type StoreApi } from "zustand/vanilla";
import type { Environment } from "../environment.ts";
import type { GatewayAdapter, StreamPlace } from "../gateway/adapter.ts";
import { decodeEvent, seqOf } from "../gateway/decode.ts";
import { type GatewayError, isGatewayError } from "../gateway/errors.ts";
import { RunReducer } from "../runs/reducer.ts";
import type { RunView } from "../runs/view.ts";

export interface RunStoreState {
  readonly status: "loading" | "live" | "failed";
  readonly error: GatewayError | undefined;
  readonly snapshot: RunSnapshot | undefined;
  readonly view: RunView;
}

export interface RunStore {
  readonly runId: string;
  readonly store: StoreApi<RunStoreState>;
  /** The graph as it was when it ran. */
  graph(): Promise<{ readonly document: GraphDocument; readonly layout?: GraphLayout }>;
  close(): void;
}

const pageSize = 5_000;

export const createRunStore = (adapter: GatewayAdapter, environment: Environment, runId: string): RunStore => {
  const stream = `run:${runId}` as const;
  let reducer = new RunReducer();
  const store = createStore<RunStoreState>(() => ({ status: "loading", error: undefined, snapshot: undefined, view: reducer.view() }));
  let cancelFrame: (() => void) | undefined;
  let closed = false;
  let graph: ReturnType<RunStore["graph"]> | undefined;

  const show = () => {
    cancelFrame ??= environment.frame(() => {
      cancelFrame = undefined;
      store.setState({ view: reducer.view() });
    });
  };
  /** All events of the stream from the start, into a new reducer that takes the place of the old one when it is done. */
  const readHistory = async (): Promise<StreamPlace> => {
    const snapshot = await adapter.callPromise("get_run", { runId });
    store.setState({ snapshot });
    const next = new RunReducer();
    let place: StreamPlace = { epoch: snapshot.epoch, after: 0 };
    for (;;) {
      const page = await adapter.callPromise("read_stream", { stream, after: place.after, limit: pageSize });
      if (closed || page.events.length === 0) break;
      if (page.epoch !== place.epoch) return readHistory();
      const events: RunEvent[] = [];
      let after = place.after;
      for (const value of page.events) {
        const seq = seqOf(value);
        if (seq !== after + 1) continue;
        after = seq;
        const event = decodeEvent(stream, value);
        if (event !== undefined) events.push(event);
      }
      applyWithHoles(next, events, after);
      if (after === place.after) break;
      place = { epoch: page.epoch, after };
      // A long history shows itself while it is read.
      if (store.getState().status === "loading") store.setState({ view: next.view() });
      if (after >= page.head) break;
    }
    reducer = next;
    if (!closed) store.setState({ status: "live", error: undefined, view: reducer.view() });
    return place;
  };
  const unsubscribe = adapter.subscribe(stream, undefined, {
    onEvents: (events, place) => {
      applyWithHoles(reducer, events, place.after);
      show();
    },
    onSnapshotNeeded: async () => {
      try {
        return await readHistory();
      } catch (error) {
        if (isGatewayError(error)) store.setState((state) => ({ error, status: state.status === "live" ? "live" : "failed" }));
        throw error;
      }
    },
    onRefused: (error) => store.setState({ status: "failed", error }),
  });

  return {
    runId,
    store,
    graph: () => {
      graph ??= adapter.callPromise("get_run_graph", { runId }).catch((error: unknown) => {
        graph = undefined;
        throw error;
      });
      return graph;
    },
    close: () => {
      closed = true;
      cancelFrame?.();
      unsubscribe();
    },
  };
};

/** The subscription has counted events of unknown types that are not in `events`; their places are passed over. */
const applyWithHoles = (reducer: RunReducer, events: ReadonlyArray<RunEvent>, after: number): void => {
  for (const event of events) {
    if (event.seq > reducer.seq + 1) reducer.skipTo(event.seq - 1);
    reducer.apply([event]);
  }
  reducer.skipTo(after);
};
