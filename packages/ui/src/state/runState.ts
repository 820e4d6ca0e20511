// The eleven states a run, a step or an item can be in, as the whole interface names them, with the classes of their colours.
// Words are not here: a screen gives each glyph its word or its name.

export const runStates = [
  'idle',
  'queued',
  'running',
  'waiting',
  'retrying',
  'succeeded',
  'cached',
  'pinned',
  'skipped',
  'failed',
  'cancelled',
] as const;
export type RunState = (typeof runStates)[number];

interface StateClasses {
  /** Glyph and word. */
  readonly text: string;
  /** Timeline bar, strip share, minimap block. */
  readonly fill: string;
  /** The strip behind the word, only for the states that ask for attention. */
  readonly tint: string | null;
}

export const stateClasses: Readonly<Record<RunState, StateClasses>> = {
  idle: { text: 'text-st-idle', fill: 'bg-line-2', tint: null },
  queued: { text: 'text-st-queued', fill: 'bg-sf-queued', tint: null },
  running: { text: 'text-st-running', fill: 'bg-sf-running', tint: 'bg-tt-running' },
  waiting: { text: 'text-st-waiting', fill: 'bg-sf-waiting', tint: 'bg-tt-waiting' },
  retrying: { text: 'text-st-retrying', fill: 'bg-sf-retrying', tint: 'bg-tt-retrying' },
  succeeded: { text: 'text-st-succeeded', fill: 'bg-sf-succeeded', tint: null },
  cached: { text: 'text-st-cached', fill: 'bg-sf-cached', tint: null },
  pinned: { text: 'text-st-pinned', fill: 'bg-st-pinned', tint: 'bg-tt-pinned' },
  skipped: { text: 'text-st-skipped', fill: 'bg-sf-skipped', tint: null },
  failed: { text: 'text-st-failed', fill: 'bg-sf-failed', tint: 'bg-tt-failed' },
  cancelled: { text: 'text-st-cancelled', fill: 'bg-edge', tint: null },
};
