// Decides what a live region says and when: at most one polite message in two seconds, the newest of each topic, and
// assertive ones at once. Pure: the clock and the timer are the region's.

export interface Announcement {
  /** Messages of one topic replace each other: the progress of a run, the hits of a search. */
  readonly topic: string;
  readonly text: string;
}

export interface AnnouncerState {
  readonly waiting: readonly Announcement[];
  readonly lastAt: number;
}

export const POLITE_GAP_MS = 2000;
const MOST_WAITING = 8;

export const quietAnnouncer: AnnouncerState = { waiting: [], lastAt: Number.NEGATIVE_INFINITY };

export function enqueue(state: AnnouncerState, message: Announcement): AnnouncerState {
  const others = state.waiting.filter((one) => one.topic !== message.topic);
  return { ...state, waiting: [...others, message].slice(-MOST_WAITING) };
}

/** What to say at `now`, and in how many milliseconds to ask again (null: nothing waits). */
export function nextAnnouncement(state: AnnouncerState, now: number): { readonly state: AnnouncerState; readonly say: string | null; readonly againIn: number | null } {
  if (state.waiting.length === 0) return { state, say: null, againIn: null };
  const since = now - state.lastAt;
  if (since < POLITE_GAP_MS) return { state, say: null, againIn: POLITE_GAP_MS - since };
  const say = state.waiting.map((one) => one.text).join(' ');
  return { state: { waiting: [], lastAt: now }, say, againIn: null };
}
