/**
 * Agent sessions in memory: branches, turns played from a script, requests, queue, search, compaction. It keeps the promises that a
 * screen relies on (one turn at a time, durable text behind the deltas, streams without gaps), not Core's storage.
 */
import { applyToMessage, type MessageEvent, Transcript } from "@axion/client";
import type {
  ContextUse, Message, Params, QueuedMessage, Result, SessionCompaction, SessionEvent, SessionFolder, SessionInfo, SessionRequest, Todo, UserPart,
} from "@axion/protocol";
import { demoTurn, type TurnLine } from "./demoTurn.ts";
import { Refusal } from "./refusal.ts";
import type { MemoryStreams } from "./streams.ts";

type Draft<E = SessionEvent> = E extends SessionEvent ? Omit<E, "sessionId" | "seq" | "ts"> : never;
interface Turn {
  readonly turnId: string;
  readonly messageId: string;
  lines: TurnLine[];
  /** Texts by part, as far as they are durable. */
  readonly texts: Map<number, string>;
  cancel: (() => void) | undefined;
}
interface Session {
  info: SessionInfo;
  readonly messages: Map<string, Message>;
  tip: string | undefined;
  folders: SessionFolder[];
  queue: QueuedMessage[];
  requests: SessionRequest[];
  todos: ReadonlyArray<Todo>;
  context: ContextUse | undefined;
  turn: Turn | undefined;
  compaction: SessionCompaction | undefined;
}

export interface MemorySessionsParts {
  readonly now: () => number;
  readonly after: (ms: number, run: () => void) => () => void;
  readonly streams: MemoryStreams;
  readonly announce: (event: Readonly<Record<string, unknown>>) => void;
  readonly turn?: (said: string, messageId: string, id: string) => TurnLine[];
}

export const noUsage = { inputTokens: 0, outputTokens: 0 };
const deltaLetters = 12;
const deltaMs = 33;

export class MemorySessions {
  readonly #parts: MemorySessionsParts;
  readonly #sessions = new Map<string, Session>();
  #ids = 0;

  constructor(parts: MemorySessionsParts) {
    this.#parts = parts;
  }

  get(sessionId: string): Session {
    const session = this.#sessions.get(sessionId);
    if (session === undefined) throw new Refusal("not_found", "There is no such chat.");
    return session;
  }
  all(): ReadonlyArray<SessionInfo> {
    return [...this.#sessions.values()].map((session) => session.info).sort((one, other) => (one.lastActive < other.lastActive ? 1 : -1));
  }

  create({ channelId = "desktop", model, sessionId, title, mode, projectId }: Params<"create_session">): SessionInfo {
    const id = sessionId ?? this.#id("s");
    if (this.#sessions.has(id)) throw new Refusal("conflict", "A chat with this id exists already.");
    const at = new Date(this.#parts.now()).toISOString();
    const info: SessionInfo = {
      id, channelId, createdAt: at, lastActive: at, messageCount: 0, model: model ?? "demo", title: title ?? "New chat", titled: title !== undefined, state: "idle",
      mode: mode ?? "ask", ...(projectId === undefined ? {} : { projectId }), pinned: false, archived: false, waiting: 0, queued: 0, usage: noUsage,
    };
    this.#sessions.set(id, {
      info, messages: new Map(), tip: undefined, folders: [], queue: [], requests: [], todos: [], context: undefined, turn: undefined, compaction: undefined,
    });
    this.emit(id, { type: "session-created", session: info });
    this.patch(id, {});
    return info;
  }
  patch(sessionId: string, patch: Partial<SessionInfo>): SessionInfo {
    const session = this.get(sessionId);
    session.info = {
      ...session.info, ...patch, waiting: session.requests.length, queued: session.queue.length, messageCount: session.messages.size,
      state: session.requests.length > 0 ? "waiting" : session.turn !== undefined ? "running" : patch.state ?? (session.info.state === "failed" ? "failed" : "idle"),
    };
    this.#parts.announce({ type: "session-changed", session: session.info });
    return session.info;
  }
  remove(sessionId: string): null {
    this.get(sessionId).turn?.cancel?.();
    this.#sessions.delete(sessionId);
    this.#parts.announce({ type: "session-deleted", sessionId });
    return null;
  }

  /** Appends one event and keeps the projection of it. */
  emit(sessionId: string, draft: Draft): void {
    const session = this.get(sessionId);
    const [stored] = this.#parts.streams.append(`session:${sessionId}`, [{ ...draft, sessionId, ts: this.#parts.now() }]);
    // Made of a draft of this type a line above.
    const event = stored as unknown as SessionEvent;
    if (event.type === "message-added" || event.type === "turn-started") this.#add(session, event);
    else if (event.type === "tip-moved") session.tip = event.messageId;
    else if ("messageId" in event || "callId" in event || "requestId" in event) this.#change(session, event);
    if (event.type === "todos-changed") session.todos = event.todos;
    if (event.type === "context-measured") session.context = event.context;
    if (event.type === "request-opened") session.requests.push(event.request);
    if (event.type === "request-answered") session.requests = session.requests.filter((request) => request.requestId !== event.requestId);
  }
  #add(session: Session, event: Extract<SessionEvent, { type: "message-added" | "turn-started" }>): void {
    const user = event.type === "message-added";
    const parts = user ? event.parts : [];
    const message: Message = {
      id: event.messageId, sessionId: event.sessionId, ...(event.parentId === undefined ? {} : { parentId: event.parentId }), role: user ? "user" : "assistant",
      content: user ? event.parts.map((part) => (part.type === "text" ? part.text : "")).join("") : "", parts, timestamp: new Date(event.ts).toISOString(),
      state: user ? "complete" : "streaming", ...(user ? {} : { model: event.model, provider: event.provider, turnId: event.turnId }), seq: event.seq,
    };
    session.messages.set(message.id, message);
    const siblings = [...session.messages.values()].filter((other) => other.parentId === message.parentId);
    if (siblings.length > 1) for (const other of siblings) session.messages.set(other.id, { ...other, branches: siblings.map((one) => one.id) });
    session.tip = message.id;
  }
  #change(session: Session, event: SessionEvent): void {
    const { turn } = session;
    const id = "messageId" in event && event.messageId !== undefined ? event.messageId : turn?.messageId;
    const message = id === undefined ? undefined : session.messages.get(id);
    // Events that name a message, a call or a request of the turn are exactly those that change a message.
    if (message !== undefined) session.messages.set(message.id, { ...applyToMessage(message, event as MessageEvent), seq: event.seq });
  }

  branch(session: Session): ReadonlyArray<Message> {
    const path: Message[] = [];
    for (let id = session.tip; id !== undefined; ) {
      const message = session.messages.get(id);
      if (message === undefined) break;
      path.push(message);
      id = message.parentId;
    }
    return path.reverse();
  }

  // ── turns

  send({ sessionId, content, messageId, parts, delivery, parentId }: Params<"send_message_streaming">): null {
    const session = this.get(sessionId);
    const all: UserPart[] = [...(content === "" ? [] : [{ type: "text" as const, text: content }]), ...(parts ?? [])];
    if (session.turn !== undefined) {
      session.queue.push({ queuedId: messageId ?? this.#id("q"), delivery: delivery ?? "queue", parts: all, createdAt: this.#parts.now() });
      this.#queueChanged(session);
      return null;
    }
    const parent = parentId ?? session.tip;
    this.emit(sessionId, { type: "message-added", messageId: messageId ?? this.#id("m"), ...(parent === undefined ? {} : { parentId: parent }), parts: all, channelId: session.info.channelId });
    if (!session.info.titled && session.messages.size === 1) session.info = { ...session.info, title: content.slice(0, 60) };
    this.start(session, content);
    return null;
  }
  start(session: Session, said: string): void {
    const parentId = session.tip ?? "";
    const turnId = this.#id("t");
    const messageId = this.#id("m");
    this.emit(session.info.id, { type: "turn-started", turnId, messageId, parentId, model: session.info.model ?? "demo", provider: "demo", mode: session.info.mode });
    this.emit(session.info.id, { type: "turn-attempted", turnId, attempt: 1, runner: { mode: "process", jail: "Landlock, seccomp", node: "24.21.0", readyMs: 84 } });
    session.turn = { turnId, messageId, lines: (this.#parts.turn ?? demoTurn)(said, messageId, turnId), texts: new Map(), cancel: undefined };
    this.patch(session.info.id, { lastActive: new Date(this.#parts.now()).toISOString(), last: said.slice(0, 200) });
    this.#play(session);
  }
  #play(session: Session): void {
    const { turn } = session;
    const line = turn?.lines[0];
    if (turn === undefined || line === undefined) return;
    if ("waitFor" in line && session.requests.some((request) => request.requestId === line.waitFor)) return;
    turn.cancel = this.#parts.after(line.afterMs, () => {
      turn.lines.shift();
      if ("event" in line) this.#write(session, turn, line.event as Draft);
      else this.#say(session, turn, line.part, line.kind, line.say);
      // The next turn has begun to play by itself.
      if (session.turn === turn) this.#play(session);
    });
  }
  #write(session: Session, turn: Turn, draft: Draft): void {
    this.emit(session.info.id, { ...draft, turnId: turn.turnId } as Draft);
    if (draft.type === "turn-finished") this.#finished(session, draft.state === "failed");
    else if (draft.type === "request-opened" || draft.type === "request-answered") this.patch(session.info.id, {});
  }
  /** A few letters now, the rest as further lines: first the delta, and the durable text behind it. */
  #say(session: Session, turn: Turn, part: number, kind: "text" | "reasoning", text: string): void {
    const offset = turn.texts.get(part)?.length ?? 0;
    const piece = text.slice(0, deltaLetters);
    const place = { turnId: turn.turnId, messageId: turn.messageId, part, kind, offset, text: piece };
    this.#parts.streams.push({ type: "session-delta", sessionId: session.info.id, ...place });
    this.emit(session.info.id, { type: "text-added", ...place });
    turn.texts.set(part, (turn.texts.get(part) ?? "") + piece);
    if (text.length > piece.length) turn.lines.unshift({ afterMs: deltaMs, part, kind, say: text.slice(deltaLetters) });
  }
  #finished(session: Session, failed: boolean): void {
    session.turn = undefined;
    session.requests = [];
    this.patch(session.info.id, { state: failed ? "failed" : "idle", usage: { inputTokens: session.info.usage.inputTokens + 1840, outputTokens: session.info.usage.outputTokens + 212 } });
    const next = session.queue.find((queued) => queued.held !== true);
    if (next === undefined) return;
    session.queue = session.queue.filter((queued) => queued !== next);
    this.#queueChanged(session);
    const said = next.parts.map((part) => (part.type === "text" ? part.text : "")).join("");
    this.emit(session.info.id, { type: "message-added", messageId: next.queuedId, ...(session.tip === undefined ? {} : { parentId: session.tip }), parts: next.parts, channelId: session.info.channelId });
    this.start(session, said);
  }
  cancel(sessionId: string): null {
    const session = this.get(sessionId);
    const { turn } = session;
    if (turn === undefined) return null;
    turn.cancel?.();
    this.emit(sessionId, { type: "turn-finished", turnId: turn.turnId, messageId: turn.messageId, state: "cancelled", ms: 400, usage: noUsage });
    this.#finished(session, false);
    return null;
  }
  answer({ sessionId, requestId, answer }: Params<"answer_request">): null {
    const session = this.get(sessionId);
    const { turn } = session;
    if (turn === undefined || !session.requests.some((request) => request.requestId === requestId)) throw new Refusal("conflict", "This was answered already.");
    this.emit(sessionId, { type: "request-answered", turnId: turn.turnId, requestId, answer: { ...answer, by: "person" } });
    this.patch(sessionId, {});
    this.#play(session);
    return null;
  }

  // ── branches, queue

  fork({ sessionId, messageId, copyId }: Params<"fork_session">): SessionInfo {
    const session = this.get(sessionId);
    const path = this.branch(session);
    const at = path.findIndex((message) => message.id === messageId);
    if (at < 0) throw new Refusal("not_found", "There is no such message.");
    const model = session.info.model;
    this.create({ sessionId: copyId, title: session.info.title, mode: session.info.mode, ...(model === undefined ? {} : { model }) });
    const copy = this.get(copyId);
    for (const message of path.slice(0, at + 1)) copy.messages.set(message.id, { ...message, sessionId: copyId, seq: 1 });
    copy.tip = messageId;
    return this.patch(copyId, { forkedFrom: { sessionId, messageId } });
  }
  selectBranch({ sessionId, messageId }: Params<"select_branch">): null {
    const session = this.get(sessionId);
    let tip = messageId;
    for (;;) {
      const child = [...session.messages.values()].findLast((message) => message.parentId === tip);
      if (child === undefined) break;
      tip = child.id;
    }
    this.emit(sessionId, { type: "tip-moved", messageId: tip });
    return null;
  }
  retry({ sessionId, messageId, model }: Params<"retry_turn">): null {
    const session = this.get(sessionId);
    if (session.turn !== undefined) throw new Refusal("busy", "A turn is running.");
    const message = session.messages.get(messageId);
    const asked = message?.role === "assistant" ? message.parentId : messageId;
    if (asked === undefined) throw new Refusal("not_found", "There is no such message.");
    this.emit(sessionId, { type: "tip-moved", messageId: asked });
    if (model !== undefined) session.info = { ...session.info, model };
    this.start(session, session.messages.get(asked)?.content ?? "");
    return null;
  }
  updateQueued({ sessionId, queuedId, content, delivery, position, held }: Params<"update_queued">): QueuedMessage[] {
    const session = this.get(sessionId);
    const at = session.queue.findIndex((queued) => queued.queuedId === queuedId);
    const old = session.queue[at];
    if (old === undefined) throw new Refusal("not_found", "This message has gone out already.");
    const next: QueuedMessage = {
      ...old, ...(delivery === undefined ? {} : { delivery }), ...(held === undefined ? {} : { held }),
      ...(content === undefined ? {} : { parts: [{ type: "text", text: content }, ...old.parts.filter((part) => part.type !== "text")] }),
    };
    session.queue.splice(at, 1);
    session.queue.splice(position ?? at, 0, next);
    return this.#queueChanged(session);
  }
  removeQueued({ sessionId, queuedId }: Params<"remove_queued">): QueuedMessage[] {
    const session = this.get(sessionId);
    session.queue = session.queue.filter((queued) => queued.queuedId !== queuedId);
    return this.#queueChanged(session);
  }
  #queueChanged(session: Session): QueuedMessage[] {
    this.emit(session.info.id, { type: "queue-changed", queue: structuredClone(session.queue) });
    this.patch(session.info.id, {});
    return session.queue;
  }

  /** The loaded part of a session as a client would have it, from the events alone: to compare with. */
  transcriptOf(sessionId: string): Transcript {
    const transcript = new Transcript();
    transcript.apply(this.#parts.streams.after(`session:${sessionId}`, 0) as unknown as Parameters<Transcript["apply"]>[0]);
    return transcript;
  }
  page({ sessionId, before, around, limit = 60 }: Params<"read_messages">): Result<"read_messages"> {
    const session = this.get(sessionId);
    const path = this.branch(session);
    const at = path.findIndex((message) => message.id === (around ?? before));
    const end = around !== undefined ? Math.min(path.length, at + 1 + (limit >> 1)) : before === undefined ? path.length : at;
    const start = Math.max(0, end - limit);
    const first = path[start];
    const log = this.#parts.streams.log(`session:${sessionId}`);
    return {
      messages: path.slice(start, end), ...(start > 0 && first !== undefined ? { before: first.id } : {}), total: path.length, epoch: log.epoch, head: log.events.length,
    };
  }
  #id(prefix: string): string {
    this.#ids += 1;
    return `${prefix}-mem-${this.#ids}`;
  }
}
