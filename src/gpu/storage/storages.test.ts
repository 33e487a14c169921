// What the oracle is given of a stored matrix is what was stored, for every storage.
import { expect, test } from 'vitest';
import { rounded } from '../../../e2e/support/kernel-run.ts';
import { bytesOf, strideOf } from './storage.ts';
import { STORAGES, type StorageName } from './storages.ts';

const NAMES: readonly StorageName[] = ['f32', 'f16', 'bf16'];
/** Exact in every format: few bits, small exponents. */
const EXACT = Float32Array.of(0, -0, 1, -1.5, 0.015625, 96, -0.0078125, 2);

test.each(NAMES)('%s: numbers of few bits come back exactly', name => {
  expect([...rounded(EXACT, name)]).toEqual([...EXACT]);
});

test('rows are whole blocks', () => {
  expect(NAMES.map(name => strideOf(STORAGES[name], 5))).toEqual([8, 8, 8]);
  expect(NAMES.map(name => bytesOf(STORAGES[name], strideOf(STORAGES[name], 5)))).toEqual([32, 16, 16]);
});
