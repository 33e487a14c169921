// Every storage of blocks on a real adapter: every kernel of products, in parts stored differently, gated products and rows of a table, against
// the oracle on the numbers that the blocks mean.
import { beforeAll, describe, expect, test } from 'vitest';
import { runsHere } from '../../e2e/support/adapter-classes.ts';
import { openTestGpu } from '../../e2e/support/gpu-model.ts';
import {
  type Contents,
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
import type { Graph, Op } from '../model/ir/graph.ts';
import * as reference from '../reference/ops.ts';
import type { Gpu, KernelClass } from './device.ts';
import type { PlanOptions } from './dispatch.ts';
import { layoutWeights, type MatrixLayout, stride4 } from './layout.ts';
import { planBody } from './plan.ts';
import frozen from './storage/ggml-blocks.fixture.json' with { type: 'json' };
import { fileBytes, type Storage } from './storage/storage.ts';
import { STORAGES } from './storage/storages.ts';

let gpu: Gpu;
beforeAll(async () => {
  gpu = await openTestGpu();
});

/** Columns of a row: three blocks of 256 numbers, or nineteen of 32, so that planes end anywhere and units are more than a load names. */
const columnsOf = ({ block }: Storage): number => (block === 256 ? 768 : 19 * block);

const fileOf = (storage: Storage): Uint8Array => {
  const { blocks } = defined(Object.entries(frozen).find(([dtype]) => dtype === storage.dtype)?.[1], storage.dtype);
  return Uint8Array.from(atob(blocks), char => char.charCodeAt(0));
};

/** Rows of blocks in a checkpoint: the frozen ones over and over, row i from block i on, so that rows differ. */
function rowsOf(storage: Storage, row0: number, rows: number, columns: number): Uint8Array {
  const { block, blockBytes } = storage;
  const file = fileOf(storage);
  const blocks = columns / block;
  const out = new Uint8Array(rows * fileBytes(storage, columns));
  for (let at = 0; at < rows * blocks; at++) {
    const i = row0 + Math.floor(at / blocks) + (at % blocks);
    const from = (i * blockBytes) % file.length;
    out.set(file.subarray(from, from + blockBytes), at * blockBytes);
  }
  return out;
}

const partBytesOf = ({ row0, rows, storage }: MatrixLayout['parts'][number], columns: number): Uint8Array =>
  storage.pack(rowsOf(storage, row0, rows, columns), columns);

/** The numbers of a matrix as its parts mean them. */
const numbersOf = ({ parts, cols }: MatrixLayout): Float32Array =>
  Float32Array.from(parts.flatMap(part => [...part.storage.dequantise(partBytesOf(part, cols), cols)]));

/** A product of `N` outputs whose first `first` rows are of `storage`, the others Q8_0. */
interface Rows {
  readonly N: number;
  readonly first: number;
}
type Variant = Pick<PlanOptions, 'kernelClass' | 'rows' | 'lanes'>;

/** Runs ops from `x` [T, columns] to `y` [T, width], with values between them as `widths` says, that read the matrix `w`. */
async function run(
  { ops, width, widths = {} }: { ops: readonly Op[]; width: number; widths?: Graph['widths'] },
  storage: Storage,
  variant: Variant,
  { N, first }: Rows,
) {
  const T = 3;
  const columns = columnsOf(storage);
  const weights = [weightAsItLies('w', N, columns)];
  const { graph, allocation } = opGraph({ ops, widths: { x: columns, y: width, ...widths }, weights });
  const alike = [
    { row0: 0, rows: first, storage },
    { row0: first, rows: N - first, storage: STORAGES.q8_0 },
  ].filter(({ rows }) => rows > 0);
  const layouts = layoutWeights(graph, () => alike, 2 ** 27);
  const matrix = defined(layouts.matrices.get('w'), 'w');
  const numbers = numbersOf(matrix);
  // Products of about 1, so that gates are neither shut nor open.
  const size = 1 / Math.sqrt((columns * numbers.reduce((sum, w) => sum + w * w, 0)) / numbers.length);
  const x = noise(T * columns, 1).map(v => v * size);
  const ids = [N - 1, 0, first - 1];
  const contents: Contents = {
    step: stepRows(ids.map(id => ({ id }))),
    'value/0': padRows(x, columns),
    'value/1': new Float32Array(T * stride4(width)),
    ...partContents(matrix, part => partBytesOf(part, columns)),
  };
  const dispatches = planBody(graph, layouts, allocation, { ...variant, step: 'step', pairs: true });
  expect(dispatches).toHaveLength(alike.length);
  const got = unpadRows(await runDispatches(gpu, dispatches, contents, T, 'value/1'), width);
  return { got, x, ids, numbers, kernels: [...new Set(dispatches.map(d => d.kernel.name))] };
}

/** Rows of two storages in one matrix. */
const MIXED: Rows = { N: 13, first: 9 };

/** A product by the kernel of a name against the oracle. */
async function expectProduct(
  storage: Storage,
  { kernel, ...variant }: Variant & { kernel: string },
  rows: Rows,
): Promise<void> {
  const op: Op = { op: 'linear', x: 'x', weight: 'w', out: 'y' };
  const { got, x, numbers, kernels } = await run({ ops: [op], width: rows.N }, storage, variant, rows);
  expect(kernels).toEqual([kernel]);
  expectClose(got, reference.linear(x, numbers, rows.N, columnsOf(storage)));
}

/** Gates of a gated product. */
const H = 5;

/** Gates and what they let through, as one dispatch by the kernel of a name, against the oracle. */
async function expectGated(storage: Storage, { kernel, ...variant }: Variant & { kernel: string }): Promise<void> {
  const ops: Op[] = [
    { op: 'linear', x: 'x', weight: 'w', out: 'both' },
    { op: 'gated', kind: 'silu', x: 'both', out: 'y' },
  ];
  const whole = { ops, width: H, widths: { both: 2 * H } };
  const { got, x, numbers, kernels } = await run(whole, storage, variant, { N: 2 * H, first: 2 * H });
  expect(kernels).toEqual([kernel]);
  expectClose(got, reference.gated(reference.linear(x, numbers, 2 * H, columnsOf(storage)), H, 'silu'));
}

/** By a row. Kernels with barriers or subgroups read units by one function: not all of them run for every storage. */
const PRODUCTS = [
  { kernel: 'linear_row', kernelClass: 'barrier_free' },
  { kernel: 'linear_row_workgroup', kernelClass: 'workgroup' },
  // Of four lanes, which a subgroup has on every adapter.
  { kernel: 'linear_row_cluster', kernelClass: 'subgroup', lanes: 4 },
] as const;
const GATED = [
  { kernel: 'linear_gated_row', kernelClass: 'barrier_free' },
  { kernel: 'linear_gated_row_cluster', kernelClass: 'subgroup', lanes: 4 },
  { kernel: 'linear_gated_row_workgroup', kernelClass: 'workgroup', only: ['q4_k'] },
  { kernel: 'linear_gated_tile', kernelClass: 'barrier_free', rows: 'tile', only: ['q4_k'] },
] as const;
const MANY = [
  { kernel: 'linear_few', kernelClass: 'barrier_free', rows: 'few' },
  { kernel: 'linear_tile', kernelClass: 'barrier_free', rows: 'tile' },
] as const;
/** One of each way to lie and to be read. */
const KINDS = ['q8_0', 'q4_0', 'q4_1', 'q5_1', 'q4_k', 'q6_k', 'iq4_xs', 'mxfp4'];
/** Some drivers compile these for seconds: not for every storage. */
const COSTLY = [
  { kernel: 'linear_few_subgroup', kernelClass: 'subgroup', rows: 'few', only: KINDS },
  { kernel: 'linear_few_workgroup', kernelClass: 'workgroup', rows: 'few', only: ['q4_k'] },
  { kernel: 'linear_tile_workgroup', kernelClass: 'workgroup', rows: 'tile', only: KINDS },
] as const;
interface OfClass {
  readonly kernelClass: KernelClass;
  /** Names of storages. */
  readonly only?: readonly string[];
}
const here = <V extends OfClass>(variants: readonly V[], { name }: Storage): V[] =>
  variants.filter(({ kernelClass, only = [name] }) => runsHere(kernelClass) && only.includes(name));
const BLOCKS = Object.values(STORAGES).filter(({ block }) => block > 1);

describe.each(BLOCKS)('$name', storage => {
  test.each(here([...MANY, ...PRODUCTS], storage))('$kernel: rows of two storages in one matrix', variant =>
    expectProduct(storage, { rows: 'row', ...variant }, MIXED),
  );

  test.each(here(COSTLY, storage))('$kernel', variant => expectProduct(storage, variant, { N: 9, first: 9 }));

  test.each(here(GATED, storage))('$kernel', variant => expectGated(storage, { rows: 'row', ...variant }));

  test('rows of a table', async () => {
    const op: Op = { op: 'embedding', index: 'id', table: 'w', out: 'y' };
    const variant: Variant = { kernelClass: 'barrier_free', rows: 'row' };
    const columns = columnsOf(storage);
    const { got, ids, numbers } = await run({ ops: [op], width: columns }, storage, variant, { N: 5, first: 5 });
    expectClose(got, reference.embedding(numbers, ids, columns), 1e-13);
  });
});
