// The middle of some numbers, whatever their order.
import { expect, test } from 'vitest';
import { median } from './median.ts';

test('the middle one, or the mean of two; the numbers stay as they are', () => {
  const numbers = [9, 1, 100, 4];
  expect(median(numbers)).toBe(6.5);
  expect(numbers).toEqual([9, 1, 100, 4]);
  expect(median([10, 9, 2])).toBe(9);
  expect(median([7])).toBe(7);
  expect(() => median([])).toThrow();
});
