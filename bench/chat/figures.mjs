/** Numbers of the chat bench: quantiles, slopes, and tokens that were sent against what a page showed. */

export const quantile = (values, q) => {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted.length === 0 ? Number.NaN : sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))];
};

/** Growth per minute by least squares; `points` are [seconds, value]. */
export const slope = (points) => {
  const mean = (at) => points.reduce((sum, point) => sum + point[at], 0) / points.length;
  const [x, y] = [mean(0), mean(1)];
  const over = points.reduce((sum, [a, b]) => sum + (a - x) * (b - y), 0);
  const under = points.reduce((sum, [a]) => sum + (a - x) ** 2, 0);
  return under === 0 ? 0 : (60 * over) / under;
};

/**
 * Milliseconds from sending to showing of each token. `steps` are [newest token shown, when]; a token is shown with the first step that reaches it.
 * The first tokens of an answer come with the start of the turn and its message; `skip` of them do not count.
 */
export const latencies = (sent, first, steps, skip = 20) => {
  const times = [];
  let at = 0;
  for (let n = first + skip; n < sent.length; n += 1) {
    while (at < steps.length && steps[at][0] < n) at += 1;
    if (at === steps.length) break;
    times.push(steps[at][1] - sent[n]);
  }
  return { times, missing: sent.length - first - skip - times.length };
};

export const ms = (value) => `${value.toFixed(1)} ms`;
