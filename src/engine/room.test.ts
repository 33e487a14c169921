// Room for a text: pages as they are needed, no further than allowed, and what happens where memory gives out.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { KvCache } from '../gpu/kv-cache.ts';
import { NucleusError } from '../lib/error.ts';
import type { ContextState } from '../protocol/events.ts';
import { Room } from './room.ts';

/** A pool that grows as long as the slots fit `memory`. */
class FakePool {
  capacity: number;
  asked: number[] = [];
  memory: number;

  constructor(capacity: number, memory: number) {
    this.capacity = capacity;
    this.memory = memory;
  }

  get bytes(): number {
    return this.capacity * 10;
  }

  async grow(slots: number): Promise<void> {
    this.asked.push(slots);
    if (slots > this.memory) throw new NucleusError('out_of_memory', 'no room');
    this.capacity = slots;
  }
}

function roomOf({ slots = 16, memory = 1e6, allowed = 100, n_ctx = 1000, page = 16, slotLimit = 1e6 } = {}) {
  const pool = new FakePool(slots, memory);
  const cache = new KvCache(slots, 4);
  const needs = { n_ctx, slotLimit, slotBytes: 10, baseBytes: 0 };
  const room = new Room(pool, cache, { needs, allowed, page });
  const states: ContextState[] = [];
  room.onChange = state => states.push(state);
  return { pool, cache, room, states };
}
const ids = (length: number, first = 0) => Uint32Array.from({ length }, (_, i) => first + i);

describe('growth', () => {
  test('takes nothing while there is room, then whole pages', async () => {
    const { pool, cache, room, states } = roomOf();
    await room.need(16);
    expect(pool.asked).toEqual([]);
    cache.open(ids(16));
    await room.need(1);
    expect(pool.asked).toEqual([32]);
    expect(cache.capacity).toBe(32);
    expect(cache.free).toBe(16);
    expect(states).toMatchObject([{ allowed: 100, slots: 32, bytes: 320, short: false }]);
  });

  test('is a quarter of a long text, so that it is copied few times', async () => {
    const { pool, cache, room } = roomOf({ slots: 400, allowed: 1000 });
    cache.open(ids(400));
    await room.need(1);
    expect(pool.asked).toEqual([512]); // 500 in pages of 16
  });

  test('ends at what is allowed and what belongs beside it', async () => {
    const { pool, cache, room } = roomOf({ allowed: 40 });
    cache.open(ids(16));
    await room.need(24);
    await room.need(1000);
    expect(pool.capacity).toBe(80);
    await room.need(2000);
    expect(pool.capacity).toBe(80);
  });

  test('the adapter has the last word on how much', () => {
    expect(roomOf({ allowed: 500, slotLimit: 70 }).room.allowed).toBe(70);
    expect(roomOf({ allowed: 5000 }).room.allowed).toBe(1000);
  });

  test('scratch slots come from a larger pool, not from other texts', async () => {
    const { cache, room } = roomOf();
    const text = ids(12);
    cache.open(text);
    const { slots, release } = await room.scratch(20);
    expect(slots).toHaveLength(20);
    expect(cache.reusable(text)).toBe(12);
    release();
  });

  test('whatever is asked for, what may be free is free', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.record({ slots: fc.integer({ min: 1, max: 40 }), memory: fc.integer({ min: 1, max: 400 }) }),
        fc.integer({ min: 1, max: 33 }),
        fc.array(fc.integer({ min: 1, max: 60 }), { maxLength: 12 }),
        async ({ slots, memory }, page, counts) => {
          const { pool, cache, room } = roomOf({ slots, memory: Math.max(slots, memory), page, allowed: 100 });
          for (const [i, count] of counts.entries()) {
            await room.need(count);
            expect(cache.capacity).toBe(pool.capacity);
            expect(cache.capacity).toBeLessThanOrEqual(Math.max(slots, 200));
            const could = Math.min(200, room.state.short ? cache.capacity : 200);
            const held = cache.capacity - cache.free;
            expect(cache.free).toBeGreaterThanOrEqual(Math.min(count, could - held));
            if (count <= cache.capacity) cache.open(ids(count, 1000 * i));
          }
        },
      ),
    );
  });
});

describe('where memory gives out', () => {
  test('a smaller step is tried, then what is there is allowed', async () => {
    const { pool, cache, room, states } = roomOf({ slots: 400, memory: 440, allowed: 1000 });
    cache.open(ids(400));
    await room.need(1);
    expect(pool.asked).toEqual([512, 416]);
    expect(room.state).toMatchObject({ allowed: 1000, slots: 416, short: false });
    cache.open(ids(416));
    await room.need(40);
    expect(room.state).toMatchObject({ allowed: 416, slots: 416, short: true });
    expect(states.at(-1)).toEqual(room.state);
  });

  test('no more is tried until more is asked for', async () => {
    const { pool, cache, room } = roomOf({ memory: 16, allowed: 1000 });
    cache.open(ids(16));
    await room.need(5);
    const tries = pool.asked.length;
    await room.need(5);
    expect(pool.asked).toHaveLength(tries);
    expect(room.allowed).toBe(16);
    pool.memory = 100;
    room.allow(64);
    expect(room.state).toMatchObject({ allowed: 64, short: false });
    await room.need(5);
    expect(pool.capacity).toBe(32);
  });

  test('a pool that holds the text allowed and lacks only the room beside it allows the text still', async () => {
    const { cache, room } = roomOf({ slots: 48, memory: 48, allowed: 40 });
    cache.open(ids(40));
    await room.need(40);
    expect(room.state).toMatchObject({ allowed: 40, short: true });
  });

  test('another failure is no shortage', async () => {
    const { pool, cache, room } = roomOf();
    pool.grow = async () => {
      throw new NucleusError('device_lost', 'gone');
    };
    cache.open(ids(16));
    await expect(room.need(1)).rejects.toMatchObject({ code: 'device_lost' });
    expect(room.state.short).toBe(false);
  });
});
