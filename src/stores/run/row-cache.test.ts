// The bounds of the row cache.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { rankRow } from '../../sampling/row.ts';
import { bytesOf, keyOfIds, MOST_BYTES, MOST_ROWS, RowCache } from './row-cache.ts';
import type { LogitsRow } from './rows-types.ts';

const rowOf = (ids: readonly number[], V = 4): LogitsRow => ({
  key: keyOfIds(Uint32Array.from(ids)),
  ids: Uint32Array.from(ids),
  ranked: rankRow(Float32Array.from({ length: V }, (_, i) => i)),
});

describe('RowCache', () => {
  test('keeps the latest used, a few dozen', () => {
    const cache = new RowCache();
    for (let i = 0; i < MOST_ROWS; i++) cache.put(rowOf([i]));
    cache.get(Uint32Array.of(0));
    cache.put(rowOf([1000]));
    expect(cache.size).toBe(MOST_ROWS);
    expect(cache.get(Uint32Array.of(0))).not.toBeNull();
    expect(cache.get(Uint32Array.of(1))).toBeNull();
  });

  test('stays under its bytes, but keeps the newest whatever it weighs', () => {
    const cache = new RowCache();
    const V = 400_000;
    for (let i = 0; i < 9; i++) cache.put(rowOf([i], V));
    expect(cache.bytes).toBeLessThanOrEqual(MOST_BYTES);
    expect(cache.size).toBe(Math.floor(MOST_BYTES / bytesOf(rowOf([0], V))));
  });

  test('a row put twice counts once', () => {
    const cache = new RowCache();
    cache.put(rowOf([1]));
    const { bytes } = cache;
    cache.put(rowOf([1]));
    expect(cache.bytes).toBe(bytes);
    cache.clear();
    expect(cache).toMatchObject({ size: 0, bytes: 0 });
  });

  test('gives the row of exactly these ids', () => {
    fc.assert(
      fc.property(fc.array(fc.array(fc.nat({ max: 3 }), { minLength: 1, maxLength: 4 }), { maxLength: 20 }), lists => {
        const cache = new RowCache();
        for (const list of lists) cache.put(rowOf(list));
        for (const list of lists) expect([...(cache.get(Uint32Array.from(list))?.ids ?? [])]).toEqual(list);
        expect(cache.get(Uint32Array.of(9, 9, 9))).toBeNull();
      }),
    );
  });

  test('ids of equal key are told apart', () => {
    const cache = new RowCache();
    cache.put({ ...rowOf([1, 2]), key: keyOfIds(Uint32Array.of(7, 8)) });
    expect(cache.get(Uint32Array.of(7, 8))).toBeNull();
  });
});
