import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { rankMatch } from './rankMatches.ts';

const best = (typed: string, names: readonly string[]): string | undefined =>
  names
    .map((name) => ({ name, rank: rankMatch(typed, name) }))
    .filter((one) => one.rank !== null)
    .sort((x, y) => (y.rank?.score ?? 0) - (x.rank?.score ?? 0))[0]?.name;

describe('ranking a name against what was typed', () => {
  it('prefers the start of the name, then the start of a word, then the middle', () => {
    expect(best('run', ['Prune history', 'Stop run', 'Run from here'])).toBe('Run from here');
    expect(best('run', ['Prune history', 'Stop run'])).toBe('Stop run');
  });

  it('takes initials of words', () => {
    expect(best('rff', ['Refuse offers', 'Run from first step'])).toBe('Run from first step');
  });

  it('refuses a name that lacks a letter', () => {
    expect(rankMatch('xyz', 'Run')).toBeNull();
  });

  it('gives ascending positions of letters that are really there', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 12 }), fc.string({ maxLength: 40 }), (typed, name) => {
        const rank = rankMatch(typed, name);
        if (rank === null) return;
        for (let place = 1; place < rank.at.length; place++) expect(rank.at[place]).toBeGreaterThan(rank.at[place - 1] ?? -1);
        const text = name.toLowerCase();
        for (const at of rank.at) expect(at).toBeLessThan(Math.max(text.length, name.length));
      }),
    );
  });
});
