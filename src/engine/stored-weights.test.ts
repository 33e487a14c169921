// How weights are stored on the GPU follows from their tensors, each its own way, and from the format that is asked for.
import { expect, test } from 'vitest';
import { opGraph } from '../../e2e/support/kernel-run.ts';
import type { Dtype } from '../checkpoint/dtypes.ts';
import type { WeightFormat } from '../lib/weight-format.ts';
import { concat, permute, tensor, transpose } from '../model/ir/recipe.ts';
import { storageOfWeights } from './stored-weights.ts';

function stored(dtypes: Readonly<Record<string, Dtype>>, format?: WeightFormat, columns = 256) {
  const names = Object.keys(dtypes);
  const from = concat(...names.map(name => tensor(name, [4, columns])));
  return rowsOf([{ name: 'w', shape: [4 * names.length, columns], from }], dtypes, format);
}

function rowsOf(
  weights: Parameters<typeof opGraph>[0]['weights'],
  dtypes: Readonly<Record<string, Dtype>>,
  format?: WeightFormat,
) {
  const { graph } = opGraph({ ops: [], widths: {}, weights: weights ?? [] });
  const tensors = Object.entries(dtypes).map(([name, dtype]) => {
    const range = { name: `model.${name}`, dtype, shape: [4, 256], begin: 0, end: 64, file: 'f' };
    return [range.name, range] as const;
  });
  const tensorOf = new Map(Object.keys(dtypes).map(name => [name, `model.${name}`]));
  const rows = storageOfWeights(graph, tensorOf, new Map(tensors), format)('w');
  return rows.map(({ row0, rows: count, storage }) => [row0, count, storage.name]);
}

test('tensors of one dtype make one matrix', () => {
  expect(stored({ q: 'F16', k: 'F16' })).toEqual([[0, 8, 'f16']]);
});

test('tensors of several dtypes keep each its own', () => {
  expect(stored({ q: 'Q4_K', k: 'Q4_K', v: 'Q6_K' })).toEqual([
    [0, 8, 'q4_k'],
    [8, 4, 'q6_k'],
  ]);
});

test('rows in another order stay with their tensor', () => {
  const from = permute(concat(tensor('q', [2, 256]), tensor('k', [2, 256])), [0, 2, 1, 3]);
  expect(rowsOf([{ name: 'w', shape: [4, 256], from }], { q: 'Q8_0', k: 'F32' })).toEqual([
    [0, 1, 'q8_0'],
    [1, 1, 'f32'],
    [2, 1, 'q8_0'],
    [3, 1, 'f32'],
  ]);
});

test('a quantised tensor that would have to be transposed is refused by name, one of floats is not', () => {
  const weights = [{ name: 'w', shape: [256, 4], from: transpose(tensor('q', [4, 256])) }] as const;
  expect(rowsOf(weights, { q: 'F16' })).toEqual([[0, 256, 'f16']]);
  expect(() => rowsOf(weights, { q: 'Q8_0' })).toThrow(
    expect.objectContaining({ code: 'bad_tensor', detail: { tensor: 'model.q', dtype: 'Q8_0' } }),
  );
});

test('a dtype without a storage is refused by name', () => {
  expect(() => stored({ q: 'IQ1_S' })).toThrow(expect.objectContaining({ code: 'bad_tensor' }));
});

test('a format is for floats: blocks stay as they are', () => {
  expect(stored({ q: 'F32', v: 'Q6_K' }, 'int8')).toEqual([
    [0, 4, 'q8_0'],
    [4, 4, 'q6_k'],
  ]);
});

test('every format: rows that are no whole blocks stay f16', () => {
  const named = (format: WeightFormat, columns: number) => stored({ q: 'F16' }, format, columns)[0]?.[2];
  expect((['f32', 'f16', 'int8', 'int4'] as const).map(format => named(format, 256))).toEqual([
    'f32',
    'f16',
    'q8_0',
    'q4_1',
  ]);
  expect((['int8', 'int4'] as const).map(format => named(format, 252))).toEqual(['f16', 'f16']);
});
