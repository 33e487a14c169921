// A popover stays in the window, whatever opens it.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Box, popoverPlace, tipPlace } from './popover.ts';

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

const meets = (a: Box, b: Box): boolean =>
  a.left < b.left + b.width && b.left < a.left + a.width && a.top < b.top + b.height && b.top < a.top + a.height;

test('what the anchor belongs to stays in sight', () => {
  const size = { width: 200, height: 60 };
  const label = { left: 20, top: 300, width: 50, height: 20 };
  const slider = { left: 20, top: 300, width: 220, height: 54 };
  expect(meets({ ...popoverPlace(label, size, 800, 600), ...size }, slider)).toBe(true);
  expect(meets({ ...popoverPlace(label, size, 800, 600, slider), ...size }, slider)).toBe(false);
  const low = { ...slider, top: 520 };
  expect(popoverPlace({ ...label, top: 520 }, size, 800, 600, low)).toEqual({ left: 20, top: 520 - 6 - 60 });
});

test('a tip covers nothing of its picture, as long as there is room on any side', () => {
  const size = { width: 300, height: 120 };
  fc.assert(
    fc.property(fc.nat(1100), fc.nat(700), fc.nat(100), fc.nat(100), (left, top, dx, dy) => {
      const picture = { left, top, width: 400, height: 300 };
      const cell = { left: left + dx, top: top + dy, width: 60, height: 26 };
      const tip = { ...tipPlace(cell, size, 1500, 1000, picture), ...size };
      expect(meets(tip, picture)).toBe(false);
      expect(tip.left).toBeGreaterThanOrEqual(8);
      expect(tip.left + tip.width).toBeLessThanOrEqual(1500 - 8);
      expect(tip.top).toBeGreaterThanOrEqual(8);
      expect(tip.top + tip.height).toBeLessThanOrEqual(1000 - 8);
    }),
  );
});

test('a tip over a picture that fills the window stands beside its cell', () => {
  const cell = { left: 40, top: 300, width: 60, height: 26 };
  const picture = { left: 0, top: 20, width: 390, height: 800 };
  expect(tipPlace(cell, { width: 300, height: 120 }, 390, 844, picture)).toEqual({ left: 40, top: 332 });
});
