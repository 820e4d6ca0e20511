// The list of chats in groups: what waits for the person, what runs, what they pinned, then by time. A chat stands in the first group that
// it fits. Pure.

import type { SessionInfo } from '@axion/protocol';
import { startOfDay } from '../../../messages/formats.ts';

export type GroupId = 'waiting' | 'running' | 'pinned' | 'today' | 'earlier' | 'archived';

export interface SessionGroup {
  readonly id: GroupId;
  readonly sessions: readonly SessionInfo[];
}

const order: readonly GroupId[] = ['waiting', 'running', 'pinned', 'today', 'earlier', 'archived'];

export function groupOf(session: SessionInfo, today: number): GroupId {
  if (session.state === 'waiting') return 'waiting';
  if (session.state === 'running') return 'running';
  if (session.archived) return 'archived';
  if (session.pinned) return 'pinned';
  return Date.parse(session.lastActive) >= today ? 'today' : 'earlier';
}

export function groupSessions(sessions: readonly SessionInfo[], now: number, withArchived: boolean): readonly SessionGroup[] {
  const today = startOfDay(now);
  const groups = new Map<GroupId, SessionInfo[]>(order.map((id) => [id, []]));
  for (const session of sessions) groups.get(groupOf(session, today))?.push(session);
  return order.flatMap((id) => {
    const own = groups.get(id) ?? [];
    return own.length === 0 || (id === 'archived' && !withArchived) ? [] : [{ id, sessions: own }];
  });
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
