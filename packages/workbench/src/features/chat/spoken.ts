// Where the last whole sentence of a growing text ends, and how Markdown sounds. Pure.

/** The end of what can be said now, after `from`. At the end of a text all of it can. */
export function spokenUpTo(text: string, from: number, ended: boolean): number {
  if (ended) return text.length;
  const rest = text.slice(from);
  // Inside of a code block nothing is a sentence.
  if ((rest.match(/^ {0,3}(```|~~~)/gm)?.length ?? 0) % 2 === 1) return from;
  let end = 0;
  for (const match of rest.matchAll(/[.!?…:]["”’)\]*_]*(?=\s)|\n\s*\n/g)) end = match.index + match[0].length;
  return from + end;
}

/** Code is named and not read; marks of Markdown are silent. */
export function speakable(text: string): string {
  return text
    .replaceAll(/(?:```|~~~)[\s\S]*?(?:```|~~~|$)/g, ' ')
    .replaceAll(/!?\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replaceAll(/^\s{0,3}(?:#{1,6}|>|[-*+]|\d+[.)])\s+/gm, '')
    .replaceAll(/^\s*\|?[\s:|-]+\|[\s:|-]*$/gm, ' ')
    .replaceAll(/[*_`|]+/g, ' ')
    .replaceAll(/\s+/g, ' ')
    .trim();
}
