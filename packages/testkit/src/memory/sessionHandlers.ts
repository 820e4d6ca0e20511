/** The commands of chats, models and the configuration over the memory rooms that answer them. */
import type { CommandName, Message, SearchHit } from "@axion/protocol";
import type { Handlers } from "./core.ts";
import type { MemoryModels } from "./models.ts";
import { Refusal } from "./refusal.ts";
import type { MemorySessions } from "./sessions.ts";

const names = [
  "create_session", "list_sessions", "get_session", "delete_session", "send_message", "send_message_streaming", "get_messages", "cancel_stream", "get_config",
  "update_config", "get_models", "get_channels", "get_health", "get_metrics", "compact_session", "get_session_snapshot", "read_messages", "update_session",
  "set_session_folder", "remove_session_folder", "fork_session", "select_branch", "retry_turn", "pin_message", "update_queued", "remove_queued", "answer_request",
  "preview_compaction", "undo_compaction", "search_sessions", "export_session", "put_image", "list_session_files", "list_providers", "set_key", "list_keys",
  "remove_key", "list_egress",
] as const satisfies ReadonlyArray<CommandName>;
export type SessionCommandName = (typeof names)[number];

const files = ["README.md", "bank-2026-10.csv", "rules/matching.md", "tools/match.js", "tools/export_unmatched.py"];

export const sessionHandlers = (sessions: MemorySessions, models: MemoryModels): Pick<Handlers, SessionCommandName> => {
  const folders = (sessionId: string) => {
    const session = sessions.get(sessionId);
    sessions.emit(sessionId, { type: "folders-changed", folders: [...session.folders] });
    return session.folders;
  };
  /** The first and the last two stay, as far as there are so many. */
  const preview = (sessionId: string) => {
    const path = sessions.branch(sessions.get(sessionId));
    const dropped = path.slice(1, Math.max(1, path.length - 2)).map((message) => message.id);
    return {
      summary: "The person asked about invoices; the late rule was looked at and mended.", by: "extract" as const, dropped,
      kept: path.filter((message) => !dropped.includes(message.id)).map((message) => message.id),
      tokensBefore: 18_400, tokensAfter: 9_100, messagesBefore: path.length, messagesAfter: path.length - dropped.length,
    };
  };
  const search = (query: string, message: Message, sessionId: string, title: string): ReadonlyArray<SearchHit> => {
    const at = message.content.toLowerCase().indexOf(query.toLowerCase());
    if (at < 0) return [];
    const found = message.content.slice(at, at + query.length);
    const snippet = `${message.content.slice(Math.max(0, at - 30), at)}\u0002${found}\u0003${message.content.slice(at + query.length, at + 80)}`;
    return [{ sessionId, title, messageId: message.id, role: message.role, timestamp: message.timestamp, snippet }];
  };
  return {
    create_session: (params) => sessions.create(params),
    list_sessions: ({ archived }) => sessions.all().filter((session) => session.archived === (archived ?? false)),
    get_session: ({ sessionId }) => sessions.get(sessionId).info,
    delete_session: ({ sessionId }) => sessions.remove(sessionId),
    send_message: () => {
      throw new Refusal("unknown_command", "The memory Core answers by its stream only.");
    },
    send_message_streaming: (params) => sessions.send(params),
    get_messages: ({ sessionId, limit }) => sessions.branch(sessions.get(sessionId)).slice(-(limit ?? 10_000)),
    cancel_stream: ({ sessionId }) => sessions.cancel(sessionId),
    get_config: () => models.config,
    update_config: (params) => models.update(params),
    get_models: () => models.models(),
    get_channels: () => [
      { id: "desktop", status: "ready", sessions: sessions.all().length }, { id: "web", status: "ready", sessions: 0 }, { id: "cli", status: "ready", sessions: 0 },
      { id: "webhook", status: models.config.channels.webhook.enabled ? "ready" : "off", sessions: 0, ...(models.config.channels.webhook.enabled ? { address: "http://127.0.0.1:8137/hook" } : {}) },
    ],
    get_health: () => ({ status: "healthy", uptime: 60, channelsActive: 3, providersActive: 1, problems: [] }),
    get_metrics: () => ({
      uptime: 60, sessions: sessions.all().length, messages: 0, turnsRunning: 0, turnsFinished: 0, turnsFailed: 0, runsRunning: 0, inputTokens: 0, outputTokens: 0, cost: 0,
      egressRequests: 0, egressBlocked: 0, databaseBytes: 0, memoryBytes: 0, startedAt: new Date(0).toISOString(),
    }),
    get_session_snapshot: ({ sessionId }) => {
      const session = sessions.get(sessionId);
      const page = sessions.page({ sessionId, limit: 1 });
      return {
        session: session.info, ...(session.tip === undefined ? {} : { tip: session.tip }), folders: session.folders, queue: session.queue, requests: session.requests, todos: session.todos,
        ...(session.context === undefined ? {} : { context: session.context }), ...(session.turn === undefined ? {} : { turnId: session.turn.turnId }),
        ...(session.compaction === undefined ? {} : { compaction: session.compaction }), epoch: page.epoch, head: page.head,
      };
    },
    read_messages: (params) => sessions.page(params),
    update_session: ({ sessionId, title, ...patch }) => sessions.patch(sessionId, { ...patch, ...(title === undefined ? {} : { title, titled: true }) }),
    set_session_folder: ({ sessionId, folderId, path, access }) => {
      const session = sessions.get(sessionId);
      session.folders = [...session.folders.filter((folder) => folder.folderId !== folderId), { folderId, path, access }];
      return folders(sessionId);
    },
    remove_session_folder: ({ sessionId, folderId }) => {
      const session = sessions.get(sessionId);
      session.folders = session.folders.filter((folder) => folder.folderId !== folderId);
      return folders(sessionId);
    },
    fork_session: (params) => sessions.fork(params),
    select_branch: (params) => sessions.selectBranch(params),
    retry_turn: (params) => sessions.retry(params),
    pin_message: ({ sessionId, messageId, pinned }) => {
      sessions.emit(sessionId, { type: "message-pinned", messageId, pinned });
      return null;
    },
    update_queued: (params) => sessions.updateQueued(params),
    remove_queued: (params) => sessions.removeQueued(params),
    answer_request: (params) => sessions.answer(params),
    preview_compaction: ({ sessionId }) => preview(sessionId),
    compact_session: ({ sessionId, summary }) => {
      const { dropped, kept, ...plan } = preview(sessionId);
      const upTo = dropped.at(-1);
      if (upTo === undefined) throw new Refusal("conflict", "There is nothing to summarise yet.");
      const session = sessions.get(sessionId);
      const compactionId = `c-mem-${sessions.page({ sessionId }).head}`;
      const compaction = { compactionId, upTo, ...plan, ...(summary === undefined ? {} : { summary, by: "person" as const }) };
      session.compaction = compaction;
      for (const id of dropped) {
        const message = session.messages.get(id);
        if (message !== undefined) session.messages.set(id, { ...message, compacted: true });
      }
      sessions.emit(sessionId, { type: "compacted", ...compaction, kept });
      return { messagesBefore: plan.messagesBefore, messagesAfter: plan.messagesAfter, tokensSaved: plan.tokensBefore - plan.tokensAfter, compactionId };
    },
    undo_compaction: ({ sessionId, compactionId }) => {
      const session = sessions.get(sessionId);
      session.compaction = undefined;
      for (const [id, { compacted: _, ...message }] of session.messages) session.messages.set(id, message);
      sessions.emit(sessionId, { type: "compaction-undone", compactionId });
      return null;
    },
    search_sessions: ({ query, sessionId, limit = 50 }) =>
      sessions.all().filter((info) => sessionId === undefined || info.id === sessionId)
        .flatMap((info) => [...sessions.get(info.id).messages.values()].flatMap((message) => search(query, message, info.id, info.title))).slice(0, limit),
    export_session: ({ sessionId, format }) => {
      const path = sessions.branch(sessions.get(sessionId));
      const text = format === "json" ? JSON.stringify(path) : path.map((message) => `## ${message.role}\n\n${message.content}`).join("\n\n");
      return { name: `chat.${format === "json" ? "json" : "md"}`, text };
    },
    put_image: ({ base64 }) => ({ hash: "0".repeat(64), bytes: Math.floor(base64.length * 0.75) }),
    list_session_files: ({ sessionId, query }) => ({
      files: sessions.get(sessionId).folders.flatMap((folder) => files.filter((path) => path.toLowerCase().includes(query.toLowerCase())).map((path) => ({ folderId: folder.folderId, path }))),
      truncated: false,
    }),
    list_providers: () => models.providers(),
    set_key: (params) => models.setKey(params),
    list_keys: () => models.keys(),
    remove_key: (params) => models.removeKey(params),
    list_egress: (params) => models.egress(params),
  };
};
