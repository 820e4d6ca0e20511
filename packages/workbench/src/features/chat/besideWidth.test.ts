import fc from 'fast-check';
import { expect, test } from 'vitest';
import { besideWidth, EVEN, NARROWEST, shareOf } from './besideWidth.ts';

test('both stay readable where there is room for both, whatever was kept', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 8_000 }), fc.double(), (room, share) => {
      const { size, min, max } = besideWidth(room, share);
      expect(size).toBeGreaterThanOrEqual(min);
      expect(size).toBeLessThanOrEqual(max);
      expect(size + 1 + min).toBeLessThanOrEqual(Math.max(1, room));
      if (room >= 2 * NARROWEST + 1) expect(min).toBe(NARROWEST);
      else expect(max - min).toBeLessThanOrEqual(1);
    }),
  );
});

test('a width that was set is there again, also after the room was smaller for a while', () => {
  fc.assert(
    fc.property(fc.integer({ min: 700, max: 4_000 }), fc.double({ min: 0, max: 1, noNaN: true }), (room, at) => {
      const { min, max } = besideWidth(room, EVEN);
      const size = Math.round(min + at * (max - min));
      expect(besideWidth(room, shareOf(room, size)).size).toBe(size);
    }),
  );
});
