// A step that takes a few milliseconds would go from queued to done with nothing to see. Its card keeps the look of running for a moment
// after it was first heard of; times and durations stay those of the journal, and nothing of the run itself waits. Pure: the clock comes in.

import type { NodeView } from '@axion/canvas';
import type { RunDrawing } from './nodeViews.ts';

export const HOLD_MS = 300;
/** In a larger graph nobody looks at single cards, and each would be drawn twice. */
const MOST = 2000;

export interface HeldDrawing {
  readonly drawing: RunDrawing;
  /** When the next card lets go; null: none is held. */
  readonly nextAt: number | null;
}

const PASSED = new Set<NodeView['state']>(['succeeded', 'failed']);
const RUNNING = new Set<NodeView['state']>(['running', 'retrying']);

/** What is known of the run: it goes on, or ended just now; and whether it was seen from its start, so that even the first drawing is news. */
export interface HoldFacts {
  readonly fresh: boolean;
  readonly fromStart: boolean;
}

/** For one run. Of an old run nothing is held, nor what had ended before it was looked at. */
export function createHold(runningWord: string): (real: RunDrawing, facts: HoldFacts, now: number) => HeldDrawing {
  /** When each card first looked as running. */
  const since = new Map<string, number>();
  const cards = new Map<string, { readonly real: NodeView; readonly held: NodeView }>();
  let last: { readonly real: RunDrawing; readonly nextAt: number | null; readonly drawing: RunDrawing } | null = null;
  let first = true;
  return (real, facts, now) => {
    if (last?.real === real && (last.nextAt === null || now < last.nextAt)) return last;
    if (real.views.size > MOST) return { drawing: real, nextAt: null };
    const news = facts.fresh && (facts.fromStart || !first);
    if (real.views.size > 0) first = false;
    let nextAt = Number.POSITIVE_INFINITY;
    let views: Map<string, NodeView> | null = null;
    for (const [id, view] of real.views) {
      const begun = since.get(id);
      if (RUNNING.has(view.state)) {
        if (begun === undefined) since.set(id, now);
        continue;
      }
      if (!PASSED.has(view.state)) continue;
      if (begun === undefined) since.set(id, news ? now : Number.NEGATIVE_INFINITY);
      const until = (since.get(id) ?? now) + HOLD_MS;
      if (until <= now) {
        cards.delete(id);
        continue;
      }
      nextAt = Math.min(nextAt, until);
      let card = cards.get(id);
      if (card?.real !== view) {
        card = { real: view, held: heldCard(view, runningWord) };
        cards.set(id, card);
      }
      views ??= new Map(real.views);
      views.set(id, card.held);
    }
    last = { real, nextAt: views === null ? null : nextAt, drawing: views === null ? real : { views, looks: real.looks } };
    return last;
  };
}

/** Of what it made, only the room: a card must not change its size twice. */
function heldCard(view: NodeView, word: string): NodeView {
  const { time: _, count: __, ...rest } = view;
  return { ...rest, state: 'running', word };
}
