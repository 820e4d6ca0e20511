/**
 * One session as a window shows it: a loaded stretch of the shown branch, read in pages, and the live tail of stream `session:ID`.
 *
 * A message is a cell of its own, so that a token redraws one row and nothing else. Screens are told at most once per frame; how often
 * text comes at all is Core's to say (a second pace here would only make it later). What cannot be followed (another branch, a gap in the history) is read anew while the old content stays.
 */
import type { Message, MessagePage, SessionDelta, SessionSnapshot, ToolDelta } from "@axion/protocol";
import { createStore, type StoreApi } from "zustand/vanilla";
import type { Environment } from "../environment.ts";
import type { GatewayAdapter, StreamPlace } from "../gateway/adapter.ts";
import { type GatewayError, isGatewayError } from "../gateway/errors.ts";
import type { Observable } from "../gateway/observable.ts";
import { Cells } from "./cells.ts";
import { LiveOutputs, type LiveOutput } from "./outputs.ts";
import { type Change, noFacts, type SessionFacts, Transcript } from "./transcript.ts";

export interface SessionState extends SessionFacts {
  readonly status: "loading" | "live" | "failed";
  readonly error: GatewayError | undefined;
  /** Ids of the loaded messages of the shown branch, oldest first. */
  readonly order: ReadonlyArray<string>;
  /** There are older messages than the first of `order`. */
  readonly hasOlder: boolean;
  /** `order` ends with the latest message. */
  readonly atTip: boolean;
  readonly loading: "older" | "newer" | undefined;
  /** Messages of the whole branch when it was last read. */
  readonly total: number;
}

export interface SessionStore {
  readonly sessionId: string;
  readonly store: StoreApi<SessionState>;
  message(id: string): Observable<Message | undefined>;
  /** Calls back with the ids of the messages that changed, before their cells do. */
  watch(listener: (ids: ReadonlySet<string>) => void): () => void;
  /** What a running call has said so far. */
  output(callId: string): Observable<LiveOutput | undefined>;
  loadOlder(): Promise<void>;
  loadNewer(): Promise<void>;
  /** Shows the stretch around a message of this branch. */
  showAround(messageId: string): Promise<void>;
  showLatest(): Promise<void>;
  /** Reads everything anew; what is shown stays until then. */
  reload(): void;
  close(): void;
}

/** More than a screen shows, and no more than that: a page of long messages takes its time to be read and handed over. */
const firstPage = 30;
const pageSize = 100;
/** Beyond this, what scrolled far away is forgotten as soon as the person looks at the end. */
const mostLoaded = 800;
const keptAtEnd = 300;

export const createSessionStore = (adapter: GatewayAdapter, environment: Environment, sessionId: string): SessionStore => {
  const stream = `session:${sessionId}` as const;
  const transcript = new Transcript();
  const outputs = new LiveOutputs();
  const cells = new Cells((id: string) => transcript.message(id));
  const outputCells = new Cells((callId: string) => outputs.get(callId));
  const store = createStore<SessionState>(() => ({
    ...noFacts, status: "loading", error: undefined, order: [], hasOlder: false, atTip: true, loading: undefined, total: 0,
  }));
  const watchers = new Set<(ids: ReadonlySet<string>) => void>();
  const changed = new Set<string>();
  const changedOutputs = new Set<string>();
  let factsChanged = false;
  let cancelFrame: (() => void) | undefined;
  let closed = false;
  /** Where the next reading stands: the latest messages, or a message in the middle. */
  let around: string | undefined;
  const afterReading: Array<() => void> = [];

  const showNow = () => {
    cancelFrame = undefined;
    if (factsChanged) store.setState({ ...transcript.facts, order: transcript.order, atTip: transcript.atTip });
    factsChanged = false;
    for (const listener of [...watchers]) listener(changed);
    cells.tell(changed);
    outputCells.tell(changedOutputs);
    changed.clear();
    changedOutputs.clear();
  };
  const show = () => {
    if (cancelFrame !== undefined || closed) return;
    cancelFrame = environment.frame(showNow);
  };
  const take = (change: Change) => {
    for (const id of change.messages) changed.add(id);
    factsChanged ||= change.facts || change.order;
    if (change.reread) restart();
    if (factsChanged || changed.size > 0) show();
  };

  const readPage = (): Promise<MessagePage> => adapter.callPromise("read_messages", { sessionId, limit: firstPage, ...(around === undefined ? {} : { around }) });
  const isTip = (snapshot: SessionSnapshot, page: MessagePage) => snapshot.tip === undefined || page.messages.at(-1)?.id === snapshot.tip;
  const readAll = async (): Promise<StreamPlace> => {
    const [snapshot, page] = await Promise.all([adapter.callPromise("get_session_snapshot", { sessionId }), readPage()]);
    if (!closed) {
      transcript.reset(snapshot, page, around === undefined || isTip(snapshot, page));
      outputs.clear();
      store.setState({
        ...transcript.facts, status: "live", error: undefined, order: transcript.order, atTip: transcript.atTip, hasOlder: page.before !== undefined, total: page.total, loading: undefined,
      });
      cells.tellAll();
      outputCells.tellAll();
      if (transcript.atTip) around = undefined;
      for (const resolve of afterReading.splice(0)) resolve();
    }
    // Of the two readings the older one counts: what comes after it twice changes nothing.
    return { epoch: page.epoch, after: Math.min(snapshot.head, page.head) };
  };
  const subscribe = () =>
    adapter.subscribe(stream, undefined, {
      onEvents: (events) => {
        take(transcript.apply(events));
        for (const event of events) if (event.type === "tool-finished" && outputs.drop(event.callId)) changedOutputs.add(event.callId);
      },
      onDelta: (delta: SessionDelta | ToolDelta) => {
        if (delta.type === "session-delta") return take(transcript.delta(delta));
        outputs.add(delta.callId, delta.text);
        changedOutputs.add(delta.callId);
        show();
      },
      onSnapshotNeeded: async () => {
        try {
          return await readAll();
        } catch (error) {
          if (isGatewayError(error)) store.setState((state) => ({ error, status: state.status === "live" ? "live" : "failed" }));
          throw error;
        }
      },
      onRefused: (error) => store.setState({ status: "failed", error }),
    });
  let unsubscribe = subscribe();
  let restarting = false;
  const restart = () => {
    if (restarting || closed) return;
    restarting = true;
    // Not from inside of a delivery.
    queueMicrotask(() => {
      restarting = false;
      if (closed) return;
      unsubscribe();
      unsubscribe = subscribe();
    });
  };
  const more = async (which: "older" | "newer", read: () => Promise<void>): Promise<void> => {
    if (store.getState().loading !== undefined || store.getState().status !== "live") return;
    store.setState({ loading: which });
    try {
      await read();
    } finally {
      store.setState({ loading: undefined });
    }
  };
  /** Reads the stretch around a message, or the end; resolves when it is shown. */
  const jump = (to: string | undefined): Promise<void> =>
    new Promise((resolve) => {
      around = to;
      afterReading.push(resolve);
      restart();
    });

  return {
    sessionId,
    store,
    message: (id) => cells.get(id),
    watch: (listener) => {
      watchers.add(listener);
      return () => void watchers.delete(listener);
    },
    output: (callId) => outputCells.get(callId),
    loadOlder: () =>
      more("older", async () => {
        const before = transcript.order[0];
        if (before === undefined || !store.getState().hasOlder) return;
        const page = await adapter.callPromise("read_messages", { sessionId, before, limit: pageSize });
        if (closed || transcript.order[0] !== before) return;
        transcript.prepend(page);
        store.setState({ order: transcript.order, hasOlder: page.before !== undefined, total: page.total });
      }),
    loadNewer: () =>
      more("newer", async () => {
        const last = transcript.order.at(-1);
        if (last === undefined || transcript.atTip) return;
        const [snapshot, page] = await Promise.all([
          adapter.callPromise("get_session_snapshot", { sessionId }), adapter.callPromise("read_messages", { sessionId, around: last, limit: pageSize }),
        ]);
        if (closed || transcript.order.at(-1) !== last) return;
        transcript.append(page, isTip(snapshot, page));
        if (transcript.atTip) around = undefined;
        store.setState({ order: transcript.order, atTip: transcript.atTip, total: page.total });
      }),
    showAround: async (messageId) => {
      if (!transcript.order.includes(messageId)) await jump(messageId);
    },
    showLatest: async () => {
      if (!transcript.atTip) await jump(undefined);
      else if (transcript.order.length > mostLoaded && transcript.trim(keptAtEnd)) store.setState({ order: transcript.order, hasOlder: true });
    },
    reload: restart,
    close: () => {
      closed = true;
      cancelFrame?.();
      unsubscribe();
    },
  };
};
