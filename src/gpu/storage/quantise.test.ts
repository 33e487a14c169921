// Blocks made while loading: how near they come, and that no plainer choice of scale would come nearer.
import { expect, test } from 'vitest';
import { noise } from '../../../e2e/support/kernel-run.ts';
import { STORAGES } from './storages.ts';

const stored = (storage: (typeof STORAGES)['q8_0'], numbers: Float32Array, columns: number) =>
  storage.dequantise(storage.pack(storage.quantise!(numbers), columns), columns);
const loss = (a: Float32Array, b: Float32Array) => a.reduce((sum, x, i) => sum + (x - b[i]!) ** 2, 0);

test('int8: every number is within half a step, and a half of the scale', () => {
  const numbers = noise(64 * 32, 3).map((x, i) => x * 2 ** ((i >> 5) % 12) * 1e-3);
  const got = stored(STORAGES.q8_0, numbers, 32);
  for (let at = 0; at < numbers.length; at += 32) {
    const most = Math.max(...numbers.subarray(at, at + 32).map(Math.abs));
    for (let i = at; i < at + 32; i++) expect(Math.abs(got[i]! - numbers[i]!)).toBeLessThanOrEqual((most / 127) * 0.57);
  }
});

test('int4: never worse than sixteen even steps from the least number to the greatest, and often better', () => {
  // A sum of three is nearer to a bell than to a box, as weights are.
  const [a, b, c] = [noise(4096, 1), noise(4096, 2), noise(4096, 3)];
  const numbers = a.map((x, i) => x + b[i]! + c[i]!);
  const got = stored(STORAGES.q4_1, numbers, 32);
  let better = 0;
  for (let at = 0; at < numbers.length; at += 32) {
    const block = numbers.subarray(at, at + 32);
    const [low, high] = [Math.min(...block), Math.max(...block)];
    const even = block.map(x => low + (Math.round(((x - low) / (high - low)) * 15) * (high - low)) / 15);
    const [mine, plain] = [loss(got.subarray(at, at + 32), block), loss(even, block)];
    expect(mine).toBeLessThanOrEqual(plain * 1.01);
    if (mine < plain * 0.95) better++;
  }
  expect(better).toBeGreaterThan(64);
});

test.each(['q8_0', 'q4_1'] as const)('%s: zeros stay zeros, and a block of one number is that number as f16', name => {
  expect(stored(STORAGES[name], new Float32Array(32), 32)).toEqual(new Float32Array(32));
  expect(stored(STORAGES.q4_1, new Float32Array(32).fill(-0.375), 32)).toEqual(new Float32Array(32).fill(-0.375));
});

test('the bytes are the same from version to version: a model in such a format is known by its name, not by them', () => {
  const hashOf = (bytes: Uint8Array) =>
    bytes.reduce((hash, byte) => Math.imul(hash ^ byte, 0x0100_0193) >>> 0, 0x811c_9dc5);
  const numbers = noise(512 * 32, 11).map((x, i) => x * x * x * 2 ** ((i >> 5) % 9) * 1e-2);
  numbers.set([2.5, -2.5, 0.5, -0.5, 127, -1.5], 0);
  numbers.set([15, 0, 0.5, 1.5, 7.5, 14.5], 32);
  expect(hashOf(STORAGES.q8_0.quantise!(numbers))).toBe(537_536_650);
  expect(hashOf(STORAGES.q4_1.quantise!(numbers))).toBe(509_851_893);
});
