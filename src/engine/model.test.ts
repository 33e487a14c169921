// How weights are stored on the GPU follows from their tensors, all of one matrix alike.
import { expect, test } from 'vitest';
import { opGraph } from '../../e2e/support/kernel-run.ts';
import { STORAGES } from '../gpu/storage/storages.ts';
import { concat, tensor } from '../model/ir/recipe.ts';
import { storageOfWeights } from './model.ts';

const stored = (dtypes: Readonly<Record<string, 'F32' | 'F16' | 'BF16'>>) => {
  const parts = concat(tensor('q', [4, 4]), tensor('k', [4, 4]));
  const { graph } = opGraph({ ops: [], widths: {}, weights: [{ name: 'qk', shape: [8, 4], from: parts }] });
  const tensors = Object.entries(dtypes).map(([name, dtype]) => {
    const range = { name: `model.${name}`, dtype, shape: [4, 4], begin: 0, end: 64, file: 'f' };
    return [range.name, range] as const;
  });
  const tensorOf = new Map(Object.keys(dtypes).map(name => [name, `model.${name}`]));
  return storageOfWeights(graph, tensorOf, new Map(tensors))('qk');
};

test('tensors of one dtype keep it', () => {
  expect(stored({ q: 'F16', k: 'F16' })).toBe(STORAGES.f16);
  expect(stored({ q: 'BF16', k: 'BF16' })).toBe(STORAGES.bf16);
});

test('tensors that differ in dtype are refused by name', () => {
  expect(() => stored({ q: 'F16', k: 'F32' })).toThrow(
    expect.objectContaining({ code: 'bad_tensor', detail: { tensor: 'k' } }),
  );
});
