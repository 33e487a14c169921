// A tensor [in, out] becomes the blocks of its columns, however it is cut and whenever they are made.
import { expect, test } from 'vitest';
import { noise } from '../../../e2e/support/kernel-run.ts';
import { STORAGES } from '../storage/storages.ts';
import { type QuantiseJob, quantised } from './job.ts';
import { IN_THREAD, type Quantiser, type Take } from './quantiser.ts';
import { TurnedBlocks } from './turned-blocks.ts';

const [rows, columns] = [64, 9];
const numbers = noise(rows * columns, 4);
const TENSOR = { storage: STORAGES.q8_0, source: STORAGES.f32, rows, columns };
const turned = Float32Array.from(
  { length: rows * columns },
  (_, i) => numbers[(i % rows) * columns + Math.floor(i / rows)]!,
);

test.each([1, 7, 96, 5000])('a tensor [in, out] in pieces of %i bytes becomes the blocks of its columns', cut => {
  const wholes: Uint8Array[] = [];
  const turning = new TurnedBlocks(IN_THREAD, TENSOR, whole => wholes.push(whole));
  const bytes = new Uint8Array(numbers.buffer);
  for (let at = 0; at < bytes.length; at += cut) turning.write(bytes.subarray(at, at + cut));
  turning.end();
  expect(wholes).toEqual([STORAGES.q8_0.quantise!(turned)]);
});

test('blocks that are made after the end', () => {
  const asked: [QuantiseJob, Take][] = [];
  const later: Quantiser = { ...IN_THREAD, add: (job, take) => void asked.push([job, take]) };
  const wholes: Uint8Array[] = [];
  const turning = new TurnedBlocks(later, TENSOR, whole => wholes.push(whole));
  turning.write(new Uint8Array(numbers.buffer));
  turning.end();
  expect(wholes).toEqual([]);
  for (const [job, take] of asked) take(quantised(job));
  expect(wholes).toEqual([STORAGES.q8_0.quantise!(turned)]);
});

test('a tensor that ends early is an error', () => {
  const turning = new TurnedBlocks(IN_THREAD, { ...TENSOR, source: STORAGES.f16, columns: 3 }, () => {});
  turning.write(new Uint8Array(32 * 3 * 2));
  expect(() => turning.end()).toThrow('every row');
});
