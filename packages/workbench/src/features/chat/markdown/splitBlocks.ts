// Cuts a Markdown text into blocks that will not change any more and a tail that may. Made for text that grows: what was settled is
// not looked at again, and a settled block keeps its identity as a string. It knows fences, lists and indentation, and nothing else;
// a cut in a wrong place costs a little space between two paragraphs, never a letter.

export interface Blocks {
  readonly settled: readonly string[];
  /** The rest, from its first line on. */
  readonly tail: string;
}

const FENCE = /^ {0,3}(`{3,}|~{3,})/;
const LIST_ITEM = /^ {0,3}(?:[-*+]|\d{1,9}[.)])(?:\s|$)/;
/** A definition can be used by any block of the text, so the whole is read at once. */
const DEFINITION = /^ {0,3}\[[^\]\n]+\]:\s/m;

const SURE = 256;

/** A slice keeps the whole text alive that it was cut from, and a text that grows is another one with each word. */
const ownCopy = (slice: string): string => JSON.parse(JSON.stringify(slice)) as string;

export class BlockSplitter {
  #settled: readonly string[] = [];
  /** Where the tail begins, and where in it the next line to look at begins. */
  #start = 0;
  #line = 0;
  #fence: string | null = null;
  #list = false;
  #blank = false;
  #text = '';

  /** The blocks of a text that goes on from the last one given; another text begins anew. */
  read(text: string): Blocks {
    if (!this.#goesOn(text)) this.#reset();
    this.#text = text;
    const fresh: string[] = [];
    for (let end = text.indexOf('\n', this.#line); end >= 0; end = text.indexOf('\n', this.#line)) {
      this.#look(text, text.slice(this.#line, end), fresh);
      this.#line = end + 1;
    }
    // After an empty line the first letter of the next block is enough to know that the one before is whole.
    const rest = text.slice(this.#line, this.#line + 4);
    if (this.#blank && this.#fence === null && /^\S/.test(rest) && !(this.#list && /^[-*+\d]/.test(rest))) this.#settle(text, this.#line, fresh);
    if (fresh.length > 0) this.#settled = [...this.#settled, ...fresh];
    return { settled: this.#settled, tail: text.slice(this.#start) };
  }

  /** Looks at the tail and a little before it: comparing all of a long text with each word would cost more than cutting it. */
  #goesOn(text: string): boolean {
    if (text.length < this.#text.length) return false;
    const from = Math.max(0, this.#start - SURE);
    return text.startsWith(this.#text.slice(from), from);
  }

  #look(text: string, line: string, fresh: string[]): void {
    if (this.#fence !== null) {
      if (line.trimEnd().startsWith(this.#fence, line.search(/\S/)) && /^[`~]+$/.test(line.trim())) {
        this.#fence = null;
        if (!this.#list) this.#settle(text, this.#line + line.length + 1, fresh);
      }
      return;
    }
    if (line.trim() === '') {
      if (this.#line > this.#start) this.#blank = true;
      else this.#start = this.#line + line.length + 1;
      return;
    }
    const item = LIST_ITEM.test(line);
    const inside = /^(?: {2,}|\t)/.test(line);
    if (this.#blank && !(this.#list && (item || inside))) this.#settle(text, this.#line, fresh);
    this.#blank = false;
    if (this.#line === this.#start) this.#list = item;
    const fence = FENCE.exec(line)?.[1];
    if (fence !== undefined) {
      // Text right before a fence is a block of its own.
      if (!this.#list && this.#line > this.#start) this.#settle(text, this.#line, fresh);
      this.#fence = fence;
    }
  }

  #settle(text: string, end: number, fresh: string[]): void {
    const block = text.slice(this.#start, end).replace(/\n+$/, '');
    if (block.trim() !== '') fresh.push(ownCopy(block));
    this.#start = end;
    this.#list = false;
    this.#blank = false;
  }

  #reset(): void {
    this.#settled = [];
    this.#start = this.#line = 0;
    this.#fence = null;
    this.#list = this.#blank = false;
  }
}

/** The blocks of a text that is whole. */
export function blocksOf(text: string): readonly string[] {
  if (DEFINITION.test(text)) return [text];
  const { settled, tail } = new BlockSplitter().read(text);
  return tail.trim() === '' ? settled : [...settled, tail];
}

/** Whether a tail is the inside of a code block that is not closed yet. */
export function openFenceOf(tail: string): { readonly language: string; readonly code: string } | null {
  const head = /^ {0,3}(?:`{3,}|~{3,})([^\n]*)(?:\n|$)/.exec(tail);
  return head === null ? null : { language: (head[1] ?? '').trim().split(/\s/, 1)[0] ?? '', code: tail.slice(head[0].length) };
}
