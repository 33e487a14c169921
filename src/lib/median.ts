// The median of some numbers.
import { assert, defined } from './assert.ts';

/** The middle one in order, or the mean of the two in the middle. */
export function median(numbers: readonly number[]): number {
  assert(numbers.length > 0, 'numbers to take the median of');
  const sorted = numbers.toSorted((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  return (defined(sorted[Math.floor(middle)], 'a middle') + defined(sorted[Math.ceil(middle)], 'a middle')) / 2;
}
