// Scratch slots of the pool: never those of the text in use, and all given back.
import fc from 'fast-check';
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

test('batches of scratch slots beside one text: no slot twice, the text untouched, all back in any order', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 20 }),
      fc.array(fc.integer({ min: 1, max: 16 }), { maxLength: 6 }),
      fc.boolean(),
      (length, sizes, backwards) => {
        const cache = new KvCache(128, 4);
        for (let other = 0; other < 6; other++) cache.open(Array.from({ length: 20 }, () => 100 + other));
        const text = Array.from({ length }, (_, i) => i);
        const { sequence } = cache.open(text);
        const own = [...sequence.slots];
        const batches = sizes.map(size => cache.scratch(size));
        const taken = batches.flatMap(({ slots }) => slots);
        expect(new Set([...own, ...taken]).size).toBe(own.length + taken.length);
        expect(sequence.slots).toEqual(own);
        expect(cache.reusable(text)).toBe(length);
        const { free } = cache;
        for (const batch of backwards ? batches.reverse() : batches) batch.release();
        expect(cache.free).toBe(free + taken.length);
        cache.clear();
        expect(cache.free).toBe(128);
      },
    ),
  );
});
