// Typed numbers: what is read, what is clamped, what is refused.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readNumber, shareOf, snap } from './number.ts';

const unit = { min: 0, max: 1, step: 0.01 };

describe('readNumber', () => {
  test('reads points and commas', () => {
    expect(readNumber(' 0.73 ', unit)).toBe(0.73);
    expect(readNumber('0,5', unit)).toBe(0.5);
  });
  test('clamps to the range and rounds where the step is whole', () => {
    expect(readNumber('7', unit)).toBe(1);
    expect(readNumber('-3', unit)).toBe(0);
    expect(readNumber('4.6', { min: 0, max: 100, step: 1 })).toBe(5);
  });
  test('refuses what is no number', () => {
    for (const text of ['', ' ', 'abc', '1e999', '--1', 'NaN']) expect(readNumber(text, unit)).toBeUndefined();
  });
});

test('snap lands on the grid and in the range', () => {
  expect(snap(0.1 + 0.2, unit)).toBe(0.3);
  expect(snap(0.96, { min: 0.0001, max: 1, step: 0.01 })).toBe(0.96);
  expect(snap(-0.01, { min: 0.0001, max: 1, step: 0.01 })).toBe(0.0001);
  fc.assert(
    fc.property(fc.double({ min: -5, max: 5, noNaN: true }), value => {
      const snapped = snap(value, { min: 0, max: 2, step: 0.05 });
      expect(snapped).toBeGreaterThanOrEqual(0);
      expect(snapped).toBeLessThanOrEqual(2);
      expect(Math.abs(snapped / 0.05 - Math.round(snapped / 0.05))).toBeLessThan(1e-9);
    }),
  );
});

test('shareOf is 0 at the start, 1 at the end, and 0 for an empty range', () => {
  expect(shareOf(0, unit)).toBe(0);
  expect(shareOf(1, unit)).toBe(1);
  expect(shareOf(3, { min: 3, max: 3, step: 1 })).toBe(0);
});
