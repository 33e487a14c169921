// Scratch slots of the pool: never those of the text in use, and all given back.
import { expect, test } from 'vitest';
import { KvCache } from './kv-cache.ts';

test('a probe takes free slots, then those of old sequences, and leaves the newest alone', () => {
  const cache = new KvCache(16, 4);
  cache.open([1, 2, 3, 4, 5, 6]);
  cache.open([9, 8, 7, 6]);
  const { sequence } = cache.open([1, 2, 3, 4, 5, 6, 7]);
  const scratch = cache.scratch(8);
  expect(scratch.slots).toHaveLength(8);
  expect(new Set([...scratch.slots, ...sequence.slots]).size).toBe(15);
  expect(cache.reusable([1, 2, 3, 4, 5, 6, 7])).toBe(7);
  expect(cache.reusable([9, 8])).toBe(0);
  scratch.release();
  scratch.release();
  expect(cache.free).toBe(9);
  expect(() => cache.scratch(10)).toThrow('room');
});
