// What failed and how a run stands, in words of the catalogue.

import { CommandRefused, Disconnected, isGatewayError } from '@axion/client';
import type { RunSummary, SessionInfo } from '@axion/protocol';
import type { RunState } from '@axion/ui';
import type { MessageKey, Translate } from '../messages/translate.ts';
import { plainWords } from './plainWords.ts';

export function stateWord(t: Translate, state: RunState): string {
  return t(`state.${state}` satisfies MessageKey);
}

/** One sentence for a failure. Core's own sentences already say what happened, what is kept and what to do. */
export function reasonOf(t: Translate, error: unknown): string {
  if (error instanceof CommandRefused) return error.hint === undefined ? error.message : `${error.message} ${error.hint}`;
  if (error instanceof Disconnected) return error.sent ? t('error.offlineMaybe') : t('error.offline');
  if (isGatewayError(error)) return t('error.unreadable');
  return error instanceof Error ? error.message : String(error);
}

/** The state of a run as the glyphs know it; a run has fewer states than a step. */
export function runStateOf(run: RunSummary): RunState {
  return run.state === 'running' && run.waitingApprovals > 0 ? 'waiting' : run.state;
}

export function isLive(run: RunSummary): boolean {
  return run.state === 'queued' || run.state === 'running' || run.state === 'waiting';
}

/** The state of a chat as the glyphs know it; null while nothing happens in it. */
export function chatStateOf(session: SessionInfo): RunState | null {
  return session.state === 'idle' ? null : session.state;
}

/** What a chat is called before its first message, too. */
/** A name that Axion took from the first message is shown as words, one that the person gave as they gave it. */
export const titleOfChat = (t: Translate, session: { readonly title: string; readonly titled: boolean }): string =>
  session.title.trim() === '' ? t('command.newChat') : session.titled ? session.title : plainWords(session.title);
