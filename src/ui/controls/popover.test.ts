// A popover stays in the window, whatever opens it.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { popoverPlace } from './popover.ts';

test('below its anchor where there is room, above it where there is none', () => {
  const size = { width: 200, height: 40 };
  expect(popoverPlace({ left: 20, top: 30, width: 50, height: 20 }, size, 800, 600)).toEqual({ left: 20, top: 56 });
  expect(popoverPlace({ left: 20, top: 570, width: 50, height: 20 }, size, 800, 600)).toEqual({ left: 20, top: 524 });
});

test('never outside the window', () => {
  fc.assert(
    fc.property(fc.nat(1200), fc.nat(800), (left, top) => {
      const place = popoverPlace({ left, top, width: 40, height: 20 }, { width: 300, height: 60 }, 1200, 800);
      expect(place.left).toBeGreaterThanOrEqual(8);
      expect(place.left + 300).toBeLessThanOrEqual(1200);
      expect(place.top).toBeGreaterThanOrEqual(8);
      expect(place.top + 60).toBeLessThanOrEqual(800);
    }),
  );
});
