// The largest number, of lists of any length.
import { expect, test } from 'vitest';
import { mostOf } from './most.ts';

test('the largest of the values and of the least', () => {
  expect(mostOf([3, 9, -2])).toBe(9);
  expect(mostOf([3, 9], 20)).toBe(20);
  expect(mostOf([])).toBe(Number.NEGATIVE_INFINITY);
  expect(mostOf([1, Number.NaN, 2])).toBeNaN();
});

test('a list of a million', () => {
  expect(mostOf(Array.from({ length: 1_000_000 }, (_, i) => i))).toBe(999_999);
});
