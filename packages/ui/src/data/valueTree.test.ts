import { describe, expect, it } from 'vitest';
import { asRawText, asTable, valueRows } from './valueTree.ts';

describe('the tree of a value', () => {
  it('shows open branches in reading order and escapes names in paths', () => {
    const rows = valueRows({ 'a/b': 1, c: [true, null] }, (_path, depth) => depth < 2);
    expect(rows.map((row) => [row.path, row.depth, row.text])).toEqual([
      ['', 0, ''],
      ['/a~1b', 1, '1'],
      ['/c', 1, ''],
      ['/c/0', 2, 'true'],
      ['/c/1', 2, 'null'],
    ]);
  });

  it('says how many children it leaves out', () => {
    const rows = valueRows(Array.from({ length: 1000 }, (_, index) => index), () => true, { childrenPerBranch: 3, rows: 100, textLength: 10 });
    expect(rows).toHaveLength(5);
    expect(rows.at(-1)?.leftOut).toBe(997);
  });

  it('walks a value nested 100,000 deep without recursion', () => {
    let deep: unknown = 'end';
    for (let level = 0; level < 100_000; level++) deep = [deep];
    const rows = valueRows(deep, () => true, { childrenPerBranch: 10, rows: 200_000, textLength: 10 });
    expect(rows).toHaveLength(100_001);
    expect(rows.at(-1)?.text).toBe('end');
    expect(asRawText(deep)).toBeNull();
  });
});

describe('a value as a table', () => {
  it('takes a list of flat objects and unites their keys', () => {
    const table = asTable([{ a: 1 }, { b: 'x', a: null }]);
    expect(table?.columns).toEqual(['a', 'b']);
    expect(table?.rows).toEqual([
      ['1', ''],
      ['', 'x'],
    ]);
  });

  it('refuses what is not one', () => {
    expect(asTable([1, 2])).toBeNull();
    expect(asTable([])).toBeNull();
    expect(asTable({ a: 1 })).toBeNull();
  });

  it('reads only own keys of a hostile row', () => {
    const table = asTable([JSON.parse('{"__proto__": {"x": 1}, "a": 2}')]);
    expect(table?.rows[0]).toEqual(['{…}', '2']);
  });
});
