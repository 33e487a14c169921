// erf against a table of exact values, and against its own definition.

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { erf } from './erf.ts';

// Summed with 60 decimal digits, then rounded to the nearest float64.
const TABLE: readonly [number, number][] = [
  [0.001, 0.0011283787909692365],
  [0.1, 0.1124629160182849],
  [0.25, 0.27632639016823696],
  [0.5, 0.5204998778130465],
  [1.0, 0.8427007929497149],
  [1.5, 0.9661051464753108],
  [2.0, 0.9953222650189527],
  [2.25, 0.9985372834133188],
  [2.4999, 0.9995928300996666],
  [2.5, 0.999593047982555],
  [2.5001, 0.9995932657565293],
  [3.0, 0.9999779095030014],
  [3.5, 0.9999992569016276],
  [4.0, 0.9999999845827421],
  [5.0, 0.9999999999984626],
  [5.9, 0.9999999999999999],
];

test.each(TABLE)('erf(%d)', (x, expected) => {
  expect(Math.abs(erf(x) - expected)).toBeLessThan(4e-16);
  expect(erf(-x)).toBe(-erf(x));
});

test('small arguments keep their relative precision', () => {
  expect(erf(1e-10) / 1.1283791670955126e-10).toBeCloseTo(1, 15);
  expect(erf(0)).toBe(0);
});

test('limits', () => {
  expect(erf(6.5)).toBe(1);
  expect(erf(Number.POSITIVE_INFINITY)).toBe(1);
  expect(erf(Number.NEGATIVE_INFINITY)).toBe(-1);
  expect(erf(Number.NaN)).toBeNaN();
});

test('its slope is 2 / sqrt(pi) * exp(-x^2), also where the two methods meet', () => {
  const h = 1e-4;
  fc.assert(
    fc.property(fc.double({ min: -4, max: 4, noNaN: true }), x => {
      const slope = (8 * (erf(x + h) - erf(x - h)) - (erf(x + 2 * h) - erf(x - 2 * h))) / (12 * h);
      expect(Math.abs(slope - (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x))).toBeLessThan(1e-11);
    }),
    { examples: [[2.5], [-2.5], [2.49995]] },
  );
});
