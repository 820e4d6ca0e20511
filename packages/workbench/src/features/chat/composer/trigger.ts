// What the caret stands in: a mention of a file (`@inv`) or a command at the beginning (`/comp`). Pure.

export interface Trigger {
  readonly kind: 'file' | 'slash';
  readonly query: string;
  /** The part of the text that an answer takes the place of. */
  readonly from: number;
  readonly to: number;
}

export function triggerAt(text: string, caret: number): Trigger | null {
  const before = text.slice(0, caret);
  const slash = /^\/([a-z]*)$/.exec(before);
  if (slash !== null) return { kind: 'slash', query: slash[1] ?? '', from: 0, to: caret };
  // An address of mail is no mention: the sign must begin a word.
  const at = /(?:^|[\s(])@([^\s@]{0,200})$/.exec(before);
  return at === null ? null : { kind: 'file', query: at[1] ?? '', from: caret - (at[1] ?? '').length - 1, to: caret };
}

/** A whole line that is a command: its name and what follows. */
export function slashOf(text: string): { readonly name: string; readonly rest: string } | null {
  const match = /^\/([a-z]+)(?:\s+([\s\S]*))?$/.exec(text.trim());
  return match === null ? null : { name: match[1] ?? '', rest: (match[2] ?? '').trim() };
}
