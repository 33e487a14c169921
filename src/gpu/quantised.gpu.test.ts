// Every storage of blocks on a real adapter: products of few rows and of many, in parts stored differently and rows of a table, against the
// oracle on the numbers that the blocks mean.
import { beforeAll, describe, expect, test } from 'vitest';
import { runsHere } from '../../e2e/support/adapter-classes.ts';
import { openTestGpu } from '../../e2e/support/gpu-model.ts';
import {
  expectClose,
  noise,
  opGraph,
  padRows,
  partContents,
  runDispatches,
  stepRows,
  unpadRows,
  weightAsItLies,
} from '../../e2e/support/kernel-run.ts';
import { defined } from '../lib/assert.ts';
import type { Op } from '../model/ir/graph.ts';
import * as reference from '../reference/ops.ts';
import type { Gpu, KernelClass } from './device.ts';
import type { RowsKind } from './dispatch.ts';
import { layoutWeights, type MatrixLayout, stride4 } from './layout.ts';
import { planBody } from './plan.ts';
import frozen from './storage/ggml-blocks.fixture.json' with { type: 'json' };
import { fileBytes, type Storage } from './storage/storage.ts';
import { STORAGES } from './storage/storages.ts';

let gpu: Gpu;
beforeAll(async () => {
  gpu = await openTestGpu();
});

/** Two blocks of 256 numbers, or sixteen of 32, turned from row to row, so that rows differ. */
const K = 512;

const fileOf = (storage: Storage): Uint8Array => {
  const { blocks } = defined(Object.entries(frozen).find(([dtype]) => dtype === storage.dtype)?.[1], storage.dtype);
  return Uint8Array.from(atob(blocks), char => char.charCodeAt(0));
};

/** Rows of blocks in a checkpoint: row i is the frozen one, begun at another block. */
function rowsOf(storage: Storage, row0: number, rows: number): Uint8Array {
  const row = fileOf(storage);
  const out = new Uint8Array(rows * fileBytes(storage, K));
  for (let i = 0; i < rows; i++) {
    const cut = ((row0 + i) % (K / storage.block)) * storage.blockBytes;
    out.set(row.subarray(cut), i * row.length);
    out.set(row.subarray(0, cut), (i + 1) * row.length - cut);
  }
  return out;
}

const partBytesOf = ({ row0, rows, storage }: MatrixLayout['parts'][number]): Uint8Array =>
  storage.pack(rowsOf(storage, row0, rows), K);

/** The numbers of a matrix as its parts mean them. */
const numbersOf = ({ parts }: MatrixLayout): Float32Array =>
  Float32Array.from(parts.flatMap(part => [...part.storage.dequantise(partBytesOf(part), K)]));

/** Runs one op that reads the matrix `w` of N rows; the first `first` rows are of `storage`, the others Q8_0. */
async function run(
  op: Op,
  storage: Storage,
  variant: { kernelClass: KernelClass; rows: RowsKind; lanes?: number },
  N: number,
  first: number,
) {
  const T = 3;
  const width = op.op === 'embedding' ? K : N;
  const weights = [weightAsItLies('w', N, K)];
  const { graph, allocation } = opGraph({ ops: [op], widths: { x: K, y: width }, weights });
  const alike = [
    { row0: 0, rows: first, storage },
    { row0: first, rows: N - first, storage: STORAGES.q8_0 },
  ].filter(({ rows }) => rows > 0);
  const layouts = layoutWeights(graph, () => alike, 2 ** 27);
  const matrix = defined(layouts.matrices.get('w'), 'w');
  const x = noise(T * K, 1);
  const ids = [N - 1, 0, first - 1];
  const contents = {
    step: stepRows(ids.map(id => ({ id }))),
    'value/0': padRows(x, K),
    'value/1': new Float32Array(T * stride4(width)),
    ...partContents(matrix, partBytesOf),
  };
  const dispatches = planBody(graph, layouts, allocation, { ...variant, step: 'step' });
  expect(dispatches).toHaveLength(alike.length);
  const got = unpadRows(await runDispatches(gpu, dispatches, contents, T, 'value/1'), width);
  return { got, x, ids, numbers: numbersOf(matrix) };
}

const PRODUCTS = (
  [
    { kernelClass: 'barrier_free', rows: 'row' },
    { kernelClass: 'barrier_free', rows: 'tile' },
    { kernelClass: 'subgroup', rows: 'row' },
    { kernelClass: 'subgroup', rows: 'row', lanes: 4 },
  ] as const
).filter(({ kernelClass }) => runsHere(kernelClass));
const BLOCKS = Object.values(STORAGES).filter(({ block }) => block > 1);

describe.each(BLOCKS)('$name', storage => {
  test.each(PRODUCTS)(
    'products, $kernelClass, $rows, clusters of $lanes: rows of two storages in one matrix',
    async variant => {
      const op: Op = { op: 'linear', x: 'x', weight: 'w', out: 'y' };
      const { got, x, numbers } = await run(op, storage, variant, 13, 9);
      expectClose(got, reference.linear(x, numbers, 13, K));
    },
  );

  test('rows of a table', async () => {
    const op: Op = { op: 'embedding', index: 'id', table: 'w', out: 'y' };
    const { got, ids, numbers } = await run(op, storage, { kernelClass: 'barrier_free', rows: 'row' }, 5, 5);
    expectClose(got, reference.embedding(numbers, ids, K), 1e-13);
  });
});
