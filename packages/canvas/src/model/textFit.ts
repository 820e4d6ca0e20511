/**
 * Might this text be too long for its place? Every clipped box costs the browser a piece of its picture, on each frame of a pan, so a
 * text is only clipped where it could overflow. Wrong in the safe direction: wide letters are assumed.
 */
const CHAR = { title: 7.4, caption: 6.6, mono: 6.7 } as const;
const WIDE = 12;

export function mayOverflow(text: string, room: number, face: keyof typeof CHAR): boolean {
  let width = 0;
  for (const letter of text) {
    width += letter > '\u04ff' ? WIDE : CHAR[face];
    if (width > room) return true;
  }
  return false;
}
