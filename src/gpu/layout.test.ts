// Where weights lie: rows padded to four, parts within the binding limit, vectors at offsets every adapter allows.

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { allIn, weightAsItLies } from '../../e2e/support/kernel-run.ts';
import type { Graph } from '../model/ir/graph.ts';
import { layoutWeights, partBytes, stride4 } from './layout.ts';
import { STORAGES, type StorageName } from './storage/storages.ts';

const graphOf = (weights: Graph['weights']): Graph => ({
  arch: 'test',
  dims: { n_layer: 1, n_embd: 1, n_head: 1, n_kv_head: 1, head_size: 1, n_ctx: 1, vocab_size: 1 },
  widths: {},
  ops: [],
  final: '',
  roles: { embedded: '', layers: [] },
  head: '',
  logits: {},
  rotary: [],
  weights,
});
const matrix = (rows: number, cols: number, storage: StorageName, limit: number) =>
  layoutWeights(graphOf([weightAsItLies('w', rows, cols)]), allIn(storage), limit).matrices.get('w')!;

test('the stride is the next multiple of four', () => {
  expect([1, 3, 4, 5, 50, 768].map(stride4)).toEqual([4, 4, 4, 8, 52, 768]);
});

test('parts cover every row once, in order, and fit the limit', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 5_000 }),
      fc.integer({ min: 1, max: 300 }),
      fc.constantFrom<StorageName>('f32', 'f16', 'bf16'),
      fc.integer({ min: 1, max: 400 }),
      (rows, cols, storage, most) => {
        const rowBytes = stride4(cols) * (storage === 'f32' ? 4 : 2);
        const limit = most * rowBytes + (most % rowBytes);
        const layout = matrix(rows, cols, storage, limit);
        let next = 0;
        for (const part of layout.parts) {
          expect(part.row0).toBe(next);
          expect(part.rows).toBeGreaterThan(0);
          expect(partBytes(layout, part)).toBeLessThanOrEqual(limit);
          next += part.rows;
        }
        expect(next).toBe(rows);
        expect(layout.parts.length).toBeLessThanOrEqual(Math.ceil(rows / most));
      },
    ),
  );
});

test('the embedding of GPT-2 in f32 is split under 128 MiB and whole in f16', () => {
  const limit = 128 * 2 ** 20;
  expect(matrix(50_257, 768, 'f32', limit).parts).toEqual([
    { row0: 0, rows: 25_129, storage: STORAGES.f32 },
    { row0: 25_129, rows: 25_128, storage: STORAGES.f32 },
  ]);
  expect(matrix(50_257, 768, 'f16', limit).parts).toEqual([{ row0: 0, rows: 50_257, storage: STORAGES.f16 }]);
});

test('a row that does not fit is refused with its size', () => {
  expect(() => matrix(3, 9, 'f32', 47)).toThrow(
    expect.objectContaining({ code: 'model_too_large', detail: { tensor: 'w', needed: 48, limit: 47 } }),
  );
  expect(matrix(3, 9, 'f32', 48).parts).toHaveLength(3);
});

test('vectors lie side by side at multiples of 256 bytes; bytes count everything', () => {
  const layouts = layoutWeights(
    graphOf([weightAsItLies('a', 3), weightAsItLies('w', 2, 5), weightAsItLies('b', 65), weightAsItLies('c', 64)]),
    allIn('f16'),
    1e9,
  );
  expect([...layouts.vectors]).toEqual([
    ['a', { offset: 0, length: 3 }],
    ['b', { offset: 256, length: 65 }],
    ['c', { offset: 768, length: 64 }],
  ]);
  expect(layouts.vectorBytes).toBe(1024);
  expect(layouts.bytes).toBe(1024 + 2 * 8 * 2);
});
