import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { rowAt, rowOffsets, rowsInView } from './virtualRows.ts';

describe('rows in view', () => {
  it('finds the row under any point as a linear walk would', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1, maxLength: 200 }), fc.integer({ min: 0, max: 12000 }), (heights, y) => {
        const offsets = rowOffsets(heights);
        let walked = 0;
        for (let row = 0; row < heights.length; row++) if ((offsets[row] ?? 0) <= y) walked = row;
        expect(rowAt(offsets, y)).toBe(walked);
      }),
    );
  });

  it('covers the whole view and stays inside the list', () => {
    const offsets = rowOffsets(Array.from({ length: 100_000 }, () => 30));
    const view = rowsInView(offsets, 1_500_000, 600, 4);
    expect(view.first).toBe(49_996);
    expect(view.end).toBe(50_025);
    expect(rowsInView(offsets, 2_999_990, 600, 4).end).toBe(100_000);
    expect(rowsInView(rowOffsets([]), 0, 600, 4)).toEqual({ first: 0, end: 0 });
  });
});
