// How wide the second of two chats is. Pure.

/** Narrower than this a composer and a diff cannot be read. */
export const NARROWEST = 320;
export const EVEN = 0.5;
/** The line between them. */
const LINE = 1;

export interface BesideWidth {
  readonly size: number;
  readonly min: number;
  readonly max: number;
}

/** In a room too small for two readable ones they share it evenly. What is kept may be anything: it was read from a store. */
export function besideWidth(room: number, share: number): BesideWidth {
  const usable = Math.max(0, Math.round(room) - LINE);
  const min = Math.min(NARROWEST, Math.floor(usable / 2));
  const max = usable - min;
  const wanted = Math.round(usable * (Number.isFinite(share) && share > 0 && share < 1 ? share : EVEN));
  return { size: Math.min(max, Math.max(min, wanted)), min, max };
}

/** What is kept of a width. */
export function shareOf(room: number, size: number): number {
  const usable = Math.round(room) - LINE;
  return usable <= 0 ? EVEN : Math.min(0.999, Math.max(0.001, size / usable));
}
