/** Which failures of a model call are worth another try, and after how long. The provider's own wish counts; otherwise the wait doubles, with chance in it so that many do not come back at once. */
import type { ModelFailure, ModelFailureKind } from "./model.ts";

const tries: Readonly<Record<ModelFailureKind, number>> = { rate: 4, server: 4, network: 3, timeout: 1, protocol: 1, auth: 0, refused: 0, context: 0, blocked: 0 };
const FIRST_MS = 1_000;
const MOST_MS = 30_000;
/** A provider that wants more than this is not waited for. */
const PATIENCE_MS = 120_000;

/** Milliseconds until try number `failed` + 1, or undefined if there is none. `failed` counts failures in a row, from 1. */
export const retryAfter = (failure: ModelFailure, failed: number, random: () => number): number | undefined => {
  if (failed > tries[failure.kind]) return undefined;
  if (failure.retryAfterMs !== undefined) return failure.retryAfterMs > PATIENCE_MS ? undefined : Math.max(0, failure.retryAfterMs) + random() * 250;
  return Math.min(MOST_MS, FIRST_MS * 2 ** (failed - 1)) * (0.5 + random() / 2);
};
export const triesOf = (failure: ModelFailure): number => tries[failure.kind] + 1;
