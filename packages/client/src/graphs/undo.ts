/**
 * Undo and redo as stacks of inverse operations. An entry is one gesture; edits with the same gesture name in a row are
 * one entry (typing in a field, dragging). Unlimited in memory; `toJSON` keeps the newest that fit.
 */
import type { DraftOp } from "./model.ts";

export interface UndoEntry {
  readonly ops: ReadonlyArray<DraftOp>;
  /** Name of the gesture in the catalogue of words, for “Undo move”. */
  readonly label: string | undefined;
}

interface Stored {
  readonly undo: ReadonlyArray<UndoEntry>;
  readonly redo: ReadonlyArray<UndoEntry>;
}

export class UndoHistory {
  #undo: UndoEntry[];
  #redo: UndoEntry[];
  #gesture: string | undefined;

  constructor(stored?: Stored) {
    this.#undo = [...(stored?.undo ?? [])];
    this.#redo = [...(stored?.redo ?? [])];
  }

  get nextUndo(): UndoEntry | undefined {
    return this.#undo.at(-1);
  }
  get nextRedo(): UndoEntry | undefined {
    return this.#redo.at(-1);
  }

  record(inverse: ReadonlyArray<DraftOp>, label: string | undefined, gesture: string | undefined): void {
    if (inverse.length === 0) return;
    const top = this.#undo.at(-1);
    this.#redo = [];
    if (top !== undefined && gesture !== undefined && gesture === this.#gesture) {
      // The older inverse is applied last and wins.
      this.#undo[this.#undo.length - 1] = { ops: compact([...inverse, ...top.ops]), label: top.label };
      return;
    }
    this.#gesture = gesture;
    this.#undo.push({ ops: inverse, label });
  }

  /** The same gesture name later is a new entry. */
  endGesture(): void {
    this.#gesture = undefined;
  }

  takeUndo(): UndoEntry | undefined {
    this.#gesture = undefined;
    return this.#undo.pop();
  }
  takeRedo(): UndoEntry | undefined {
    this.#gesture = undefined;
    return this.#redo.pop();
  }
  pushUndo(entry: UndoEntry): void {
    this.#undo.push(entry);
  }
  pushRedo(entry: UndoEntry): void {
    this.#redo.push(entry);
  }

  /** The newest entries, at most about `mostChars` of JSON. */
  toText(mostChars: number): string {
    let left = mostChars;
    const newest = (entries: ReadonlyArray<UndoEntry>): UndoEntry[] => {
      const kept: UndoEntry[] = [];
      for (let index = entries.length - 1; index >= 0; index -= 1) {
        const entry = entries[index];
        if (entry === undefined) continue;
        left -= JSON.stringify(entry).length;
        if (left < 0) break;
        kept.push(entry);
      }
      return kept.reverse();
    };
    const undo = newest(this.#undo);
    return JSON.stringify({ undo, redo: newest(this.#redo) });
  }

  static fromText(text: string | undefined): UndoHistory {
    if (text === undefined) return new UndoHistory();
    try {
      const value: unknown = JSON.parse(text);
      if (typeof value !== "object" || value === null || !("undo" in value) || !("redo" in value)) return new UndoHistory();
      return new UndoHistory({ undo: entries(value.undo), redo: entries(value.redo) });
    } catch {
      return new UndoHistory();
    }
  }
}

const isDraft = (value: unknown): value is DraftOp =>
  typeof value === "object" && value !== null && "entity" in value && "id" in value && "field" in value && "value" in value &&
  typeof value.entity === "string" && ["graph", "slot", "node", "edge", "note"].includes(value.entity) && typeof value.id === "string" && typeof value.field === "string";
const entries = (value: unknown): UndoEntry[] =>
  Array.isArray(value)
    ? value.filter((entry): entry is UndoEntry => typeof entry === "object" && entry !== null && Array.isArray(entry.ops) && entry.ops.every(isDraft))
    : [];

/** The last write of each field; the order of the last writes is kept. */
const compact = (ops: ReadonlyArray<DraftOp>): DraftOp[] => {
  const last = new Map<string, DraftOp>();
  for (const op of ops) {
    const key = `${op.entity}/${op.id}/${op.field}`;
    last.delete(key);
    last.set(key, op);
  }
  return [...last.values()];
};
