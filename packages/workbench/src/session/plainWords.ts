// A line of Markdown as plain words, for rows that draw no Markdown. It reads like the text would look, as far as one line needs that; what
// is not surely a mark (`2 * 3`, `my_file.txt`) stays. Pure; of a long text only the beginning is looked at.

/** Nothing beyond this is read. A row shows less. */
export const MOST_READ = 1_200;

const fence = /^\s{0,3}(`{3,}|~{3,})/;
const rule = /^\s{0,3}([-*_])(\s*\1){2,}\s*$/;
const tableRule = /^\s*\|?\s*:?-+:?\s*(\|\s*:?-+:?\s*)*\|?\s*$/;
const opening = /^\s*(?:>|#{1,6}(?=\s|$)|[-+*](?=\s)|\d{1,9}[.)](?=\s))\s*/;
const task = /^\[[ xX]\]\s+/;
const inlineCode = /(?<!`)(`+)(?!`)(.+?)(?<!`)\1(?!`)/g;
const tags = /<\/?(?:a|b|i|em|strong|code|br|p|u|s|del|ins|sub|sup|kbd|mark|small|span|div|details|summary|h[1-6])(?:\s[^<>]*)?\/?>/gi;
const entities: Readonly<Record<string, string>> = { '&amp;': '&', '&lt;': '<', '&gt;': '>', '&quot;': '"', '&#39;': "'", '&nbsp;': ' ' };
const marks: readonly RegExp[] = [
  /(?<!\\)\*\*(?=[^\s*])(.+?)(?<=[^\s\\])\*\*/g,
  /(?<![\p{L}\p{N}_\\])__(?=[^\s_])(.+?)(?<=[^\s\\])__(?![\p{L}\p{N}_])/gu,
  /(?<!\\)~~(?=[^\s~])(.+?)(?<=[^\s\\])~~/g,
  /(?<![\p{L}\p{N}*\\])\*(?=[^\s*])([^*]+?)(?<=[^\s\\])\*(?![\p{L}\p{N}*])/gu,
  /(?<![\p{L}\p{N}_\\])_(?=[^\s_])([^_]+?)(?<=[^\s\\])_(?![\p{L}\p{N}_])/gu,
];
/** What a line that was cut leaves open. */
const leftOpen = /(?<=^|\s)(?:\*\*|__|~~|`+)(?=[^\s*_~`])/g;
const unseen = /[\p{Cc}\u2028\u2029]/gu;
const turnsAround = /[\u202a-\u202e\u2066-\u2069]/g;

export function plainWords(text: string): string {
  const source = text.slice(0, MOST_READ);
  const words: string[] = [];
  for (const line of source.split(/\r\n?|\n/)) {
    if (fence.test(line) || rule.test(line) || (line.includes('|') && tableRule.test(line))) continue;
    words.push(inline(withoutOpening(line)));
  }
  const plain = tidy(words.join(' '));
  // Nothing but marks: then these are what was said.
  return plain === '' ? tidy(source) : plain;
}

/** `> ## 1. [x] text`: marks may stand in marks. */
function withoutOpening(line: string): string {
  let rest = line;
  for (let depth = 0; depth < 8; depth += 1) {
    const next = rest.replace(opening, '');
    if (next === rest) break;
    rest = next;
  }
  rest = rest.replace(task, '').replace(/\s+#+\s*$/, '');
  return /^\s*\|.*\|\s*$/.test(rest) ? rest.split('|').map((cell) => cell.trim()).filter((cell) => cell !== '').join(', ') : rest;
}

/** Code stays word for word: it is set aside while marks are taken from around it. The two letters are of nobody's alphabet. */
function inline(line: string): string {
  const codes: string[] = [];
  const between = line.replaceAll(/[\ue000\ue001]/g, '').replaceAll(inlineCode, (_, _ticks: string, code: string) => `\ue000${codes.push(code.trim()) - 1}\ue001`);
  let rest = between
    .replaceAll(/!?\[([^[\]]*)\]\((?:[^()\s]|\([^()\s]*\))*(?:\s+["'(][^"')]*["')])?\)/g, '$1')
    .replaceAll(/!?\[([^[\]]+)\]\[[^[\]]*\]/g, '$1')
    .replaceAll(/<((?:https?:\/\/|mailto:)[^<>\s]+)>/gi, '$1')
    .replaceAll(tags, ' ');
  for (const mark of marks) rest = rest.replaceAll(mark, '$1');
  return rest
    .replaceAll(leftOpen, '')
    .replaceAll(/\\([!-/:-@[-`{-~])/g, '$1')
    .replaceAll(/&(?:amp|lt|gt|quot|#39|nbsp);/g, (entity) => entities[entity] ?? entity)
    .replaceAll(/\ue000(\d+)\ue001/g, (_, index: string) => codes[Number(index)] ?? '');
}

function tidy(text: string): string {
  return text.replaceAll(turnsAround, '').replaceAll(unseen, ' ').replaceAll(/\s+/g, ' ').trim();
}
