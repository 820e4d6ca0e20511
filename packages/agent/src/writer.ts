/**
 * Writes what a turn says. Events go out in groups, one group on its way at a time, and count for the state at once. Text is shown at once, kept at least once
 * a second and before any other event; a character that arrives in two halves waits for its second one.
 */
import type { TurnEvent } from "@axion/protocol";
import type { TurnPorts } from "./ports.ts";
import { type Of, type TurnState, apply } from "./state.ts";
import { safeCut } from "./wire.ts";

/** The host gathers what it passes on, so this only joins what comes in one breath. */
const SHOW_MS = 4;
const KEEP_MS = 1000;
const MAX_SHOWN = 32_768;
const MAX_KEPT = 1_000_000;
/** Text that waits for the disk; whoever reads the model's stream pauses above it. */
const MAX_WAITING = 500_000;
/** Characters of events in one group. */
const MAX_GROUP = 2_000_000;

type TextKind = "text" | "reasoning";
const ofMessage: ReadonlySet<Draft["type"]> = new Set(["text-added", "steered", "tool-called", "request-opened", "usage-reported", "turn-noted", "turn-finished"]);
interface OpenText { readonly part: number; readonly kind: TextKind; kept: number; shown: number; text: string; half: string }
/** An event without what every event has. */
export type Draft = TurnEvent extends infer E ? E extends TurnEvent ? Omit<E, "ts" | "turnId" | "messageId"> : never : never;

export class TurnWriter {
  readonly state: TurnState;
  readonly #ports: TurnPorts;
  readonly #turnId: string;
  readonly #messageId: string;
  #open: OpenText | undefined;
  #queue: { readonly event: TurnEvent; readonly size: number }[] = [];
  #pump: Promise<void> | undefined;
  #failed: Error | undefined;
  #stopShow: (() => void) | undefined;
  #stopKeep: (() => void) | undefined;
  #waitingText = 0;

  constructor(ports: TurnPorts, ids: { readonly turnId: string; readonly messageId: string }, state: TurnState) {
    this.#ports = ports;
    this.#turnId = ids.turnId;
    this.#messageId = ids.messageId;
    this.state = state;
  }

  now(): number { return Math.round(this.#ports.clock.now()); }

  /** The part that the next thing of the message will be. */
  nextPart(): number {
    this.#keepText();
    this.#open = undefined;
    return this.state.parts;
  }

  /** Puts events on their way, after the text so far. Resolves when all of them are on disk. */
  emit(...drafts: readonly Draft[]): Promise<void> {
    this.#keepText();
    for (const draft of drafts) this.#push(this.#whole(draft), sizeOf(draft));
    return this.#flushed();
  }

  /** Adds text to the part that is open, or opens one. Returns the part. */
  text(kind: TextKind, piece: string): number {
    if (this.#open?.kind !== kind) {
      this.#keepText();
      this.#open = { part: this.state.parts, kind, kept: 0, shown: 0, text: "", half: "" };
      this.state.parts++;
    }
    const open = this.#open;
    const whole = open.half + piece;
    const end = safeCutEnd(whole);
    open.half = whole.slice(end);
    const added = whole.slice(0, end).toWellFormed();
    open.text += added;
    this.#waitingText += added.length;
    this.#stopShow ??= this.#ports.clock.timer(SHOW_MS, () => this.#show());
    this.#stopKeep ??= this.#ports.clock.timer(KEEP_MS, () => {
      this.#stopKeep = undefined;
      this.#keep();
    });
    return open.part;
  }

  /** Waits while too much text waits for the disk. */
  async room(): Promise<void> {
    if (this.#waitingText > MAX_WAITING) {
      this.#keep();
      await this.#flushed();
    }
    if (this.#failed !== undefined) throw this.#failed;
  }

  /** No text follows that belongs to what is open. */
  endText(): void {
    this.#keepText();
    this.#open = undefined;
  }

  async flush(): Promise<void> {
    this.#keepText();
    await this.#flushed();
  }

  /** Stops the timers. */
  close(): void {
    this.#stopShow?.();
    this.#stopKeep?.();
  }

  #show(): void {
    this.#stopShow?.();
    this.#stopShow = undefined;
    const open = this.#open;
    if (open === undefined) return;
    while (open.shown < open.kept + open.text.length) {
      const from = Math.max(0, open.shown - open.kept);
      const text = open.text.slice(from, safeCut(open.text, Math.min(open.text.length, from + MAX_SHOWN)));
      this.#ports.showText({ part: open.part, kind: open.kind, offset: open.kept + from, text });
      open.shown = open.kept + from + text.length;
    }
  }

  /** All text, a half character too (as U+FFFD), because something else follows. */
  #keepText(): void {
    const open = this.#open;
    if (open === undefined) return;
    if (open.half !== "") {
      open.text += open.half.toWellFormed();
      open.half = "";
    }
    this.#keep();
  }

  #keep(): void {
    this.#stopKeep?.();
    this.#stopKeep = undefined;
    this.#show();
    const open = this.#open;
    if (open === undefined) return;
    while (open.text !== "") {
      const text = open.text.slice(0, safeCut(open.text, MAX_KEPT));
      this.#push({ type: "text-added", ts: this.now(), turnId: this.#turnId, messageId: this.#messageId, part: open.part, kind: open.kind, offset: open.kept, text } satisfies Of<"text-added">, text.length);
      open.kept += text.length;
      open.text = open.text.slice(text.length);
    }
    this.#waitingText = 0;
    this.#flushed().catch(() => undefined);
  }

  #whole(draft: Draft): TurnEvent {
    return {
      ts: this.now(), ...(draft.type !== "compacted" && { turnId: this.#turnId }), ...(ofMessage.has(draft.type) && { messageId: this.#messageId }), ...draft,
    } as TurnEvent;
  }

  #push(event: TurnEvent, size: number): void {
    apply(this.state, event);
    this.#queue.push({ event, size });
  }

  async #flushed(): Promise<void> {
    while (this.#queue.length > 0 || this.#pump !== undefined) {
      if (this.#failed !== undefined) throw this.#failed;
      this.#pump ??= this.#send();
      await this.#pump;
    }
    if (this.#failed !== undefined) throw this.#failed;
  }

  async #send(): Promise<void> {
    let size = 0, count = 0;
    while (count < this.#queue.length && (count === 0 || size + (this.#queue[count]?.size ?? 0) <= MAX_GROUP)) size += this.#queue[count++]?.size ?? 0;
    const group = this.#queue.splice(0, count).map((each) => each.event);
    try {
      await this.#ports.append(group);
    } catch (thrown) {
      this.#failed = thrown instanceof Error ? thrown : new Error(String(thrown));
    } finally {
      this.#pump = undefined;
    }
  }
}

const safeCutEnd = (text: string): number => {
  const last = text.charCodeAt(text.length - 1);
  return last >= 0xd800 && last <= 0xdbff ? text.length - 1 : text.length;
};
const sizeOf = (draft: Draft): number => JSON.stringify(draft).length;
