/**
 * How many tokens a text takes, without a tokenizer: characters weighed by script, with a margin, corrected by what the provider counts
 * as its counts arrive. Meant to be a little too high rather than too low.
 */
const MARGIN = 1.1;
/** What a message costs beside its text. */
export const MESSAGE_TOKENS = 6;
/** What an image is taken for: about what the large providers charge for a screenshot. */
export const IMAGE_TOKENS = 1_600;

const LETTER = 0, DIGIT = 1, SPACE = 2, LINE = 3, SIGN = 4;
const kinds = Uint8Array.from({ length: 128 }, (_, unit) =>
  (unit >= 0x61 && unit <= 0x7a) || (unit >= 0x41 && unit <= 0x5a) ? LETTER : unit >= 0x30 && unit <= 0x39 ? DIGIT : unit === 0x20 || unit === 0x09 ? SPACE : unit === 0x0a || unit === 0x0d ? LINE : SIGN);

/** Linear in the text; at least 1 for a text that is not empty. A short word is a token, a long one more; outside ASCII a letter is half of one or one. */
export const estimateTokens = (text: string): number => {
  let sum = 0, run = 0;
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    const kind = unit < 128 ? kinds[unit] : undefined;
    if (kind === LETTER) {
      run++;
      sum += run === 1 ? 1 : run > 6 ? 0.25 : 0;
      continue;
    }
    run = 0;
    sum += kind === undefined ? (unit < 0x800 ? 0.5 : 1) : kind === SIGN ? 0.7 : kind === SPACE ? 0.05 : 0.5;
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
    // Far too few means that the server left out what it had in its cache, not that the text is short.
    if (estimated < 50 || counted < estimated * 0.4) return;
    const seen = Math.min(3, Math.max(0.7, counted / estimated));
    this.#factor = this.#counted ? (this.#factor + seen) / 2 : seen;
    this.#counted = true;
  }
  of(estimated: number): number { return Math.ceil(estimated * this.#factor); }
}
