// The pure parts of the chat: rows, diffs, groups of the list, what is typed, what is spoken.

import type { Message, SessionInfo } from '@axion/protocol';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { slashOf, triggerAt } from './composer/trigger.ts';
import { diffLines } from './diffLines.ts';
import { groupSessions, snippetPieces, titleFits } from './list/sessionGroups.ts';
import { sharesOf, usedTokens } from './panel/contextShares.ts';
import { mergeChanges } from './panel/useChangedFiles.ts';
import { speakable, spokenUpTo } from './spoken.ts';
import { placesIn, rowWithWords, wordPattern, wordsOf } from './transcript/found.ts';
import { RowTable, rowsOf } from './transcript/rows.ts';

const safety = { readOnly: true, destructive: false, idempotent: true };
const message = (parts: Message['parts'], more: Partial<Message> = {}): Message => ({
  id: 'm', sessionId: 's', role: 'assistant', content: '', parts, timestamp: '2026-11-20T10:00:00.000Z', state: 'streaming', seq: 1, ...more,
});
const tool = (name: string, callId: string) => ({ type: 'tool' as const, callId, tool: name, title: `${name} x`, arguments: {}, safety, state: 'succeeded' as const });

describe('rows', () => {
  const request = { requestId: 'r', kind: 'approval' as const, title: 'Write?', facts: [], options: [], freeText: false };
  test('fold work between texts, and an approval that was given into it', () => {
    const parts: Message['parts'] = [
      { type: 'reasoning', text: 'hm' }, tool('read_file', 'a'), { type: 'text', text: 'So.' }, tool('edit_file', 'b'), { type: 'request', request, answer: { option: 'allow' } }, tool('ask_person', 'c'), { type: 'text', text: '' },
    ];
    expect(rowsOf(message(parts)).map((row) => [row.kind, row.key])).toEqual([['work', 'm:w0'], ['text', 'm:2'], ['work', 'm:w3'], ['end', 'm:end']]);
    expect(rowsOf(message([{ type: 'request', request }])).map((row) => row.kind)).toEqual(['request', 'end']);
  });

  test('are the same objects while only words change', () => {
    const table = new RowTable();
    const first = message([{ type: 'text', text: 'a' }]);
    const before = table.rows(['m'], () => first, null);
    const longer = message([{ type: 'text', text: 'a longer text' }]);
    expect(table.changed(longer)).toBe(false);
    expect(table.rows(['m'], () => longer, null)).toEqual(before);
    expect(table.rows(['m'], () => longer, null)[0]).toBe(before[0]);
    expect(table.changed(message([{ type: 'text', text: 'a' }, tool('read_file', 'x')]))).toBe(true);
    expect(table.rows(['m'], () => longer, 'm').map((row) => row.kind)).toEqual(['text', 'end', 'compaction']);
  });
});

describe('a diff', () => {
  test('puts together what it took apart, whatever the files are', () => {
    const file = fc.array(fc.constantFrom('a', 'b', 'cc', '', '  d'), { maxLength: 30 }).map((lines) => lines.join('\n'));
    fc.assert(
      fc.property(file, file, (before, after) => {
        const { lines, added, removed } = diffLines(before, after);
        const of = (...kinds: readonly string[]) => lines.flatMap((line) => (line.kind !== 'gap' && kinds.includes(line.kind) ? [line.pieces.map((piece) => piece.text).join('')] : []));
        expect(of('added')).toHaveLength(added);
        expect(of('removed')).toHaveLength(removed);
        const all = (text: string) => text.split('\n');
        // Lines that are left out are the same on both sides.
        const left = lines.reduce((sum, line) => sum + (line.kind === 'gap' ? line.skipped : 0), 0);
        expect(left + of('same', 'removed').length).toBeLessThanOrEqual(all(before).length);
        for (const text of of('same', 'removed')) expect(all(before)).toContain(text);
        for (const text of of('same', 'added')) expect(all(after)).toContain(text);
        if (before === after) expect(lines).toEqual([]);
      }),
    );
  });

  test('marks the words that changed, and leaves lines that have little in common whole', () => {
    const { lines } = diffLines('rows.filter((row) => row.due < day);\n', 'rows.filter((row) => !row.paid && row.due < day);\n');
    const changed = lines.flatMap((line) => (line.kind === 'added' ? line.pieces.filter((piece) => piece.changed).map((piece) => piece.text) : []));
    expect(changed.join('')).toContain('paid');
    expect(diffLines('abc\n', 'something else\n').lines.every((line) => line.kind === 'gap' || line.pieces.every((piece) => !piece.changed))).toBe(true);
  });

  test('of large files that have nothing in common ends', () => {
    const lines = (seed: number) => Array.from({ length: 20_000 }, (_, index) => `${(index * seed) % 9973}`).join('\n');
    expect(diffLines(lines(7), lines(11)).added).toBeGreaterThan(0);
  });

  test('of a file that was changed twice is from the first to the last', () => {
    const one = { folderId: 'f', path: 'a', before: '1', after: '2' };
    expect(mergeChanges([one, { folderId: 'f', path: 'a', before: '2', after: '3' }])).toEqual([{ folderId: 'f', path: 'a', before: '1', after: '3' }]);
    expect(mergeChanges([one, { folderId: 'f', path: 'a', before: '2', after: '1' }])).toEqual([]);
    expect(mergeChanges([{ folderId: 'f', path: 'n', after: 'x' }, { folderId: 'f', path: 'n', before: 'x', after: 'y' }])).toEqual([{ folderId: 'f', path: 'n', after: 'y' }]);
  });
});

describe('the list of chats', () => {
  const now = new Date(2026, 10, 20, 12).getTime();
  const session = (id: string, more: Partial<SessionInfo> = {}): SessionInfo => ({
    id, channelId: 'web', createdAt: '2026-11-01T10:00:00.000Z', lastActive: new Date(now - 60_000).toISOString(), messageCount: 1, title: id, titled: true, state: 'idle', mode: 'ask',
    pinned: false, archived: false, waiting: 0, queued: 0, usage: { inputTokens: 0, outputTokens: 0 }, ...more,
  });
  test('has each chat once, in the group that matters most', () => {
    const all = [
      session('w', { state: 'waiting', archived: true }), session('r', { state: 'running', pinned: true }), session('p', { pinned: true }), session('t'), session('e', { lastActive: '2026-11-02T10:00:00.000Z' }), session('a', { archived: true, pinned: true }),
    ];
    const of = (archived: boolean) => groupSessions(all, now, archived).map((group) => [group.id, group.sessions.map((one) => one.id).join()]);
    expect(of(true)).toEqual([['waiting', 'w'], ['running', 'r'], ['pinned', 'p'], ['today', 't'], ['month-2026-11', 'e'], ['archived', 'a']]);
    expect(of(false)).toHaveLength(5);
  });
  test('goes by days, then months, then years, the latest first; each chat is in one group', () => {
    const ago = (days: number) => session(`${days}`, { lastActive: new Date(2026, 10, 20 - days, 12).toISOString() });
    const ids = [-1, 0, 1, 2, 7, 8, 20, 51, 300, 366, 367, 800, 801].map(ago);
    expect(groupSessions(ids, now, false).map((group) => [group.id, group.sessions.map((one) => one.id).join()])).toEqual([
      ['today', '-1,0'], ['yesterday', '1'], ['week', '2,7'], ['month-2026-11', '8'], ['month-2026-10', '20'], ['month-2026-09', '51'], ['month-2026-01', '300'], ['month-2025-11', '366'],
      ['year-2025', '367'], ['year-2024', '800,801'],
    ]);
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -5, max: 4_000 })), (days) => {
        const all = [...days].sort((one, other) => one - other).map(ago);
        expect(groupSessions(all, now, true).flatMap((group) => group.sessions)).toEqual(all);
      }),
    );
  });
  test('is searched by words in any order', () => {
    expect(titleFits('Reconcile October', 'oct rec')).toBe(true);
    expect(titleFits('Reconcile October', 'november')).toBe(false);
    expect(snippetPieces('the \u0002late\u0003 rule is \u0002late\u0003')).toEqual([
      { text: 'the ', found: false }, { text: 'late', found: true }, { text: ' rule is ', found: false }, { text: 'late', found: true },
    ]);
  });
});

describe('what is typed', () => {
  test('is a mention after a space and a command at the beginning', () => {
    expect(triggerAt('look at @inv', 12)).toEqual({ kind: 'file', query: 'inv', from: 8, to: 12 });
    expect(triggerAt('mail me@example', 15)).toBeNull();
    expect(triggerAt('/comp', 5)).toEqual({ kind: 'slash', query: 'comp', from: 0, to: 5 });
    expect(triggerAt('a /comp', 7)).toBeNull();
    expect(slashOf('/mode read-only')).toEqual({ name: 'mode', rest: 'read-only' });
    expect(slashOf('/usr/bin is a path')).toBeNull();
  });
});

describe('what is spoken', () => {
  test('is whole sentences, and all of it at the end', () => {
    expect(spokenUpTo('One. Tw', 0, false)).toBe(4);
    expect(spokenUpTo('One. Two', 4, false)).toBe(4);
    expect(spokenUpTo('One. Two', 4, true)).toBe(8);
    expect(spokenUpTo('See:\n```js\na.b. c\n', 0, false)).toBe(0);
    fc.assert(fc.property(fc.string(), fc.nat(), (text, at) => spokenUpTo(text, Math.min(at, text.length), false) <= text.length));
  });
  test('has no marks and no code', () => {
    expect(speakable('# Head\n\nSee **this** [page](https://x.y) and `a.js`:\n\n```js\nlet secret;\n```\n- one')).toBe('Head See this page and a.js : one');
  });
});

describe('a message that was arrived at', () => {
  const hit = (snippet: string) => ({ sessionId: 's', title: 'x', timestamp: '2026-11-20T10:00:00.000Z', snippet });
  test('its words are those that the snippet names, once', () => {
    expect(wordsOf(hit('a \u0002Bike\u0003 and \u0002bikes\u0003 and \u0002Bike\u0003, \u0002 \u0003'))).toEqual(['Bike', 'bikes']);
    expect(wordPattern([])).toBeNull();
  });

  test('each place that is told is one of the words, whatever it is made of; no place is told that has none', () => {
    const words = fc.array(fc.string({ unit: 'binary', minLength: 1, maxLength: 6 }), { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(words, fc.array(fc.string({ unit: 'binary', maxLength: 8 }), { maxLength: 8 }), (found, around) => {
        const pattern = wordPattern(found);
        const text = around.join(found[0]);
        const places = pattern === null ? [] : placesIn(text, pattern, 50);
        for (const { from, to } of places) expect(text.slice(from, to)).toMatch(new RegExp(`^(?:${pattern?.source ?? ''})$`, 'iu'));
        expect(places.length).toBeLessThanOrEqual(50);
        if (around.length > 1) expect(places.length).toBeGreaterThan(0);
      }),
    );
  });

  test('the row is the text that has a word, else the first', () => {
    const parts: Message['parts'] = [{ type: 'text', text: 'Hello' }, tool('read_file', 'a'), { type: 'text', text: 'A BIKE (red)' }];
    const rows = rowsOf(message(parts));
    const at = (words: readonly string[], messageId = 'm') => rowWithWords(rows, message(parts), { messageId, words, turn: 1 });
    expect([at(['bike']), at(['(red)']), at(['tool says']), at([]), at(['bike'], 'other')]).toEqual([2, 2, 0, 0, -1]);
  });
});

test('the shares of the window add up', () => {
  const context = { window: 100, instructions: 1, tools: 2, summary: 3, history: 4, toolOutput: 5, files: 6, counted: true };
  expect(usedTokens(context)).toBe(21);
  expect(sharesOf(context).map((share) => share.tokens)).toEqual([3, 6, 5, 7]);
});
