/** How much a model can be sent: its window, what is kept free for the reply, and where making room begins. */
import type { ModelInfo } from "@axion/protocol";

/** Taken where nobody says how large the window is. */
const ASSUMED = 8_192;
const MOST_REPLY = 16_000;

export interface Limits {
  readonly window: number;
  /** Above this, room is made. */
  readonly soft: number;
  /** Above this, nothing is sent. */
  readonly hard: number;
}

export const limitsOf = (model: ModelInfo, threshold: number): Limits => {
  const window = model.contextWindow > 0 ? model.contextWindow : ASSUMED;
  const hard = window - Math.min(MOST_REPLY, Math.floor(window / 4));
  return { window, soft: Math.min(hard, Math.floor(window * threshold / 100)), hard };
};
