// Lines of the log as text: what a node wrote, and what the run did, in words. Pure.

import type { LogLine } from '@axion/client';
import type { LogLevel } from '@axion/protocol';
import type { Translate } from '../../../messages/translate.ts';

export interface ShownLine {
  readonly seq: number;
  readonly ts: number;
  readonly level: LogLevel;
  readonly node: string | null;
  readonly text: string;
}

/** Null: nothing to say, such as a step that is done; the timeline has those. */
export function shownLine(line: LogLine, t: Translate): ShownLine | null {
  const { event } = line;
  const node = 'node' in event && event.node !== undefined ? event.node : null;
  const text = textOf(line, t);
  return text === null ? null : { seq: line.seq, ts: line.ts, level: line.level, node, text };
}

function textOf({ event }: LogLine, t: Translate): string | null {
  switch (event.type) {
    case 'log': return event.text;
    case 'run-started': return event.runner.fallback === undefined ? t('editor.runStarted', { runner: event.runner.jail }) : t('editor.runStartedInstead', { runner: event.runner.jail, why: event.runner.fallback });
    case 'run-resumed': return t('editor.runResumed', { reason: event.reason });
    case 'run-interrupted': return t('editor.runInterrupted', { reason: event.reason });
    case 'run-cancelling': return t('editor.runCancelling');
    case 'run-finished': return event.error === undefined ? t('editor.runFinished', { state: event.state }) : `${t('editor.runFinished', { state: event.state })} ${event.error.message}`;
    case 'step-retrying': return t('editor.logRetrying', { attempt: event.attempt, message: event.error.message });
    case 'step-finished': return event.error === undefined ? null : t('editor.logFailed', { message: event.error.message });
    case 'effect-intent': return t('editor.logEffect', { what: event.what });
    case 'step-waiting': return t('editor.logWaiting', { reason: event.reason });
    case 'approval-requested': return t('editor.logAsked', { title: event.title });
    case 'approval-answered': return event.note === undefined ? t('editor.logAnswered', { decision: event.decision }) : `${t('editor.logAnswered', { decision: event.decision })} ${event.note}`;
    default: return null;
  }
}

export function fits(line: ShownLine, typed: string, node: string | null): boolean {
  if (node !== null && line.node !== node) return false;
  return typed === '' || line.text.toLowerCase().includes(typed);
}
