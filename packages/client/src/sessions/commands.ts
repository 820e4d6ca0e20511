/**
 * What a person can do with chats, as functions for event handlers. Ids are made here, so that repeating is harmless; results are put
 * into the lists at once. Each rejects with a GatewayError.
 */
import type {
  Access, CompactionPreview, CompactionResult, Delivery, RequestAnswer, Result, SearchHit, SessionInfo, SessionMode, UserPart,
} from "@axion/protocol";
import type { Environment } from "../environment.ts";
import type { GatewayAdapter } from "../gateway/adapter.ts";
import { CommandRefused, Disconnected } from "../gateway/errors.ts";
import type { WorkspaceStore } from "../stores/workspace.ts";
import { dropSession, putSession } from "../workspace/lists.ts";

export interface NewSession {
  readonly model?: string;
  readonly mode?: SessionMode;
  readonly title?: string;
}
export interface Outgoing {
  readonly content: string;
  /** Files and images; the text is put before them. */
  readonly parts?: ReadonlyArray<UserPart>;
  readonly delivery?: Delivery;
  /** Answers this message instead of the newest: a new branch; null answers none, from the very beginning. */
  readonly parentId?: string | null;
}
export type SessionPatch = Partial<Pick<SessionInfo, "title" | "pinned" | "archived" | "model" | "mode">>;

export interface SessionCommands {
  create(options?: NewSession): Promise<SessionInfo>;
  update(sessionId: string, patch: SessionPatch): Promise<SessionInfo>;
  remove(sessionId: string): Promise<void>;
  fork(sessionId: string, messageId: string): Promise<SessionInfo>;
  send(sessionId: string, message: Outgoing): Promise<void>;
  stop(sessionId: string): Promise<void>;
  retry(sessionId: string, messageId: string, model?: string): Promise<void>;
  selectBranch(sessionId: string, messageId: string): Promise<void>;
  pinMessage(sessionId: string, messageId: string, pinned: boolean): Promise<void>;
  answer(sessionId: string, requestId: string, answer: RequestAnswer): Promise<void>;
  updateQueued(sessionId: string, queuedId: string, change: { readonly content?: string; readonly delivery?: Delivery; readonly position?: number; readonly held?: boolean }): Promise<void>;
  removeQueued(sessionId: string, queuedId: string): Promise<void>;
  setFolder(sessionId: string, folder: { readonly folderId?: string; readonly path: string; readonly access: Access }): Promise<void>;
  removeFolder(sessionId: string, folderId: string): Promise<void>;
  previewCompaction(sessionId: string, wish?: string): Promise<CompactionPreview>;
  compact(sessionId: string, summary?: string): Promise<CompactionResult>;
  undoCompaction(sessionId: string, compactionId: string): Promise<void>;
  search(query: string, sessionId?: string): Promise<ReadonlyArray<SearchHit>>;
  exportAs(sessionId: string, format: "markdown" | "json"): Promise<Result<"export_session">>;
  files(sessionId: string, query: string): Promise<Result<"list_session_files">>;
  putImage(sessionId: string, base64: string): Promise<Result<"put_image">>;
}

export const createSessionCommands = (adapter: GatewayAdapter, environment: Environment, workspace: WorkspaceStore): SessionCommands => {
  const show = (session: SessionInfo): SessionInfo => {
    workspace.change((lists) => putSession(lists, session));
    return session;
  };
  /** Sent, and no answer: with an id of ours the second time is harmless, and "it is there" means that the first arrived. */
  const surely = async (attempt: () => Promise<unknown>): Promise<void> => {
    try {
      await attempt();
    } catch (error) {
      if (!(error instanceof Disconnected && error.sent)) throw error;
      try {
        await attempt();
      } catch (second) {
        if (!(second instanceof CommandRefused && second.code === "conflict")) throw second;
      }
    }
  };
  return {
    create: async (options = {}) => {
      const sessionId = environment.newId();
      const channelId = adapter.capabilities.shell === "desktop" ? "desktop" : "web";
      await surely(() => adapter.callPromise("create_session", { ...options, channelId, sessionId }));
      return show(await adapter.callPromise("get_session", { sessionId }));
    },
    update: async (sessionId, { model, ...patch }) => show(await adapter.callPromise("update_session", { sessionId, ...patch, ...(model === undefined ? {} : { model }) })),
    remove: async (sessionId) => {
      await adapter.callPromise("delete_session", { sessionId });
      workspace.change((lists) => dropSession(lists, sessionId));
    },
    fork: async (sessionId, messageId) => {
      const copyId = environment.newId();
      return show(await adapter.callPromise("fork_session", { sessionId, messageId, copyId }));
    },
    send: (sessionId, { content, parts, delivery, parentId }) => {
      const messageId = environment.newId();
      return surely(() =>
        adapter.callPromise("send_message_streaming", {
          sessionId, content, messageId, follow: false, ...(parts === undefined || parts.length === 0 ? {} : { parts }),
          ...(delivery === undefined ? {} : { delivery }), ...(parentId === undefined ? {} : parentId === null ? { root: true } : { parentId }),
        }));
    },
    stop: async (sessionId) => void (await adapter.callPromise("cancel_stream", { sessionId })),
    retry: async (sessionId, messageId, model) => void (await adapter.callPromise("retry_turn", { sessionId, messageId, ...(model === undefined ? {} : { model }) })),
    selectBranch: async (sessionId, messageId) => void (await adapter.callPromise("select_branch", { sessionId, messageId })),
    pinMessage: async (sessionId, messageId, pinned) => void (await adapter.callPromise("pin_message", { sessionId, messageId, pinned })),
    answer: async (sessionId, requestId, answer) => void (await adapter.callPromise("answer_request", { sessionId, requestId, answer })),
    updateQueued: async (sessionId, queuedId, change) => void (await adapter.callPromise("update_queued", { sessionId, queuedId, ...change })),
    removeQueued: async (sessionId, queuedId) => void (await adapter.callPromise("remove_queued", { sessionId, queuedId })),
    setFolder: async (sessionId, { folderId, path, access }) =>
      void (await adapter.callPromise("set_session_folder", { sessionId, folderId: folderId ?? folderIdFor(path, environment.newId()), path, access })),
    removeFolder: async (sessionId, folderId) => void (await adapter.callPromise("remove_session_folder", { sessionId, folderId })),
    previewCompaction: (sessionId, wish) => adapter.callPromise("preview_compaction", { sessionId, ...(wish === undefined ? {} : { wish }) }),
    compact: (sessionId, summary) => adapter.callPromise("compact_session", { sessionId, ...(summary === undefined ? {} : { summary }) }),
    undoCompaction: async (sessionId, compactionId) => void (await adapter.callPromise("undo_compaction", { sessionId, compactionId })),
    search: (query, sessionId) => adapter.callPromise("search_sessions", { query, limit: 60, ...(sessionId === undefined ? {} : { sessionId }) }),
    exportAs: (sessionId, format) => adapter.callPromise("export_session", { sessionId, format }),
    files: (sessionId, query) => adapter.callPromise("list_session_files", { sessionId, query, limit: 50 }),
    putImage: (sessionId, base64) => adapter.callPromise("put_image", { sessionId, base64 }),
  };
};

/** The agent knows a folder by this name, so it is made of the folder's own; a part of `unique` keeps two of one name apart. */
export const folderIdFor = (path: string, unique: string): string => {
  const name = path.split(/[/\\]/).findLast((part) => part !== "") ?? "folder";
  const plain = name.replaceAll(/[^A-Za-z0-9_-]+/g, "-").replaceAll(/^[^A-Za-z0-9]+|-+$/g, "").slice(0, 40);
  return `${plain === "" ? "folder" : plain}-${unique.slice(0, 4)}`;
};
