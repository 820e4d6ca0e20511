/** Reads a regular expression into a list of small steps. Knows what people search with; says plainly what it does not know. The nesting of groups is bounded. */

export type Op =
  | { readonly type: "char"; readonly fits: (unit: number) => boolean }
  | { readonly type: "split"; readonly a: number; readonly b: number }
  | { readonly type: "jump"; readonly to: number }
  | { readonly type: "start" } | { readonly type: "end" } | { readonly type: "accept" }
  | { readonly type: "word"; readonly is: boolean };
export type Program = readonly Op[];
type Fits = (unit: number) => boolean;
type Tree =
  | { readonly type: "empty" }
  | { readonly type: "op"; readonly op: Op }
  | { readonly type: "all"; readonly parts: readonly Tree[] }
  | { readonly type: "any"; readonly parts: readonly Tree[] }
  | { readonly type: "repeat"; readonly part: Tree; readonly least: number; readonly most: number };

const MAX_OPS = 5_000;
const MAX_GROUPS = 50;

class PatternProblem extends Error {}

const digit: Fits = (unit) => unit >= 48 && unit <= 57;
const word: Fits = (unit) => digit(unit) || (unit >= 65 && unit <= 90) || unit === 95 || (unit >= 97 && unit <= 122);
const space: Fits = (unit) => (unit >= 9 && unit <= 13) || unit === 32 || unit === 0xa0 || unit === 0x2028 || unit === 0x2029 || unit === 0xfeff;
const not = (fits: Fits): Fits => (unit) => !fits(unit);
const classes: Readonly<Record<string, Fits>> = { d: digit, D: not(digit), w: word, W: not(word), s: space, S: not(space) };
const plain: Readonly<Record<string, number>> = { n: 10, r: 13, t: 9, f: 12, v: 11, 0: 0 };

const otherCase = (unit: number): number => {
  const char = String.fromCharCode(unit);
  const lower = char.toLowerCase(), upper = char.toUpperCase();
  return lower !== char && lower.length === 1 ? lower.charCodeAt(0) : upper.length === 1 ? upper.charCodeAt(0) : unit;
};

class Reader {
  readonly #text: string;
  readonly #ignoreCase: boolean;
  #at = 0;
  #depth = 0;
  constructor(text: string, ignoreCase: boolean) {
    this.#text = text;
    this.#ignoreCase = ignoreCase;
  }

  whole(): Tree {
    const tree = this.#choice();
    if (this.#at < this.#text.length) throw new PatternProblem(`there is a ")" without its "(" at ${this.#at + 1}.`);
    return tree;
  }

  #choice(): Tree {
    if (++this.#depth > MAX_GROUPS) throw new PatternProblem(`groups are nested more than ${MAX_GROUPS} deep.`);
    const parts = [this.#row()];
    while (this.#take("|")) parts.push(this.#row());
    this.#depth--;
    return parts.length === 1 ? (parts[0] as Tree) : { type: "any", parts };
  }

  #row(): Tree {
    const parts: Tree[] = [];
    while (this.#at < this.#text.length && this.#text[this.#at] !== "|" && this.#text[this.#at] !== ")") parts.push(this.#repeated(this.#atom()));
    return parts.length === 0 ? { type: "empty" } : { type: "all", parts };
  }

  #repeated(part: Tree): Tree {
    const char = this.#text[this.#at];
    const counts = char === "{" ? /^\{(\d{1,4})(,(\d{1,4})?)?\}/.exec(this.#text.slice(this.#at, this.#at + 12)) : null;
    let bounds: readonly [number, number] | undefined;
    if (char === "*") bounds = [0, Number.POSITIVE_INFINITY];
    else if (char === "+") bounds = [1, Number.POSITIVE_INFINITY];
    else if (char === "?") bounds = [0, 1];
    else if (counts !== null) bounds = [Number(counts[1]), counts[2] === undefined ? Number(counts[1]) : counts[3] === undefined ? Number.POSITIVE_INFINITY : Number(counts[3])];
    if (bounds === undefined) return part;
    this.#at += counts === null ? 1 : counts[0].length;
    // Lazy or greedy makes no difference to whether a line fits.
    this.#take("?");
    if (bounds[1] < bounds[0]) throw new PatternProblem(`a repetition goes from ${bounds[0]} to ${bounds[1]}.`);
    if (/[*+?]/.test(this.#text[this.#at] ?? "")) throw new PatternProblem(`two repetitions stand one after the other at ${this.#at + 1}.`);
    return { type: "repeat", part, least: bounds[0], most: bounds[1] };
  }

  #atom(): Tree {
    const char = this.#text[this.#at++] as string;
    switch (char) {
      case "(": {
        if (this.#take("?") && !this.#take(":")) {
          if (!/^<[A-Za-z_]\w*>/.test(this.#text.slice(this.#at, this.#at + 60))) throw new PatternProblem("looking ahead or behind is not supported.");
          this.#at = this.#text.indexOf(">", this.#at) + 1;
        }
        const inside = this.#choice();
        if (!this.#take(")")) throw new PatternProblem("a group is not closed.");
        return inside;
      }
      case "[": return one(this.#set());
      case ".": return one(() => true);
      case "^": return { type: "op", op: { type: "start" } };
      case "$": return { type: "op", op: { type: "end" } };
      case "*": case "+": case "?": throw new PatternProblem(`there is nothing to repeat before "${char}" at ${this.#at}.`);
      case "\\": return this.#escaped();
      default: return one(this.#unit(char.charCodeAt(0)));
    }
  }

  #escaped(): Tree {
    const char = this.#text[this.#at] ?? "";
    if (char === "b" || char === "B") {
      this.#at++;
      return { type: "op", op: { type: "word", is: char === "b" } };
    }
    const read = this.#escape();
    return one(typeof read === "number" ? this.#unit(read) : read);
  }

  /** What follows a backslash: one unit, or a class. */
  #escape(): number | Fits {
    const char = this.#text[this.#at++];
    if (char === undefined) throw new PatternProblem("it ends with a backslash.");
    const named = Object.hasOwn(classes, char) ? classes[char] : undefined;
    if (named !== undefined) return named;
    const hex = char === "x" ? /^[0-9a-fA-F]{2}/ : char === "u" ? /^[0-9a-fA-F]{4}/ : undefined;
    const digits = hex?.exec(this.#text.slice(this.#at, this.#at + 4))?.[0];
    if (digits !== undefined) {
      this.#at += digits.length;
      return Number.parseInt(digits, 16);
    }
    if (Object.hasOwn(plain, char)) return plain[char] as number;
    if (/[1-9k]/.test(char)) throw new PatternProblem("back-references are not supported.");
    if (/[pP]/.test(char)) throw new PatternProblem("\\p is not supported.");
    return char.charCodeAt(0);
  }

  #set(): Fits {
    const negated = this.#take("^");
    const parts: Fits[] = [];
    for (let first = true; first || this.#text[this.#at] !== "]"; first = false) {
      if (this.#at >= this.#text.length) throw new PatternProblem("a [ is not closed.");
      const from = this.#setUnit();
      if (typeof from === "number" && this.#text[this.#at] === "-" && this.#text[this.#at + 1] !== "]" && this.#at + 1 < this.#text.length) {
        this.#at++;
        const to = this.#setUnit();
        if (typeof to !== "number" || to < from) throw new PatternProblem("a range in [ ] goes backwards.");
        parts.push(this.#range(from, to));
      } else parts.push(typeof from === "number" ? this.#unit(from) : from);
    }
    this.#at++;
    const any: Fits = (unit) => parts.some((fits) => fits(unit));
    return negated ? not(any) : any;
  }

  #setUnit(): number | Fits {
    const char = this.#text[this.#at++] as string;
    if (char !== "\\") return char.charCodeAt(0);
    if (this.#text[this.#at] === "b") { this.#at++; return 8; }
    return this.#escape();
  }

  #range(from: number, to: number): Fits {
    const within: Fits = (unit) => unit >= from && unit <= to;
    return this.#ignoreCase ? (unit) => within(unit) || within(otherCase(unit)) : within;
  }
  #unit(wanted: number): Fits {
    const other = this.#ignoreCase ? otherCase(wanted) : wanted;
    return (unit) => unit === wanted || unit === other;
  }
  #take(char: string): boolean {
    if (this.#text[this.#at] !== char) return false;
    this.#at++;
    return true;
  }
}

const one = (fits: Fits): Tree => ({ type: "op", op: { type: "char", fits } });

/** The depth of `emit` is the depth of groups, which is bounded. */
const emit = (tree: Tree, program: Op[], work: { left: number }): void => {
  // Repetitions of nothing write nothing, so the work is counted too.
  if (program.length > MAX_OPS || --work.left < 0) throw new PatternProblem("with its repetitions written out it is too large.");
  switch (tree.type) {
    case "empty": return;
    case "op": program.push(tree.op); return;
    case "all": for (const part of tree.parts) emit(part, program, work); return;
    case "any": {
      const jumps: number[] = [];
      for (const [index, part] of tree.parts.entries()) {
        if (index === tree.parts.length - 1) { emit(part, program, work); break; }
        const split = program.push({ type: "jump", to: 0 }) - 1;
        emit(part, program, work);
        jumps.push(program.push({ type: "jump", to: 0 }) - 1);
        program[split] = { type: "split", a: split + 1, b: program.length };
      }
      for (const jump of jumps) program[jump] = { type: "jump", to: program.length };
      return;
    }
    case "repeat": {
      for (let count = 0; count < tree.least; count++) emit(tree.part, program, work);
      if (tree.most === Number.POSITIVE_INFINITY) {
        const split = program.push({ type: "jump", to: 0 }) - 1;
        emit(tree.part, program, work);
        program.push({ type: "jump", to: split });
        program[split] = { type: "split", a: split + 1, b: program.length };
        return;
      }
      const splits: number[] = [];
      for (let count = tree.least; count < tree.most; count++) {
        splits.push(program.push({ type: "jump", to: 0 }) - 1);
        emit(tree.part, program, work);
      }
      for (const split of splits) program[split] = { type: "split", a: split + 1, b: program.length };
    }
  }
};

export const parsePattern = (pattern: string, ignoreCase: boolean): Program | { readonly problem: string } => {
  try {
    const program: Op[] = [];
    emit(new Reader(pattern, ignoreCase).whole(), program, { left: 50_000 });
    program.push({ type: "accept" });
    return program;
  } catch (thrown) {
    if (thrown instanceof PatternProblem) return { problem: thrown.message };
    throw thrown;
  }
};
