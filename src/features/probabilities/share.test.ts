// The column is 9 characters wide.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { shortProbability } from './share.ts';

test('every probability fits the column', () => {
  expect(shortProbability(0.124)).toBe('12.4 %');
  expect(shortProbability(1e-9)).toBe('<10⁻⁴ %');
  fc.assert(fc.property(fc.double({ min: 0, max: 1, noNaN: true }), p => shortProbability(p).length <= 9));
});
