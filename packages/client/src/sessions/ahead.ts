/**
 * Text that runs ahead of the durable history: deltas by message and part. Kept apart from the durable parts, so that a crash or a
 * correction never has to guess which letters were real.
 *
 * Of each part it holds pieces that may overlap, come twice or in any order; what can be shown is the longest text that continues the
 * durable one without a hole. Bounded: a piece that does not fit is dropped, `text-added` brings it within a second anyway.
 */
import type { MessagePart, SessionDelta } from "@axion/protocol";
import { withPart } from "./parts.ts";

type Piece = Pick<SessionDelta, "offset" | "text" | "kind">;
const mostPieces = 256;
const mostMessages = 8;

export class Ahead {
  readonly #pieces = new Map<string, Map<number, Piece[]>>();

  add(delta: SessionDelta): void {
    let parts = this.#pieces.get(delta.messageId);
    if (parts === undefined) {
      const oldest = this.#pieces.keys().next().value;
      if (this.#pieces.size >= mostMessages && oldest !== undefined) this.#pieces.delete(oldest);
      parts = new Map();
      this.#pieces.set(delta.messageId, parts);
    }
    const pieces = parts.get(delta.part) ?? [];
    if (pieces.length >= mostPieces) return;
    // Sorted by offset, and of the same offset the longest last.
    let at = pieces.length;
    while (at > 0 && isAfter(pieces[at - 1], delta)) at -= 1;
    pieces.splice(at, 0, { offset: delta.offset, text: delta.text, kind: delta.kind });
    parts.set(delta.part, pieces);
  }

  /** All that ran ahead of one message; after a crash it was never said. */
  drop(messageId: string): void {
    this.#pieces.delete(messageId);
  }

  /** The durable parts with what can be shown ahead of them. Pieces that are durable by now are let go. */
  over(messageId: string, durable: ReadonlyArray<MessagePart>): ReadonlyArray<MessagePart> {
    const parts = this.#pieces.get(messageId);
    if (parts === undefined) return durable;
    let shown = durable;
    for (const index of [...parts.keys()].sort((one, other) => one - other)) {
      const pieces = parts.get(index) ?? [];
      const base = durable[index];
      // A part that is something else by now, or one with parts before it still unknown.
      if (base !== undefined && base.type !== "text" && base.type !== "reasoning") {
        parts.delete(index);
        continue;
      }
      if (index > shown.length) break;
      const settled = base?.text.length ?? 0;
      const left = pieces.filter((piece) => piece.offset + piece.text.length > settled && (base === undefined || piece.kind === base.type));
      if (left.length === 0) parts.delete(index);
      else parts.set(index, left);
      const first = left[0];
      if (first === undefined) continue;
      let text = base?.text ?? "";
      for (const piece of left) {
        if (piece.offset > text.length) break;
        if (piece.offset + piece.text.length > text.length) text += piece.text.slice(text.length - piece.offset);
      }
      if (text.length > settled) shown = withPart(shown, index, { type: base?.type ?? first.kind, text });
    }
    if (parts.size === 0) this.#pieces.delete(messageId);
    return shown;
  }
}

const isAfter = (piece: Piece | undefined, delta: SessionDelta): boolean =>
  piece !== undefined && (piece.offset > delta.offset || (piece.offset === delta.offset && piece.text.length > delta.text.length));
