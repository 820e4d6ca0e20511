// The character references that reports use: the named ones of plain text, and any number. Others stay as they were written. Pure.

const named = new Map([
  ['amp', '&'], ['lt', '<'], ['gt', '>'], ['quot', '"'], ['apos', "'"], ['nbsp', '\u00a0'], ['ndash', '–'], ['mdash', '—'], ['hellip', '…'], ['middot', '·'],
  ['times', '×'], ['euro', '€'], ['pound', '£'], ['copy', '©'], ['reg', '®'], ['laquo', '«'], ['raquo', '»'], ['lsquo', '‘'], ['rsquo', '’'], ['ldquo', '“'],
  ['rdquo', '”'], ['deg', '°'], ['plusmn', '±'], ['minus', '−'], ['rarr', '→'], ['larr', '←'], ['check', '✓'], ['bull', '•'],
]);

export function decodeEntities(text: string): string {
  if (!text.includes('&')) return text;
  return text.replace(/&(?:#(\d{1,7})|#[xX]([0-9a-fA-F]{1,6})|([a-zA-Z]{2,8}));/g, (whole, decimal: string | undefined, hex: string | undefined, name: string | undefined) => {
    if (name !== undefined) return named.get(name) ?? whole;
    const code = decimal === undefined ? Number.parseInt(hex ?? '', 16) : Number(decimal);
    const surrogate = code >= 0xd800 && code <= 0xdfff;
    return code > 0 && code <= 0x10ffff && !surrogate ? String.fromCodePoint(code) : '\ufffd';
  });
}
