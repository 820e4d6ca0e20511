/**
 * The part of a session that is loaded: its messages, the shown branch, and what is open (turn, requests, queue, plan, context).
 * Session events and deltas in, changed ids out. Deterministic: the durable text depends on the events alone.
 *
 * Events with a seq that a message contains already change nothing, so pages and the live tail may overlap. What cannot be followed
 * from here (another branch than the loaded one) asks for a new reading instead of guessing.
 */
import type {
  ContextUse, Message, MessagePage, QueuedMessage, SessionCompaction, SessionDelta, SessionEvent, SessionFolder, SessionRequest, SessionSnapshot, Todo,
} from "@axion/protocol";
import { Ahead } from "./ahead.ts";
import { applyToMessage, contentOf, type EventOf, type MessageEvent, timestampOf } from "./parts.ts";

export interface OpenTurn {
  readonly turnId: string;
  readonly messageId: string;
  readonly startedAt: number;
  readonly attempt: number;
  /** The runner is gone; a new one takes the turn up. */
  readonly interrupted: string | undefined;
}
/** Everything of a session but its messages. */
export interface SessionFacts {
  readonly turn: OpenTurn | undefined;
  readonly queue: ReadonlyArray<QueuedMessage>;
  readonly folders: ReadonlyArray<SessionFolder>;
  readonly requests: ReadonlyArray<SessionRequest>;
  readonly todos: ReadonlyArray<Todo>;
  readonly context: ContextUse | undefined;
  /** The compaction that counts on the shown branch. */
  readonly compaction: SessionCompaction | undefined;
}
export interface Change {
  readonly messages: ReadonlySet<string>;
  readonly order: boolean;
  readonly facts: boolean;
  /** The shown branch left what is loaded. */
  readonly reread: boolean;
}

export const noFacts: SessionFacts = {
  turn: undefined, queue: [], folders: [], requests: [], todos: [], context: undefined, compaction: undefined,
};

export class Transcript {
  readonly #durable = new Map<string, Message>();
  readonly #shown = new Map<string, Message>();
  readonly #ahead = new Ahead();
  #order: ReadonlyArray<string> = [];
  /** The loaded part ends with the tip of the branch. */
  #atTip = true;
  #facts: SessionFacts = noFacts;
  #changed = new Set<string>();
  #orderChanged = false;
  #factsChanged = false;
  #reread = false;

  get order(): ReadonlyArray<string> {
    return this.#order;
  }
  get facts(): SessionFacts {
    return this.#facts;
  }
  get atTip(): boolean {
    return this.#atTip;
  }

  /** The message as it is shown: durable parts and what runs ahead of them. */
  message(id: string): Message | undefined {
    const shown = this.#shown.get(id);
    if (shown !== undefined) return shown;
    const durable = this.#durable.get(id);
    if (durable === undefined) return undefined;
    const parts = durable.state === "streaming" ? this.#ahead.over(id, durable.parts) : durable.parts;
    const message = parts === durable.parts ? durable : { ...durable, parts };
    this.#shown.set(id, message);
    return message;
  }

  // ── readings

  /** A new beginning: the latest page (or one around a message) and the state of the session as of about the same time. */
  reset(snapshot: SessionSnapshot, page: MessagePage, atTip: boolean): void {
    this.#durable.clear();
    this.#shown.clear();
    for (const message of page.messages) this.#durable.set(message.id, message);
    this.#order = page.messages.map((message) => message.id);
    this.#atTip = atTip;
    const running = snapshot.turnId === undefined ? undefined : page.messages.findLast((message) => message.turnId === snapshot.turnId);
    this.#facts = {
      turn:
        running === undefined || snapshot.turnId === undefined
          ? undefined
          : { turnId: snapshot.turnId, messageId: running.id, startedAt: Date.parse(running.timestamp), attempt: 1, interrupted: undefined },
      queue: snapshot.queue, folders: snapshot.folders, requests: snapshot.requests, todos: snapshot.todos, context: snapshot.context,
      compaction: snapshot.compaction,
    };
    this.#reread = false;
  }
  prepend(page: MessagePage): void {
    const fresh = this.#take(page.messages);
    this.#order = [...fresh, ...this.#order];
  }
  /** A page that overlaps the end of what is loaded. */
  append(page: MessagePage, atTip: boolean): void {
    this.#order = [...this.#order, ...this.#take(page.messages)];
    this.#atTip = atTip;
  }
  /** Forgets the oldest messages, so that a long day does not fill the memory. */
  trim(keep: number): boolean {
    if (this.#order.length <= keep) return false;
    const kept = new Set(this.#order.slice(-keep));
    for (const id of this.#order) if (!kept.has(id)) this.#forget(id);
    this.#order = this.#order.slice(-keep);
    return true;
  }
  #take(messages: ReadonlyArray<Message>): string[] {
    const fresh: string[] = [];
    const loaded = new Set(this.#order);
    for (const message of messages) {
      if (loaded.has(message.id)) continue;
      this.#durable.set(message.id, message);
      this.#shown.delete(message.id);
      fresh.push(message.id);
    }
    return fresh;
  }
  #forget(id: string): void {
    this.#durable.delete(id);
    this.#shown.delete(id);
    this.#ahead.drop(id);
  }

  // ── the live tail

  apply(events: ReadonlyArray<SessionEvent>): Change {
    for (const event of events) this.#one(event);
    return this.#takeChange();
  }
  delta(delta: SessionDelta): Change {
    const message = this.#durable.get(delta.messageId);
    if (message !== undefined && message.state !== "streaming") return this.#takeChange();
    this.#ahead.add(delta);
    if (message !== undefined) this.#touch(delta.messageId);
    return this.#takeChange();
  }
  #takeChange(): Change {
    const change = { messages: this.#changed, order: this.#orderChanged, facts: this.#factsChanged, reread: this.#reread };
    this.#changed = new Set();
    this.#orderChanged = false;
    this.#factsChanged = false;
    this.#reread = false;
    return change;
  }
  #touch(id: string): void {
    this.#shown.delete(id);
    this.#changed.add(id);
  }
  #patch(facts: Partial<SessionFacts>): void {
    this.#facts = { ...this.#facts, ...facts };
    this.#factsChanged = true;
  }
  #put(message: Message): void {
    this.#durable.set(message.id, message);
    this.#touch(message.id);
  }
  #edit(id: string | undefined, event: MessageEvent): void {
    const message = id === undefined ? undefined : this.#durable.get(id);
    if (message === undefined || message.seq >= event.seq) return;
    this.#put({ ...applyToMessage(message, event), seq: event.seq });
  }

  #one(event: SessionEvent): void {
    const { turn } = this.#facts;
    const ofTurn = "turnId" in event && event.turnId === turn?.turnId ? turn?.messageId : undefined;
    switch (event.type) {
      case "session-created":
        return;
      case "message-added":
        return this.#add({
          id: event.messageId, sessionId: event.sessionId, ...(event.parentId === undefined ? {} : { parentId: event.parentId }), role: "user",
          content: contentOf(event.parts), parts: event.parts, timestamp: timestampOf(event.ts), state: "complete", seq: event.seq,
        });
      case "turn-started":
        this.#patch({ turn: { turnId: event.turnId, messageId: event.messageId, startedAt: event.ts, attempt: 1, interrupted: undefined } });
        return this.#add({
          id: event.messageId, sessionId: event.sessionId, parentId: event.parentId, role: "assistant", content: "", parts: [], timestamp: timestampOf(event.ts),
          state: "streaming", model: event.model, provider: event.provider, turnId: event.turnId, seq: event.seq,
        });
      case "tip-moved":
        return this.#moveTip(event.messageId);
      case "queue-changed":
        return this.#patch({ queue: event.queue });
      case "folders-changed":
        return this.#patch({ folders: event.folders });
      case "todos-changed":
        return this.#patch({ todos: event.todos });
      case "context-measured":
        return this.#patch({ context: event.context });
      case "turn-attempted":
      case "turn-interrupted":
        return this.#again(event);
      case "request-opened":
        if (!this.#facts.requests.some((request) => request.requestId === event.request.requestId)) this.#patch({ requests: [...this.#facts.requests, event.request] });
        return this.#edit(event.messageId, event);
      case "request-answered":
        this.#patch({ requests: this.#facts.requests.filter((request) => request.requestId !== event.requestId) });
        return this.#edit(ofTurn ?? this.#messageAsking(event.requestId), event);
      case "tool-started":
      case "tool-finished":
        return this.#edit(ofTurn ?? this.#messageOfTurn(event.turnId), event);
      case "steered":
        this.#patch({ queue: this.#facts.queue.filter(({ queuedId }) => queuedId !== event.queuedId) });
        return this.#edit(event.messageId, event);
      case "message-pinned":
      case "text-added":
      case "tool-called":
      case "usage-reported":
      case "turn-noted":
        return this.#edit(event.messageId, event);
      case "turn-finished":
        this.#ahead.drop(event.messageId);
        if (turn === undefined || turn.turnId === event.turnId) this.#patch({ turn: undefined, requests: [] });
        return this.#edit(event.messageId, event);
      case "compacted":
        return this.#compacted(event);
      case "compaction-undone":
        this.#patch({ compaction: undefined });
        this.#reread = true;
    }
  }

  /** A message at the end of the shown branch, or the beginning of a branch of its own. */
  #add(message: Message): void {
    const known = this.#durable.get(message.id);
    if (known !== undefined && known.seq >= message.seq) return;
    const siblings = [...this.#durable.values()].filter((other) => other.parentId === message.parentId && other.id !== message.id);
    if (siblings.length > 0) {
      const ids = [...new Set([...siblings.flatMap((other) => other.branches ?? [other.id]), message.id])];
      for (const other of siblings) this.#put({ ...other, branches: ids });
      this.#put({ ...message, branches: ids });
    } else this.#put(message);
    this.#showFrom(message.parentId, [message.id]);
  }
  #showFrom(parentId: string | undefined, rest: ReadonlyArray<string>): void {
    const at = parentId === undefined ? -1 : this.#order.indexOf(parentId);
    if (parentId !== undefined && at < 0) {
      // It goes on below what is loaded, or from a branch that is not.
      if (this.#atTip) this.#reread = true;
      return;
    }
    this.#order = [...this.#order.slice(0, at + 1), ...rest];
    this.#atTip = true;
    this.#orderChanged = true;
  }
  #moveTip(tip: string | undefined): void {
    if (tip === undefined) {
      this.#order = [];
      this.#orderChanged = true;
      return;
    }
    if (this.#order.at(-1) === tip) return;
    const path: string[] = [];
    let next: string | undefined = tip;
    while (next !== undefined && !this.#order.includes(next)) {
      const message: Message | undefined = this.#durable.get(next);
      if (message === undefined) {
        if (this.#atTip) this.#reread = true;
        return;
      }
      path.push(next);
      next = message.parentId;
    }
    this.#showFrom(next, path.reverse());
  }
  #again(event: EventOf<"turn-attempted"> | EventOf<"turn-interrupted">): void {
    const { turn } = this.#facts;
    if (turn === undefined || turn.turnId !== event.turnId) return;
    this.#ahead.drop(turn.messageId);
    this.#touch(turn.messageId);
    this.#patch({ turn: event.type === "turn-attempted" ? { ...turn, attempt: event.attempt, interrupted: undefined } : { ...turn, interrupted: event.reason } });
  }
  #messageOfTurn(turnId: string): string | undefined {
    return this.#order.findLast((id) => this.#durable.get(id)?.turnId === turnId);
  }
  #messageAsking(requestId: string): string | undefined {
    return this.#order.findLast((id) => this.#durable.get(id)?.parts.some((part) => part.type === "request" && part.request.requestId === requestId));
  }
  #compacted(event: EventOf<"compacted">): void {
    const { compactionId, upTo, summary, by, tokensBefore, tokensAfter, messagesBefore, messagesAfter } = event;
    this.#patch({ compaction: { compactionId, upTo, summary, by, tokensBefore, tokensAfter, messagesBefore, messagesAfter } });
    const kept = new Set(event.kept);
    for (const id of this.#order.slice(0, this.#order.indexOf(upTo) + 1)) {
      const message = this.#durable.get(id);
      if (message !== undefined && !kept.has(id) && message.compacted !== true) this.#put({ ...message, compacted: true });
    }
  }
}
