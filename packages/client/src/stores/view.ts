/**
 * What a window looks like: open tabs, the active route, panels, recent graphs. Kept in Core per window, written a moment
 * after the last change, read once at start. Nothing in it is worth an error: what cannot be read is left at its default.
 */
import { createStore, type StoreApi } from "zustand/vanilla";
import type { Environment } from "../environment.ts";
import type { GatewayAdapter } from "../gateway/adapter.ts";

export type Route =
  | { readonly place: "home" }
  | { readonly place: "graphs" }
  | { readonly place: "graph"; readonly graphId: string }
  /** `beside` is a second chat, shown next to the first. */
  | { readonly place: "chat"; readonly sessionId?: string; readonly beside?: string }
  | { readonly place: "runs"; readonly runId?: string }
  | { readonly place: "settings"; readonly page?: string };

/** An open document: a graph or a chat. */
export type Tab = { readonly graphId: string } | { readonly sessionId: string };
export const tabId = (tab: Tab): string => ("graphId" in tab ? tab.graphId : tab.sessionId);
const routeOfTab = (tab: Tab): Route => ("graphId" in tab ? { place: "graph", graphId: tab.graphId } : { place: "chat", sessionId: tab.sessionId });

/** What the person typed and has not sent. */
export interface Draft {
  readonly text: string;
  readonly files?: ReadonlyArray<{ readonly folderId: string; readonly path: string }>;
}

/** What is remembered of one graph's editor. */
export interface GraphPlace {
  readonly viewport?: { readonly x: number; readonly y: number; readonly zoom: number };
  readonly selection?: ReadonlyArray<string>;
  readonly runId?: string;
  /** Which part of the run panel was looked at. */
  readonly runTab?: string;
}

export interface ViewState {
  readonly loaded: boolean;
  readonly route: Route;
  readonly tabs: ReadonlyArray<Tab>;
  /** Sizes in px and open flags, by the panel's own name. */
  readonly panels: Readonly<Record<string, number | boolean | string>>;
  /** Graph ids, last used first. */
  readonly recents: ReadonlyArray<string>;
  readonly graphs: Readonly<Record<string, GraphPlace>>;
  /** By session, last touched first; "" is the chat that does not exist yet. */
  readonly drafts: Readonly<Record<string, Draft>>;
}

export interface ViewStore {
  readonly store: StoreApi<ViewState>;
  /** Resolves when the kept state is there (or is not to be had). */
  readonly loaded: Promise<void>;
  go(route: Route): void;
  /** Opens a tab if there is none, and goes to it. */
  openGraph(graphId: string): void;
  /** Opens a chat in a tab; `beside` keeps the one that is shown and puts this next to it. */
  openChat(sessionId: string, beside?: boolean): void;
  closeTab(id: string): void;
  moveTab(id: string, to: number): void;
  /** Undefined or an empty one forgets it. */
  setDraft(sessionId: string, draft: Draft | undefined): void;
  setPanel(name: string, value: number | boolean | string): void;
  setGraphPlace(graphId: string, place: GraphPlace): void;
  flush(): Promise<void>;
  close(): void;
}

/** Panels and viewports change with every pixel; what is open is written at once, so that a crash costs none of it. */
const writeDelayMs = 400;
const mostRecents = 20;
const mostGraphs = 200;
const mostDrafts = 40;
/** The view of a window is small; a longer draft lives as long as the window. */
const longestDraft = 4_000;
const initial: ViewState = { loaded: false, route: { place: "home" }, tabs: [], panels: {}, recents: [], graphs: {}, drafts: {} };

export const createViewStore = (adapter: GatewayAdapter, environment: Environment): ViewStore => {
  const store = createStore<ViewState>(() => initial);
  let cancel: (() => void) | undefined;
  let dirty = false;
  let written = Promise.resolve();

  const write = (): Promise<void> => {
    cancel?.();
    cancel = undefined;
    if (!dirty) return written;
    dirty = false;
    const { loaded: _, drafts, ...rest } = store.getState();
    const state = { ...rest, drafts: Object.fromEntries(Object.entries(drafts).filter(([, draft]) => draft.text.length <= longestDraft)) };
    written = written
      .then(() => adapter.callPromise("set_view_state", { windowId: adapter.windowId, state: JSON.parse(JSON.stringify(state)) }))
      // Tried again with the next change; losing a panel's size is no reason to tell anybody.
      .then(
        () => undefined,
        () => {
          dirty = true;
        },
      );
    return written;
  };
  const change = (patch: Partial<ViewState>) => {
    const old = store.getState();
    store.setState(patch);
    dirty = true;
    const now = store.getState();
    // Not before the kept state was read: it would be overwritten by the defaults.
    if (!now.loaded) return;
    cancel?.();
    cancel = environment.after(now.route === old.route && now.tabs === old.tabs ? writeDelayMs : 0, () => void write());
  };
  // What could not be written while the connection was away.
  const stopStatus = adapter.status.subscribe((status) => {
    if (status.state === "ready" && store.getState().loaded) void write();
  });
  const read = async (): Promise<void> => {
    let kept: Partial<ViewState> = {};
    try {
      kept = readViewState((await adapter.callPromise("get_view_state", { windowId: adapter.startsAs ?? adapter.windowId })).state);
    } catch {
      // Defaults.
    }
    // What the person did while it was read stays.
    store.setState(dirty ? { ...kept, ...store.getState(), loaded: true } : { ...kept, loaded: true });
    // A new window beside another is its own from now on.
    if (dirty || adapter.startsAs !== undefined) change({});
  };

  return {
    store,
    loaded: read(),
    go: (route) => change({ route }),
    openGraph: (graphId) => {
      const { tabs, recents } = store.getState();
      change({
        route: { place: "graph", graphId },
        tabs: tabs.some((tab) => tabId(tab) === graphId) ? tabs : [...tabs, { graphId }],
        recents: [graphId, ...recents.filter((other) => other !== graphId)].slice(0, mostRecents),
      });
    },
    openChat: (sessionId, beside = false) => {
      const { tabs, route } = store.getState();
      const shown = route.place === "chat" ? route.sessionId : undefined;
      change({
        route: beside && shown !== undefined && shown !== sessionId ? { place: "chat", sessionId: shown, beside: sessionId } : { place: "chat", sessionId },
        tabs: tabs.some((tab) => tabId(tab) === sessionId) ? tabs : [...tabs, { sessionId }],
      });
    },
    closeTab: (id) => {
      const { tabs, route } = store.getState();
      const at = tabs.findIndex((tab) => tabId(tab) === id);
      if (at < 0) return;
      const rest = tabs.filter((tab) => tabId(tab) !== id);
      const neighbour = rest[Math.min(at, rest.length - 1)];
      const here = (route.place === "graph" && route.graphId === id) || (route.place === "chat" && route.sessionId === id);
      const kept: Route = route.place === "chat" && route.beside === id ? { place: "chat", ...(route.sessionId === undefined ? {} : { sessionId: route.sessionId }) } : route;
      change({ tabs: rest, route: here ? (neighbour === undefined ? { place: route.place === "chat" ? "chat" : "home" } : routeOfTab(neighbour)) : kept });
    },
    moveTab: (id, to) => {
      const { tabs } = store.getState();
      const tab = tabs.find((other) => tabId(other) === id);
      if (tab === undefined) return;
      const rest = tabs.filter((other) => other !== tab);
      rest.splice(Math.max(0, Math.min(to, rest.length)), 0, tab);
      change({ tabs: rest });
    },
    setDraft: (sessionId, draft) => {
      const { [sessionId]: _, ...rest } = store.getState().drafts;
      const empty = draft === undefined || (draft.text === "" && (draft.files ?? []).length === 0);
      change({ drafts: Object.fromEntries([...(empty ? [] : [[sessionId, draft] as const]), ...Object.entries(rest)].slice(0, mostDrafts)) });
    },
    setPanel: (name, value) => change({ panels: { ...store.getState().panels, [name]: value } }),
    setGraphPlace: (graphId, place) => {
      const { [graphId]: old, ...rest } = store.getState().graphs;
      change({ graphs: Object.fromEntries([[graphId, { ...old, ...place }], ...Object.entries(rest)].slice(0, mostGraphs)) });
    },
    flush: write,
    close: () => {
      cancel?.();
      stopStatus();
    },
  };
};

type Unknown = Readonly<Record<string, unknown>>;
const isRecord = (value: unknown): value is Unknown => typeof value === "object" && value !== null && !Array.isArray(value);
const isText = (value: unknown): value is string => typeof value === "string";
const isNumber = (value: unknown): value is number => typeof value === "number" && Number.isFinite(value);

const readRoute = (value: unknown): Route | undefined => {
  if (!isRecord(value)) return undefined;
  if (value.place === "home") return { place: "home" };
  if (value.place === "graphs") return { place: "graphs" };
  if (value.place === "graph" && isText(value.graphId)) return { place: "graph", graphId: value.graphId };
  if (value.place === "chat") {
    return isText(value.sessionId)
      ? { place: "chat", sessionId: value.sessionId, ...(isText(value.beside) ? { beside: value.beside } : {}) }
      : { place: "chat" };
  }
  if (value.place === "runs") return isText(value.runId) ? { place: "runs", runId: value.runId } : { place: "runs" };
  if (value.place === "settings") return isText(value.page) ? { place: "settings", page: value.page } : { place: "settings" };
  return undefined;
};
const readPlace = (value: unknown): GraphPlace => {
  if (!isRecord(value)) return {};
  const view = value.viewport;
  return {
    ...(isRecord(view) && isNumber(view.x) && isNumber(view.y) && isNumber(view.zoom) ? { viewport: { x: view.x, y: view.y, zoom: view.zoom } } : {}),
    ...(Array.isArray(value.selection) ? { selection: value.selection.filter(isText) } : {}),
    ...(isText(value.runId) ? { runId: value.runId } : {}),
    ...(isText(value.runTab) ? { runTab: value.runTab } : {}),
  };
};

const readTab = (value: unknown): ReadonlyArray<Tab> =>
  !isRecord(value) ? [] : isText(value.graphId) ? [{ graphId: value.graphId }] : isText(value.sessionId) ? [{ sessionId: value.sessionId }] : [];
const readDraft = (value: unknown): Draft => {
  if (!isRecord(value) || !isText(value.text)) return { text: "" };
  const files = (Array.isArray(value.files) ? value.files : []).flatMap((file) =>
    isRecord(file) && isText(file.folderId) && isText(file.path) ? [{ folderId: file.folderId, path: file.path }] : []);
  return files.length === 0 ? { text: value.text } : { text: value.text, files };
};

/** What was kept, as far as it can be understood: it may come from another version. */
export const readViewState = (value: unknown): Partial<ViewState> => {
  if (!isRecord(value)) return {};
  const route = readRoute(value.route);
  return {
    ...(route === undefined ? {} : { route }),
    ...(Array.isArray(value.tabs) ? { tabs: value.tabs.flatMap(readTab) } : {}),
    ...(isRecord(value.panels)
      ? { panels: Object.fromEntries(Object.entries(value.panels).filter((entry): entry is [string, number | boolean | string] => isNumber(entry[1]) || isText(entry[1]) || typeof entry[1] === "boolean")) }
      : {}),
    ...(Array.isArray(value.recents) ? { recents: value.recents.filter(isText).slice(0, mostRecents) } : {}),
    ...(isRecord(value.graphs) ? { graphs: Object.fromEntries(Object.entries(value.graphs).slice(0, mostGraphs).map(([id, place]) => [id, readPlace(place)])) } : {}),
    ...(isRecord(value.drafts) ? { drafts: Object.fromEntries(Object.entries(value.drafts).slice(0, mostDrafts).map(([id, draft]) => [id, readDraft(draft)])) } : {}),
  };
};
