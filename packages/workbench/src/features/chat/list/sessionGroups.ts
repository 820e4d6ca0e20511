// The list of chats in groups: what waits for the person, what runs, what they pinned, then by when something last happened: days while they
// are near, then months, then years. A chat stands in the first group that it fits. Pure.

import type { SessionInfo } from '@axion/protocol';
import { daysBetween } from '../../../messages/formats.ts';

export type GroupKind = 'waiting' | 'running' | 'pinned' | 'today' | 'yesterday' | 'week' | 'month' | 'year' | 'archived';

export interface SessionGroup {
  /** Of its own for each month and year. */
  readonly id: string;
  readonly kind: GroupKind;
  /** A moment in the month or year that it is of. */
  readonly at: number;
  readonly sessions: readonly SessionInfo[];
}

const order: readonly GroupKind[] = ['waiting', 'running', 'pinned', 'today', 'yesterday', 'week', 'month', 'year', 'archived'];
const WEEK = 7;
/** Months are told apart for so many days. */
const MONTHS = 366;

export function kindOf(session: SessionInfo, now: number): GroupKind {
  if (session.state === 'waiting') return 'waiting';
  if (session.state === 'running') return 'running';
  if (session.archived) return 'archived';
  if (session.pinned) return 'pinned';
  const ago = daysBetween(Date.parse(session.lastActive), now);
  if (ago > MONTHS) return 'year';
  if (ago > WEEK) return 'month';
  // A clock that was set back makes a chat of tomorrow; it is new all the same.
  return ago > 1 ? 'week' : ago === 1 ? 'yesterday' : 'today';
}

function idOf(kind: GroupKind, at: number): string {
  const day = new Date(at);
  if (kind === 'month') return `month-${day.getFullYear()}-${String(day.getMonth() + 1).padStart(2, '0')}`;
  return kind === 'year' ? `year-${day.getFullYear()}` : kind;
}

/** Within a kind the groups stand as their chats come: the list has the latest first. */
export function groupSessions(sessions: readonly SessionInfo[], now: number, withArchived: boolean): readonly SessionGroup[] {
  const groups = new Map<string, { readonly kind: GroupKind; readonly at: number; readonly sessions: SessionInfo[] }>();
  for (const session of sessions) {
    const kind = kindOf(session, now);
    if (kind === 'archived' && !withArchived) continue;
    const at = Date.parse(session.lastActive);
    const id = idOf(kind, at);
    const known = groups.get(id);
    if (known === undefined) groups.set(id, { kind, at, sessions: [session] });
    else known.sessions.push(session);
  }
  return [...groups].map(([id, group]) => ({ id, ...group })).sort((one, other) => order.indexOf(one.kind) - order.indexOf(other.kind));
}

/** Every word of what was typed is in the title, in any order. */
export function titleFits(title: string, typed: string): boolean {
  const words = typed.toLowerCase().split(/\s+/).filter((word) => word !== '');
  const text = title.toLowerCase();
  return words.every((word) => text.includes(word));
}

export interface SnippetPiece {
  readonly text: string;
  readonly found: boolean;
}

/** Core marks what it found with two control characters that no text of a person has. */
export function snippetPieces(snippet: string): readonly SnippetPiece[] {
  return snippet.split('\u0002').flatMap((piece, index): readonly SnippetPiece[] => {
    if (index === 0) return piece === '' ? [] : [{ text: piece, found: false }];
    const [found = '', ...rest] = piece.split('\u0003');
    const after = rest.join('');
    return [{ text: found, found: true }, ...(after === '' ? [] : [{ text: after, found: false }])];
  });
}
