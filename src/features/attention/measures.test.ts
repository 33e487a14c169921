// Measures of a row of weights.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  barsOf,
  entropyOf,
  formatMeasure,
  MEASURES,
  measureOf,
  mostOf,
  mostRead,
  shareOfMost,
  shortMeasure,
} from './measures.ts';

const ROW = [0.5, 0.125, 0.25, 0.125];

test('entropy, the largest weight, the first, the previous, the token itself', () => {
  expect(MEASURES.map(measure => measureOf(ROW, measure))).toEqual([
    expect.closeTo(1.75 * Math.LN2, 12),
    0.5,
    0.5,
    0.25,
    0.125,
  ]);
  expect(mostRead([0.1, 0.4, 0.4, 0.1])).toBe(1);
});

test('at position 0 all lies on the token itself', () => {
  expect(MEASURES.map(measure => measureOf([1], measure))).toEqual([0, 1, 1, 0, 1]);
  expect(shareOfMost(0, 'entropy', 1)).toBe(0);
});

test('entropy lies between one token alone and all alike', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 1000 }), { minLength: 1, maxLength: 40 }), scores => {
      const sum = scores.reduce((a, b) => a + b, 0);
      fc.pre(sum > 0);
      const weights = scores.map(score => score / sum);
      const entropy = entropyOf(weights);
      expect(entropy).toBeGreaterThanOrEqual(0);
      expect(entropy).toBeLessThanOrEqual(mostOf('entropy', weights.length) + 1e-12);
      expect(measureOf(weights, 'max')).toBe(Math.max(...weights));
    }),
  );
  expect(entropyOf([0, 1, 0])).toBe(0);
  expect(shareOfMost(entropyOf([0.25, 0.25, 0.25, 0.25]), 'entropy', 4)).toBeCloseTo(1, 12);
});

test('words carry their unit, the short form does not', () => {
  expect(formatMeasure(1.75 * Math.LN2, 'entropy')).toBe('1.8 bits');
  expect(formatMeasure(0.1234, 'max')).toBe('12.3 %');
  expect(shortMeasure(1.75 * Math.LN2, 'entropy')).toBe('1.8');
  expect(shortMeasure(0.1234, 'self')).toBe('12.3');
});

test('bars: one a token where there is room, else the largest of those that share one', () => {
  expect([...barsOf([0.25, 0.5, 0.25], 10)]).toEqual([0.5, Math.fround(Math.SQRT1_2), 0.5]);
  expect([...barsOf([0.25, 0, 0, 0.75], 2)]).toEqual([0.5, Math.fround(Math.sqrt(0.75))]);
});
