/** How much a model can be sent: its window, what is kept free for the reply, and where making room begins. */
import type { ModelInfo } from "@axion/protocol";

/** Taken where nobody says how large the window is: the provider will say if it was too much. */
const ASSUMED = 32_768;
const MOST_REPLY = 16_000;
const MOST_OUTPUT = 48_000;
const LEAST_OUTPUT = 4_000;

export interface Limits {
  readonly window: number;
  /** Above this, room is made. */
  readonly soft: number;
  /** Above this, nothing is sent, if the window is known. */
  readonly hard: number;
  /** Somebody who knows said how large it is. */
  readonly known: boolean;
  /** Characters of one tool's output that the model sees: a small window is not filled by one of them. */
  readonly output: number;
}

export const limitsOf = (model: ModelInfo, threshold: number): Limits => {
  const window = model.contextWindow > 0 ? model.contextWindow : ASSUMED;
  const hard = window - Math.min(MOST_REPLY, Math.floor(window / 4));
  return {
    window, soft: Math.min(hard, Math.floor(window * threshold / 100)), hard, known: model.contextWindow > 0 && model.contextSource !== "assumed",
    output: Math.min(MOST_OUTPUT, Math.max(LEAST_OUTPUT, window)),
  };
};
