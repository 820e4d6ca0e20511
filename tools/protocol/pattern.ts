/**
 * Turns the regular expressions of ids into a tree that Rust can walk byte by byte, without a regex library and without backtracking.
 *
 * Understood: ASCII characters, `[…]` classes with ranges, groups, `|`, `?`, `{m}`, `{m,n}`, anchored with `^…$`; no `*` and no `+`, since an id has a greatest length. The next byte must always
 * say which way to go (checked here), so one pass decides. Anything else is refused.
 */
import { UnknownShape } from "./model.ts";

export type Piece =
  | { readonly kind: "one"; readonly bytes: bigint }
  | { readonly kind: "all"; readonly pieces: ReadonlyArray<Piece> }
  | { readonly kind: "any"; readonly pieces: ReadonlyArray<Piece> }
  | { readonly kind: "times"; readonly piece: Piece; readonly min: number; readonly max: number };

/** One more bit than ASCII has, for the end of the text. */
const END = 1n << 128n;
const bit = (char: string): bigint => 1n << BigInt(char.charCodeAt(0));

class Parser {
  private at = 0;
  private readonly source: string;
  private readonly path: string;
  constructor(source: string, path: string) {
    this.source = source;
    this.path = path;
  }

  parse(): Piece {
    if (!this.source.startsWith("^") || !this.source.endsWith("$")) this.refuse("is not anchored with ^ and $");
    this.at = 1;
    const piece = this.alternatives();
    if (this.at !== this.source.length - 1) this.refuse(`stops at position ${this.at}`);
    return piece;
  }

  private refuse(reason: string): never {
    throw new UnknownShape(this.path, `the pattern ${this.source} ${reason}`);
  }

  private peek(): string {
    return this.source.charAt(this.at);
  }

  private alternatives(): Piece {
    const pieces = [this.sequence()];
    while (this.peek() === "|") {
      this.at += 1;
      pieces.push(this.sequence());
    }
    const [first] = pieces;
    return pieces.length === 1 && first !== undefined ? first : { kind: "any", pieces };
  }

  private sequence(): Piece {
    const pieces: Piece[] = [];
    while (this.at < this.source.length - 1 && this.peek() !== "|" && this.peek() !== ")") pieces.push(this.quantified(this.atom()));
    const [first] = pieces;
    return pieces.length === 1 && first !== undefined ? first : { kind: "all", pieces };
  }

  private atom(): Piece {
    const char = this.peek();
    if (char === "(") {
      this.at += 1;
      const inner = this.alternatives();
      if (this.peek() !== ")") this.refuse("has a group without an end");
      this.at += 1;
      return inner;
    }
    if (char === "[") return this.characterClass();
    return { kind: "one", bytes: bit(this.character(".*+?{}]^$")) };
  }

  private character(special: string): string {
    let char = this.peek();
    if (char === "\\") {
      this.at += 1;
      char = this.peek();
      if (/[A-Za-z0-9]/.test(char)) this.refuse(`uses the escape \\${char}`);
    } else if (special.includes(char)) this.refuse(`uses ${char} at position ${this.at}`);
    if (char === "" || char.charCodeAt(0) > 127) this.refuse("holds a character outside ASCII");
    this.at += 1;
    return char;
  }

  private characterClass(): Piece {
    this.at += 1;
    if (this.peek() === "^") this.refuse("uses a negated class");
    let bytes = 0n;
    while (this.peek() !== "]") {
      const from = this.character("[");
      const isRange = this.peek() === "-" && this.source.charAt(this.at + 1) !== "]";
      if (isRange) this.at += 1;
      const to = isRange ? this.character("[") : from;
      for (let code = from.charCodeAt(0); code <= to.charCodeAt(0); code += 1) bytes |= 1n << BigInt(code);
    }
    this.at += 1;
    return { kind: "one", bytes };
  }

  private quantified(piece: Piece): Piece {
    const found = /^(?:\?|\{(\d+)(?:,(\d+))?\})/.exec(this.source.slice(this.at));
    if (found === null) return piece;
    this.at += found[0].length;
    const [, low, high = low] = found;
    return { kind: "times", piece, min: low === undefined ? 0 : Number(low), max: high === undefined ? 1 : Number(high) };
  }
}

const nullable = (piece: Piece): boolean =>
  piece.kind === "all" ? piece.pieces.every(nullable)
  : piece.kind === "any" ? piece.pieces.some(nullable)
  : piece.kind === "times" ? piece.min === 0 || nullable(piece.piece)
  : false;

const first = (piece: Piece): bigint => {
  if (piece.kind === "one") return piece.bytes;
  if (piece.kind === "times") return first(piece.piece);
  let bytes = 0n;
  for (const part of piece.pieces) {
    bytes |= first(part);
    if (piece.kind === "all" && !nullable(part)) break;
  }
  return bytes;
};

/** Refuses a tree in which the next byte does not say which way to go. `after` is what may follow the piece. */
const check = (piece: Piece, after: bigint, refuse: (reason: string) => never): void => {
  if (piece.kind === "one") return;
  if (piece.kind === "times") {
    if (nullable(piece.piece)) refuse("repeats something that may be empty");
    if ((first(piece.piece) & after) !== 0n) refuse("leaves open where a repetition ends");
    check(piece.piece, piece.max > 1 ? after | first(piece.piece) : after, refuse);
    return;
  }
  if (piece.kind === "any") {
    let seen = 0n;
    for (const part of piece.pieces) {
      if (nullable(part)) refuse("has an empty alternative");
      if ((seen & first(part)) !== 0n) refuse("has two alternatives that start alike");
      seen |= first(part);
      check(part, after, refuse);
    }
    return;
  }
  for (const [index, part] of piece.pieces.entries()) {
    const rest: Piece = { kind: "all", pieces: piece.pieces.slice(index + 1) };
    check(part, nullable(rest) ? first(rest) | after : first(rest), refuse);
  }
};

/** The tree of an anchored pattern. */
export const parsePattern = (source: string, path: string): Piece => {
  const piece = new Parser(source, path).parse();
  check(piece, END, (reason) => {
    throw new UnknownShape(path, `the pattern ${source} ${reason}`);
  });
  return piece;
};

export const assertMatchable = (source: string, path: string): void => {
  parsePattern(source, path);
};

/** A shortest text that matches, for the vectors. */
export const sampleOf = (piece: Piece): string => {
  if (piece.kind === "all") return piece.pieces.map(sampleOf).join("");
  if (piece.kind === "any") return piece.pieces[0] === undefined ? "" : sampleOf(piece.pieces[0]);
  if (piece.kind === "times") return sampleOf(piece.piece).repeat(piece.min);
  for (const char of "a0-_./:") if ((piece.bytes & bit(char)) !== 0n) return char;
  for (let code = 0; code < 128; code += 1) if ((piece.bytes & (1n << BigInt(code))) !== 0n) return String.fromCharCode(code);
  return "";
};
