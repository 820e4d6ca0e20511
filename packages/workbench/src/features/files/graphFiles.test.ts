import { describe, expect, it } from 'vitest';
import { sortFiles } from './graphFiles.ts';

const named = (...names: string[]) => names.map((name) => ({ name }));

describe('chosen files', () => {
  it('pairs a graph with the layout beside it', () => {
    const sorted = sortFiles(named('a.axion.layout', 'a.axion', 'b.axion', 'c.axion.layout', 'notes.txt'));
    expect(sorted.graphs.map((pair) => [pair.graph.name, pair.layout?.name])).toEqual([
      ['a.axion', 'a.axion.layout'],
      ['b.axion', undefined],
    ]);
    expect(sorted.lonelyLayouts.map((file) => file.name)).toEqual(['c.axion.layout']);
    expect(sorted.others.map((file) => file.name)).toEqual(['notes.txt']);
  });
});
