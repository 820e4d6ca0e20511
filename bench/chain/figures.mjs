/** Medians, lines of the table, and the rest between two rounds. */
import { setTimeout as delay } from "node:timers/promises";

/** So that what one round leaves to be tidied up (memory, logs) is not part of the next one's time. */
export const rest = () => delay(50);

export const median = (values) => {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
};
const cell = (value) => value.toFixed(value < 100 ? 1 : 0).padStart(8);
export const show = ({ who, length, cold, warm, all }) =>
  `${who.padEnd(28)} ${String(length).padStart(7)}  cold${cell(cold)}  warm${cell(warm)}  (${cell(Math.min(...all)).trim()}–${cell(Math.max(...all)).trim()})`;
