/** Full jitter: a random wait up to a limit that doubles, so that many tabs do not come back in step. */
export const backoffMs = (attempt: number, random: number): number => {
  const limit = Math.min(15_000, 250 * 2 ** Math.min(Math.max(0, attempt), 10));
  return Math.round(limit * random);
};
