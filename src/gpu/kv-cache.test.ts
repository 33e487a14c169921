// The accounting of cache slots: whatever is opened and cut, no slot is shared wrongly and none leaks.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { KvCache, type Sequence, sharedPrefix } from './kv-cache.ts';

const open = (cache: KvCache, text: string) => cache.open([...text].map(c => c.charCodeAt(0)));
const text = (sequence: Sequence) => String.fromCharCode(...sequence.ids);

describe('a cache of 12 slots and 3 tables', () => {
  test('takes slots for a new text, and its table is written from the start', () => {
    const cache = new KvCache(12, 3);
    const { sequence, reused, write } = open(cache, 'abcd');
    expect(reused).toBe(0);
    expect(text(sequence)).toBe('abcd');
    expect(new Set(sequence.slots).size).toBe(4);
    expect(write).toEqual({ sequence: sequence.index, from: 0, slots: Uint32Array.from(sequence.slots) });
    expect(cache.free).toBe(8);
  });

  test('a text that goes on keeps its table and writes the new part alone', () => {
    const cache = new KvCache(12, 3);
    const first = open(cache, 'abcd').sequence;
    const { sequence, reused, write } = open(cache, 'abcdef');
    expect(sequence.index).toBe(first.index);
    expect(reused).toBe(4);
    expect(write?.from).toBe(4);
    expect([...write!.slots]).toEqual(sequence.slots.slice(4));
    expect(cache.free).toBe(6);
  });

  test('a text that is there, or begins one that is there, takes nothing', () => {
    const cache = new KvCache(12, 3);
    open(cache, 'abcd');
    expect(open(cache, 'abcd')).toMatchObject({ reused: 4, write: null });
    expect(open(cache, 'ab')).toMatchObject({ reused: 2, write: null });
    expect(cache.free).toBe(8);
  });

  test('a branch shares the slots of the head and leaves the other text as it was', () => {
    const cache = new KvCache(12, 3);
    const one = open(cache, 'abcd').sequence;
    const slots = [...one.slots];
    const { sequence: two, reused, write } = open(cache, 'abXY');
    expect(reused).toBe(2);
    expect(two.index).not.toBe(one.index);
    expect(two.slots.slice(0, 2)).toEqual(slots.slice(0, 2));
    expect(new Set([...slots, ...two.slots]).size).toBe(6);
    expect(write).toEqual({ sequence: two.index, from: 0, slots: Uint32Array.from(two.slots) });
    expect(cache.free).toBe(6);
    expect(open(cache, 'abcd')).toMatchObject({ reused: 4, write: null, sequence: { slots } });
  });

  test('a shared slot is free when its last holder lets go', () => {
    const cache = new KvCache(12, 3);
    const one = open(cache, 'abcd').sequence;
    const two = open(cache, 'abXY').sequence;
    cache.truncate(one, 1);
    expect(cache.free).toBe(8); // c and d
    cache.truncate(two, 0);
    expect(cache.free).toBe(11); // b, X and Y; a is held by the first
    cache.truncate(one, 0);
    expect(cache.free).toBe(12);
  });

  test('a position whose id is not known yet is found by nothing until it is named', () => {
    const cache = new KvCache(12, 3);
    const { sequence } = open(cache, 'abc');
    const writes = cache.extend([sequence]);
    expect(writes).toEqual([{ sequence: sequence.index, from: 3, slots: Uint32Array.of(sequence.slots[3]!) }]);
    expect(cache.reusable([97, 98, 99, 100])).toBe(3);
    cache.name(sequence, 100);
    expect(open(cache, 'abcd')).toMatchObject({ reused: 4, write: null });
    expect(() => cache.name(sequence, 101)).toThrow('without an id');
  });

  test('a position that is taken back leaves the same slots for what comes next', () => {
    const [cache, other] = [new KvCache(12, 3), new KvCache(12, 3)];
    const { sequence } = open(cache, 'abc');
    open(other, 'abc');
    cache.extend([sequence]);
    cache.truncate(sequence, 3);
    expect(cache).toEqual(other);
    expect(open(cache, 'abXYZ')).toEqual(open(other, 'abXYZ'));
  });

  test('nothing is taken ahead where it would be seen afterwards', () => {
    const cache = new KvCache(6, 3);
    const longer = open(cache, 'abcd').sequence;
    const { sequence } = open(cache, 'abX');
    cache.truncate(sequence, 2);
    expect(cache.extend([sequence])).toBeNull(); // the other one goes on from ab
    expect(cache.extend([longer])).not.toBeNull();
    cache.truncate(longer, 4);
    open(cache, 'yy');
    expect(cache.free).toBe(0);
    expect(cache.extend([longer])).toBeNull(); // another text would have to go
  });

  test('several texts are extended all at once or not at all', () => {
    const cache = new KvCache(12, 4);
    const one = open(cache, 'abc').sequence;
    const two = open(cache, 'abXY').sequence;
    const before = structuredClone([one, two]);
    expect(cache.extend([one, two, one])).toBeNull(); // two texts that are the same so far
    const other = open(cache, 'klmno').sequence;
    expect(cache.free).toBe(2);
    expect(cache.extend([one, two, other])).toBeNull(); // no slot for the third
    cache.truncate(two, 3);
    open(cache, 'abXYZ');
    cache.truncate(other, 2);
    const gone = open(cache, 'q').sequence;
    open(cache, 'r'); // in the place of what was used longest
    expect([one, two, other, gone].map(each => cache.holds(each))).toEqual([false, true, true, true]);
    const free = cache.free;
    expect(cache.extend([gone, one])).toBeNull(); // one that is not there any more
    expect(cache.free).toBe(free);
    expect([one.ids, gone.ids]).toEqual([before[0]!.ids, [113]]);
    const writes = cache.extend([gone, other])!;
    expect(writes.map(({ sequence, from }) => [sequence, from])).toEqual([
      [gone.index, 1],
      [other.index, 2],
    ]);
    expect(new Set(writes.map(({ slots }) => slots[0])).size).toBe(2);
    expect(cache.free).toBe(free - 2);
  });

  test('the text unused longest makes room', () => {
    const cache = new KvCache(12, 3);
    open(cache, 'aaaa');
    open(cache, 'bbbb');
    open(cache, 'cccc');
    open(cache, 'aaaa');
    open(cache, 'dd'); // no free slot, no free table: b is the oldest
    expect(cache.reusable([98, 98])).toBe(0);
    expect(cache.reusable([97, 97, 97, 97])).toBe(4);
    expect(cache.reusable([99, 99, 99, 99])).toBe(4);
    expect(cache.free).toBe(2);
  });

  test('a text as long as the pool drops all others, even the one it branched from', () => {
    const cache = new KvCache(12, 3);
    open(cache, 'abcdefgh');
    const { sequence, reused } = open(cache, 'abcdEFGHIJKL');
    expect(reused).toBe(4);
    expect(new Set(sequence.slots).size).toBe(12);
    expect(cache.free).toBe(0);
    expect(cache.reusable([...'abcdefgh'].map(c => c.charCodeAt(0)))).toBe(4);
  });

  test('more than the pool is a bug of the caller', () => {
    expect(() => new KvCache(3, 1).open([1, 2, 3, 4])).toThrow('fits the pool');
  });

  test('clear lets go of everything', () => {
    const cache = new KvCache(12, 3);
    open(cache, 'abcd');
    open(cache, 'abX');
    cache.clear();
    expect(cache.free).toBe(12);
    expect(open(cache, 'abcd').reused).toBe(0);
  });
});

test('one table alone: a branch replaces its parent and still shares the head', () => {
  const cache = new KvCache(8, 1);
  const slots = [...open(cache, 'abcd').sequence.slots];
  const { sequence, reused } = open(cache, 'abX');
  expect(reused).toBe(2);
  expect(sequence.index).toBe(0);
  expect(sequence.slots.slice(0, 2)).toEqual(slots.slice(0, 2));
  expect(cache.free).toBe(5);
  expect(open(cache, 'abcd').reused).toBe(2);
});

/** What may be done to a cache; `keep` cuts the sequence opened last. */
const step = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({ ids: fc.array(fc.integer({ min: 0, max: 2 }), { minLength: 1, maxLength: 9 }) }),
  },
  { weight: 1, arbitrary: fc.record({ keep: fc.nat(9) }) },
);

test('any sequence of open and truncate keeps the books', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 9, max: 20 }),
      fc.integer({ min: 1, max: 4 }),
      fc.array(step),
      (capacity, tables, steps) => {
        const cache = new KvCache(capacity, tables);
        // A mirror of the GPU: the table of every sequence, and the prefix of ids whose state a slot holds.
        const table = Array.from({ length: tables }, () => new Uint32Array(capacity));
        const state = new Map<number, string>();
        const live = new Map<number, Sequence>();
        let last: Sequence | null = null;
        for (const action of steps) {
          if ('keep' in action) {
            if (last) cache.truncate(last, Math.min(action.keep, last.ids.length));
          } else {
            const promised = cache.reusable(action.ids);
            const { sequence, reused, write } = cache.open(action.ids);
            expect(reused).toBe(promised);
            if (write) table[write.sequence]!.set(write.slots, write.from);
            expect(write?.sequence ?? sequence.index).toBe(sequence.index);
            // Computing a position fills its slot; nothing reused may have been overwritten by anything since.
            for (let p = reused; p < action.ids.length; p++)
              state.set(sequence.slots[p]!, action.ids.slice(0, p + 1).join());
            action.ids.forEach((_, p) => {
              expect(table[sequence.index]![p]).toBe(sequence.slots[p]);
              expect(state.get(sequence.slots[p]!)).toBe(action.ids.slice(0, p + 1).join());
            });
            live.set(sequence.index, sequence);
            last = sequence;
          }
          // Sequences that are still in the cache can be found in it whole; the slots they hold and the free ones are the pool.
          const held = new Set<number>();
          for (const sequence of live.values()) {
            if (!cache.holds(sequence)) continue;
            expect(cache.reusable(sequence.ids)).toBe(sequence.ids.length);
            expect(sequence.slots).toHaveLength(sequence.ids.length);
            expect(new Set(sequence.slots).size).toBe(sequence.slots.length);
            for (const slot of sequence.slots) held.add(slot);
          }
          expect(cache.free + held.size).toBe(capacity);
        }
        cache.clear();
        expect(cache.free).toBe(capacity);
      },
    ),
    {
      // A text that was dropped comes back as the head of another one.
      examples: [[9, 3, [[0], [2], [0, 0, 0, 0], [1, 0, 0, 0, 0, 0], [2, 0, 0, 0]].map(ids => ({ ids }))]],
    },
  );
});

test('free and held slots make up the pool after every step', () => {
  fc.assert(
    fc.property(fc.array(fc.array(fc.integer({ min: 0, max: 1 }), { minLength: 1, maxLength: 6 })), texts => {
      const cache = new KvCache(64, 8);
      // Room for all of them: nothing is dropped before the ninth text that is no continuation.
      const sequences = new Set<Sequence>();
      for (const ids of texts.slice(0, 8)) {
        sequences.add(cache.open(ids).sequence);
        const held = new Set([...sequences].flatMap(sequence => sequence.slots));
        expect(cache.free + held.size).toBe(64);
        // A prefix that two texts share is stored once.
        const prefixes = new Set(
          [...sequences].flatMap(({ ids: all }) => all.map((_, p) => all.slice(0, p + 1).join())),
        );
        expect(held.size).toBe(prefixes.size);
      }
    }),
  );
});

test('the shared prefix of two lists', () => {
  expect(sharedPrefix([1, 2, 3], [1, 2, 4])).toBe(2);
  expect(sharedPrefix([1, 2], [1, 2, 4])).toBe(2);
  expect(sharedPrefix([], [1])).toBe(0);
  expect(sharedPrefix([5], [1])).toBe(0);
});

test('over slots that another cache has lent it uses those alone, with tables behind the first ones', () => {
  const owner = new KvCache(20, 4);
  const own = open(owner, 'abc').sequence;
  const lent = owner.scratch(6);
  const cache = new KvCache(6, 2, { slots: [...lent.slots], table: 7 });
  const texts = ['abcd', 'abxy', 'q'].map(each => open(cache, each).sequence);
  const slots = texts.flatMap(sequence => [...sequence.slots]);
  expect(slots.every(slot => lent.slots.includes(slot) && !own.slots.includes(slot))).toBe(true);
  expect(texts.every(({ index }) => index === 7 || index === 8)).toBe(true);
  expect(cache.capacity).toBe(6);
  cache.clear();
  expect(cache.free).toBe(6);
});

describe('finding a text among those that are cached', () => {
  test('gives the longest beginning there is, whatever else is there', () => {
    const words = fc.array(fc.stringMatching(/^[ab]{1,12}$/), { minLength: 1, maxLength: 12 });
    fc.assert(
      fc.property(words, texts => {
        const cache = new KvCache(60, 4);
        for (const each of texts) {
          const ids = [...each].map(c => c.charCodeAt(0));
          const most = cache.reusable(ids);
          expect(cache.open(ids).reused).toBe(most);
        }
      }),
    );
  });

  test('a text that goes on is compared with its own sequence, not with all that begin as it does', () => {
    const length = 1000;
    const base = Array.from({ length }, (_, i) => i);
    const cache = new KvCache(4 * length, 16);
    for (let i = 0; i < 16; i++) cache.open([...base, 5000 + i, i]);
    let looks = 0;
    const ids = new Proxy([...base, 5003, 3, 7], {
      get: (target, key) => {
        if (typeof key === 'string' && /^\d+$/.test(key)) looks++;
        return Reflect.get(target, key, target);
      },
    });
    expect(cache.open(ids).reused).toBe(length + 2);
    expect(looks).toBeLessThan(2.5 * length);
  });
});
