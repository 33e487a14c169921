// What a map of the latest keeps.
import { expect, test } from 'vitest';
import { keepLatest } from './latest.ts';

test('the last ones stay, in their order', () => {
  const kept = new Map([1, 2, 3, 4, 5].map(each => [each, `${each}`]));
  keepLatest(kept, 5);
  expect(kept.size).toBe(5);
  kept.delete(1);
  kept.set(1, 'again');
  keepLatest(kept, 2);
  expect([...kept.keys()]).toEqual([5, 1]);
  keepLatest(kept, 0);
  expect(kept.size).toBe(0);
});
