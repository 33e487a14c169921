// Every visible row is drawn, and never many more.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { rowsInView } from './rowWindow.ts';

test('covers the viewport and stays small', () => {
  fc.assert(
    fc.property(fc.nat(50_257 * 26), fc.integer({ min: 1, max: 2000 }), fc.nat(50_257), (scrollTop, height, count) => {
      const { from, to } = rowsInView(scrollTop, height, 26, count);
      expect(from).toBeGreaterThanOrEqual(0);
      expect(to).toBeLessThanOrEqual(count);
      expect(to - from).toBeLessThanOrEqual(Math.ceil(height / 26) + 18);
      for (let row = 0; row < count; row += Math.max(1, Math.floor(count / 50))) {
        const visible = row * 26 < scrollTop + height && (row + 1) * 26 > scrollTop;
        if (visible) expect(row >= from && row < to).toBe(true);
      }
    }),
  );
});

test('an empty list draws nothing', () => {
  expect(rowsInView(0, 400, 26, 0)).toEqual({ from: 0, to: 0 });
});
