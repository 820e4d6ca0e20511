/** Adding up what model calls used, and what that costs where a price is known. */
import type { ModelInfo, Usage } from "@axion/protocol";

export const noUsage: Usage = { inputTokens: 0, outputTokens: 0 };

const sum = (a: number | undefined, b: number | undefined) => a === undefined && b === undefined ? undefined : (a ?? 0) + (b ?? 0);

export const addUsage = (a: Usage, b: Usage): Usage => {
  const cacheReadTokens = sum(a.cacheReadTokens, b.cacheReadTokens);
  const cacheWriteTokens = sum(a.cacheWriteTokens, b.cacheWriteTokens);
  const reasoningTokens = sum(a.reasoningTokens, b.reasoningTokens);
  const cost = sum(a.cost, b.cost);
  return {
    inputTokens: a.inputTokens + b.inputTokens, outputTokens: a.outputTokens + b.outputTokens,
    ...(cacheReadTokens !== undefined && { cacheReadTokens }), ...(cacheWriteTokens !== undefined && { cacheWriteTokens }),
    ...(reasoningTokens !== undefined && { reasoningTokens }), ...(cost !== undefined && { cost }), ...((a.estimated === true || b.estimated === true) && { estimated: true }),
  };
};

/** In US dollars; undefined where no price is known. */
export const costOf = (usage: Usage, price: ModelInfo["price"]): number | undefined => {
  if (price === undefined) return undefined;
  const cached = Math.min(usage.cacheReadTokens ?? 0, usage.inputTokens);
  return ((usage.inputTokens - cached) * price.input + cached * (price.cacheRead ?? price.input) + usage.outputTokens * price.output) / 1_000_000;
};

/** A count that came from outside: whole, not negative, within what stays exact. */
export const safeCount = (value: unknown): number =>
  typeof value === "number" && Number.isFinite(value) && value > 0 ? Math.min(Math.round(value), 1_000_000_000_000) : 0;
