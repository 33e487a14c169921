// What a context costs and which one memory suggests.
import { describe, expect, test } from 'vitest';
import { type ContextNeeds, contextBytes, defaultContext, largestContext, slotsFor } from './context-memory.ts';

const GIB = 2 ** 30;
/** As of GPT-2 small in f32: 12 layers of keys and values, 768 wide. */
const GPT2: ContextNeeds = { n_ctx: 1024, slotLimit: 20_000, slotBytes: 77_000, baseBytes: 0.5 * GIB };
/** As of a model of 1 B parameters with shared keys and values. */
const LONG: ContextNeeds = { n_ctx: 131_072, slotLimit: 65_536, slotBytes: 74_000, baseBytes: 2.5 * GIB };

test('the cache holds a text and another beside it, a long one with some room', () => {
  expect(slotsFor(GPT2, 1024)).toBe(2048);
  expect(slotsFor(LONG, 32_768)).toBe(32_768 + 4096);
  expect(contextBytes(LONG, 32_768)).toBe((32_768 + 4096) * 74_000);
});

test('no more than the adapter can bind', () => {
  expect(slotsFor(LONG, 65_000)).toBe(65_536);
  expect(largestContext(LONG)).toBe(65_536);
  expect(largestContext(GPT2)).toBe(1024);
});

describe('the choice that memory suggests', () => {
  test('is the whole context of a small model, on any device', () => {
    for (const memory of [null, 0.5, 2, 8]) expect(defaultContext(GPT2, memory)).toBe(1024);
  });

  test('grows with memory, in thousands, and never fills more than 2 GiB', () => {
    const chosen = [2, 4, 6, 8].map(memory => defaultContext(LONG, memory));
    expect(chosen).toEqual([3072, 3072, 3072, 17_408]);
    expect(contextBytes(LONG, 17_408)).toBeLessThan(2 * GIB);
    expect(contextBytes({ ...LONG, baseBytes: 0 }, defaultContext({ ...LONG, baseBytes: 0 }, 8))).toBeLessThan(2 * GIB);
  });

  test('is at least 2,048 where the adapter can hold them', () => {
    expect(defaultContext({ ...LONG, slotBytes: 10e6 }, 2)).toBe(2048);
    expect(defaultContext({ ...LONG, slotBytes: 10e6, slotLimit: 900 }, 2)).toBe(900);
  });
});
