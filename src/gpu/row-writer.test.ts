// Rows of a stream reach their places, however the stream is cut: in several parts, in another order, with columns moved.
import { describe, expect, test } from 'vitest';
import { interleaved } from '../../e2e/support/stored-by-recipe.ts';
import { permute, placements, type RowRun, rows, tensor } from '../model/ir/recipe.ts';
import { movedColumns, packedTo, RowWriter } from './row-writer.ts';

const ROW = 6;
const STRIDE = 8;
const ROWS = 12;
const STREAM = Uint8Array.from({ length: ROWS * ROW }, (_, i) => i + 1);

interface Written {
  readonly runs: readonly RowRun[];
  readonly columns?: readonly RowRun[];
}

/** A device whose buffers are arrays; the writer touches nothing of a device but its queue. */
function written(
  { runs, columns = [{ from: 0, to: 0, count: ROW }] }: Written,
  cut: number,
  split: number,
  end = true,
): number[] {
  const buffers = [new Uint8Array(split * STRIDE), new Uint8Array((ROWS - split) * STRIDE)];
  const writeBuffer = (to: Uint8Array, offset: number, bytes: Uint8Array) => {
    expect([offset % 4, bytes.length % 4]).toEqual([0, 0]);
    to.set(bytes, offset);
  };
  const device = { queue: { writeBuffer } } as unknown as GPUDevice;
  const targets = [
    { row0: 0, rows: split, buffer: buffers[0] as unknown as GPUBuffer },
    { row0: split, rows: ROWS - split, buffer: buffers[1] as unknown as GPUBuffer },
  ];
  const sizes = { rowBytes: ROW, strideBytes: STRIDE };
  const put = packedTo(device, sizes, movedColumns(columns, ROW, STRIDE));
  const writer = new RowWriter({ ...sizes, runs, targets, put });
  for (let at = 0; at < STREAM.length; at += cut) writer.write(STREAM.subarray(at, at + cut));
  if (end) writer.end();
  return buffers.flatMap(buffer => [...buffer]);
}

/** The same, row by row. */
function wanted(runs: readonly RowRun[], columns: readonly RowRun[] = [{ from: 0, to: 0, count: ROW }]): number[] {
  const out = new Array<number>(ROWS * STRIDE).fill(0);
  for (const { from, to, count } of runs)
    for (let row = 0; row < count; row++)
      for (const column of columns)
        for (let byte = 0; byte < column.count; byte++)
          out[(to + row) * STRIDE + column.to + byte] = STREAM[(from + row) * ROW + column.from + byte]!;
  return out;
}

const runsOf = (recipe: Parameters<typeof placements>[0]) => placements(recipe)[0]!.runs;
const whole = tensor('w', [ROWS, ROW]);

describe.each<[string, readonly RowRun[]]>([
  ['as they come', runsOf(whole)],
  ['in another order', runsOf(permute(whole, interleaved(ROWS, 4)))],
  ['some of them, further down', runsOf(rows(whole, 3, 5)).map(run => ({ ...run, to: run.to + 6 }))],
])('rows %s', (_, runs) => {
  test.each([1, 5, ROW, ROW + 1, 40, STREAM.length])('in pieces of %i bytes', cut => {
    for (const split of [1, 5, ROWS - 1]) expect(written({ runs }, cut, split)).toEqual(wanted(runs));
  });
});

test('columns in another order, and one left out', () => {
  const runs = runsOf(whole);
  const columns = [
    { from: 0, to: 2, count: 2 },
    { from: 2, to: 0, count: 2 },
  ];
  for (const cut of [1, 7, 30]) expect(written({ runs, columns }, cut, 5)).toEqual(wanted(runs, columns));
});

test('a stream that ends early is an error', () => {
  expect(() => written({ runs: [{ from: 0, to: 0, count: ROWS + 1 }] }, 7, 5)).toThrow('all rows');
});
