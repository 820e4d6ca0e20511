/** Short codes for things on screen, typed instead of pointed at: home-row letters first, two letters when one is not enough. */
const LETTERS = 'asdfghjklqweruiopzxcvbnmty';

/** `count` codes of the same length, so that none is the beginning of another. */
export function letterCodes(count: number): readonly string[] {
  if (count <= LETTERS.length) return [...LETTERS].slice(0, count);
  const codes: string[] = [];
  for (const first of LETTERS) {
    for (const second of LETTERS) {
      if (codes.length === count) return codes;
      codes.push(first + second);
    }
  }
  return codes;
}
