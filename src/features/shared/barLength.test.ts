// Lengths of bars on each scale.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { BAR_SCALES } from '../../stores/view.ts';
import { barLength, LOG_FLOOR } from './barLength.ts';

const share = fc.double({ min: 0, max: 1, noNaN: true });

test('the whole line is 1, the largest of the list, or 1 again', () => {
  expect(BAR_SCALES.map(scale => barLength(0.25, 0.5, scale))).toEqual([0.25, 0.5, expect.closeTo(0.8997, 3)]);
  expect(BAR_SCALES.map(scale => barLength(1, 1, scale))).toEqual([1, 1, 1]);
  expect(BAR_SCALES.map(scale => barLength(0, 0.5, scale))).toEqual([0, 0, 0]);
});

test('a flat distribution over 50,257 tokens has bars to see on two of the scales', () => {
  const flat = 1 / 50_257;
  expect(barLength(flat, flat, 'whole')).toBeLessThan(0.001);
  expect(barLength(flat, flat, 'largest')).toBe(1);
  expect(barLength(flat, flat, 'log')).toBeGreaterThan(0.2);
});

test('each sixth of a logarithmic line is a factor of ten, and the floor has no bar', () => {
  for (let i = 0; i <= 6; i++) expect(barLength(LOG_FLOOR * 10 ** i, 1, 'log')).toBeCloseTo(i / 6, 9);
  expect(barLength(LOG_FLOOR / 10, 1, 'log')).toBe(0);
});

test('never out of the line, and of two shares the larger has the longer bar', () => {
  fc.assert(
    fc.property(share, share, fc.constantFrom(...BAR_SCALES), (a, b, scale) => {
      const [low, high] = [Math.min(a, b), Math.max(a, b)];
      const [short, long] = [barLength(low, high, scale), barLength(high, high, scale)];
      expect(short).toBeGreaterThanOrEqual(0);
      expect(long).toBeLessThanOrEqual(1);
      expect(short).toBeLessThanOrEqual(long);
    }),
  );
});

test('what is no share has no bar', () => {
  for (const scale of BAR_SCALES) {
    for (const none of [Number.NaN, -0.1, 0]) expect(barLength(none, 0.5, scale)).toBe(0);
    expect(barLength(0.5, 0, 'largest')).toBe(0);
  }
});
