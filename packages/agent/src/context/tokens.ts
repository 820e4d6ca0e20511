/**
 * How many tokens a text takes, without a tokenizer: characters weighed by script, with a margin, corrected by what the provider counts
 * as its counts arrive. Meant to be a little too high rather than too low.
 */
const MARGIN = 1.1;
/** What a message costs beside its text. */
export const MESSAGE_TOKENS = 6;
/** What an image is taken for: about what the large providers charge for a screenshot. */
export const IMAGE_TOKENS = 1_600;

const weightOf = (unit: number): number => {
  if (unit < 0x80) {
    if ((unit >= 0x61 && unit <= 0x7a) || (unit >= 0x41 && unit <= 0x5a)) return 0.23;
    if (unit === 0x20) return 0.1;
    return unit >= 0x30 && unit <= 0x39 ? 0.4 : 0.5;
  }
  if (unit < 0x800) return 0.5;
  // Han, kana, hangul; each half of a pair.
  return 1;
};
const ascii = Float64Array.from({ length: 128 }, (_, unit) => weightOf(unit));

/** Linear in the text; at least 1 for a text that is not empty. */
export const estimateTokens = (text: string): number => {
  let sum = 0;
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    sum += unit < 128 ? (ascii[unit] as number) : weightOf(unit);
  }
  return Math.ceil(sum * MARGIN);
};

/** Learns from counts how far the estimate is off. One reply moves it at most half of the way. */
export class TokenScale {
  #factor = 1;
  #counted = false;
  get factor(): number { return this.#factor; }
  /** A provider has counted at least once. */
  get counted(): boolean { return this.#counted; }
  /** `estimated` is what was estimated for what the provider counted as `counted`. */
  learn(estimated: number, counted: number): void {
    if (estimated < 50 || counted <= 0) return;
    const seen = Math.min(3, Math.max(0.4, counted / estimated));
    this.#factor = this.#counted ? (this.#factor + seen) / 2 : seen;
    this.#counted = true;
  }
  of(estimated: number): number { return Math.ceil(estimated * this.#factor); }
}
