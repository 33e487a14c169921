// Rows are collected to slices of about the same size, wherever they go, and lie in their places once they are made, in any number of jobs.
import { expect, test } from 'vitest';
import { noise } from '../../../e2e/support/kernel-run.ts';
import { STORAGES } from '../storage/storages.ts';
import { type QuantiseJob, quantised } from './job.ts';
import { IN_THREAD, type Quantiser, type Take } from './quantiser.ts';
import { RowSlices } from './row-slices.ts';

const ROWS = 11;
const COLUMNS = 64;
const { f32: source, q4_1: storage } = STORAGES;
const STRIDE = storage.strideBytes(COLUMNS);
const numbers = noise(ROWS * COLUMNS, 8);
const ROW_BYTES = COLUMNS * 4;
const stream = new Uint8Array(numbers.buffer);
const wanted = storage.pack(storage.quantise!(numbers), COLUMNS);

/** A device whose buffers are arrays. */
const device = {
  queue: {
    writeBuffer: (to: Uint8Array, offset: number, bytes: Uint8Array, from: number, count: number) =>
      to.set(bytes.subarray(from, from + count), offset),
  },
} as unknown as GPUDevice;

/** Rows to `places`, by `cut` rows at a time. */
function sliced(places: readonly number[], perSlice: number, cut: number) {
  const asked: [QuantiseJob, Take][] = [];
  const quantiser: Quantiser = {
    ...IN_THREAD,
    slice: perSlice * COLUMNS,
    add: (job, take) => void asked.push([job, take]),
  };
  const slices = new RowSlices(device, quantiser, { source, storage, columns: COLUMNS, rows: ROWS });
  const buffer = new Uint8Array(ROWS * STRIDE);
  for (let row = 0; row < ROWS; ) {
    let count = 1;
    while (count < cut && places[row + count] === places[row]! + count) count++;
    const rows = stream.subarray(row * ROW_BYTES, (row + count) * ROW_BYTES);
    slices.put(rows, buffer as unknown as GPUBuffer, places[row]! * STRIDE);
    row += count;
  }
  const counts = asked.map(([{ rows }]) => rows.length / ROW_BYTES);
  for (const [job, take] of asked) take(quantised(job));
  return { counts, buffer };
}

test.each([1, 3, 4, 11])('rows as they come, %i at a time', cut => {
  const places = Array.from({ length: ROWS }, (_, row) => row);
  expect(sliced(places, 4, cut)).toEqual({ counts: [4, 4, 3], buffer: wanted });
  expect(sliced(places, 0.5, cut).counts).toEqual(places.map(() => 1));
  expect(sliced(places, 100, cut)).toEqual({ counts: [11], buffer: wanted });
});

test('rows in another order share slices', () => {
  const places = Array.from({ length: ROWS }, (_, row) => (row * 4) % ROWS);
  const { counts, buffer } = sliced(places, 4, 1);
  expect(counts).toEqual([4, 4, 3]);
  for (const [row, place] of places.entries())
    expect(buffer.subarray(place * STRIDE, (place + 1) * STRIDE)).toEqual(
      wanted.subarray(row * STRIDE, (row + 1) * STRIDE),
    );
});
