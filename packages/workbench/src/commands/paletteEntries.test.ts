import { describe, expect, it } from 'vitest';
import { type PaletteEntry, rankPalette } from './paletteEntries.ts';

const entry = (kind: PaletteEntry['kind'], label: string): PaletteEntry => ({ id: `${kind}:${label}`, kind, group: kind, label, icon: undefined, act: () => undefined });
const entries = [entry('command', 'New graph'), entry('command', 'Go to Runs'), entry('graph', 'invoices'), entry('graph', 'month-close'), entry('run', 'Run 12, invoices')];

describe('the palette', () => {
  it('puts the best match first, whatever its group', () => {
    const groups = rankPalette('invo', entries);
    expect(groups.map((group) => group.label)).toEqual(['graph', 'run']);
    expect(groups[0]?.items[0]?.label).toBe('invoices');
  });

  it('shows one kind after its sign', () => {
    expect(rankPalette('>', entries).map((group) => group.label)).toEqual(['command']);
    expect(rankPalette('#month', entries).flatMap((group) => group.items.map((item) => item.label))).toEqual(['month-close']);
  });

  it('stays short over a long history', () => {
    const many = Array.from({ length: 5000 }, (_, number) => entry('run', `Run ${number}`));
    expect(rankPalette('run', many).flatMap((group) => group.items)).toHaveLength(12);
    expect(rankPalette('run', many)[0]?.items[0]?.label).toBe('Run 0');
    expect(rankPalette('', many).flatMap((group) => group.items)).toHaveLength(6);
  });
});
