// The linear kernels on a real adapter against the float64 oracle: every size class, storage, epilogue, and parts of a matrix.
//
// T rows · N outputs · K columns.

import { beforeAll, describe, expect, test } from 'vitest';
import { runsHere } from '../../e2e/support/adapter-classes.ts';
import { openTestGpu } from '../../e2e/support/gpu-model.ts';
import { expectHalves, halvesIn, halvesOf } from '../../e2e/support/half-cache.ts';
import {
  type Contents,
  expectClose,
  FILLER,
  layoutAll,
  matrixContents,
  noise,
  opGraph,
  padRows,
  rounded,
  runDispatches,
  stepRows,
  unpadRows,
  vectorContents,
  weightAsItLies,
} from '../../e2e/support/kernel-run.ts';
import { defined } from '../lib/assert.ts';
import type { LinearOp, LogitsRule } from '../model/ir/graph.ts';
import * as reference from '../reference/ops.ts';
import type { Gpu, KernelClass } from './device.ts';
import type { PlanOptions } from './dispatch.ts';
import { ROW_KERNELS } from './kernels/linear.ts';
import { teamsFor, teamWork } from './kernels/team.ts';
import { partBytes, stride4 } from './layout.ts';
import { planBody, planHead } from './plan.ts';
import { productName, type Tuned } from './product.ts';
import { STORAGES, type StorageName } from './storage/storages.ts';

let gpu: Gpu;
beforeAll(async () => {
  gpu = await openTestGpu();
});

interface Variant {
  readonly kernel: string;
  readonly kernelClass: KernelClass;
  readonly rows: PlanOptions['rows'];
  /** Of a cluster. */
  readonly lanes?: number;
  readonly tuned?: Tuned;
}
const ALL_VARIANTS: readonly Variant[] = [
  { kernel: 'linear_naive', kernelClass: 'naive', rows: 'tile' },
  { kernel: 'linear_row', kernelClass: 'barrier_free', rows: 'row' },
  { kernel: 'linear_few', kernelClass: 'barrier_free', rows: 'few' },
  { kernel: 'linear_tile', kernelClass: 'barrier_free', rows: 'tile' },
  { kernel: 'linear_few_workgroup', kernelClass: 'workgroup', rows: 'few' },
  { kernel: 'linear_few_subgroup', kernelClass: 'subgroup', rows: 'few' },
  { kernel: 'linear_row_workgroup', kernelClass: 'workgroup', rows: 'row' },
  { kernel: 'linear_tile_workgroup', kernelClass: 'workgroup', rows: 'tile' },
  // Of four lanes, so that a subgroup has several clusters on most adapters.
  { kernel: 'linear_row_cluster', kernelClass: 'subgroup', rows: 'row', lanes: 4 },
];
const VARIANTS = ALL_VARIANTS.filter(({ kernelClass }) => runsHere(kernelClass));

interface Case {
  readonly T: number;
  readonly N: number;
  readonly K: number;
  readonly storage?: StorageName;
  readonly maxBinding?: number;
  readonly op?: Pick<LinearOp, 'bias' | 'activation' | 'scale' | 'residual' | 'kv'>;
  readonly cache?: 'f16';
  /** Factor of x. */
  readonly scale?: number;
}

/** Runs one linear op; the rows [T, N] of the output buffer, the cache, and what the oracle says of all N columns. */
async function linear({ kernel, ...variant }: Variant, c: Case) {
  const { T, N, K, storage = 'f32', maxBinding, op = {}, cache, scale = 1 } = c;
  const { graph, allocation } = opGraph({
    ops: [{ op: 'linear', x: 'x', weight: 'w', out: 'y', ...op }],
    widths: { x: K, y: N, r: N },
    weights: [weightAsItLies('w', N, K), weightAsItLies('b', N)],
    dims: { n_layer: 1, n_embd: 4, n_head: 2, n_kv_head: 2, head_size: 3, n_ctx: 8, vocab_size: 8 },
    ...(cache && { kv: cache }),
  });
  const layouts = layoutAll(graph, storage, maxBinding);
  const [x, w, b, r] = [noise(T * K, 1).map(v => v * scale), noise(N * K, 2), noise(N, 3), noise(T * N, 4)];
  const slots = Array.from({ length: T }, (_, t) => (t * 5 + 2) % 11);
  const contents: Contents = {
    step: stepRows(slots.map(slot => ({ slot }))),
    'value/0': padRows(x, K),
    'value/1': new Float32Array((T + 1) * stride4(N)).fill(FILLER),
    'value/2': padRows(r, N),
    'kv/0': cache ? halvesOf(new Float32Array(11 * 12).fill(FILLER)) : new Float32Array(11 * 12).fill(FILLER),
    ...matrixContents(defined(layouts.matrices.get('w'), 'w'), w),
    ...vectorContents(layouts, { b }),
  };
  const dispatches = planBody(graph, layouts, allocation, { ...variant, step: 'step' });
  expect(new Set(dispatches.map(d => d.kernel.name))).toEqual(new Set([kernel]));
  const run = (read: string) => runDispatches(gpu, dispatches, contents, T, read);
  let wanted = reference.linear(x, rounded(w, storage), N, K);
  if (op.bias !== undefined) wanted = reference.bias(wanted, b);
  if (op.activation !== undefined) wanted = reference.activation(wanted, op.activation);
  if (op.scale !== undefined) wanted = reference.scale(wanted, op.scale);
  if (op.residual !== undefined) wanted = reference.add(wanted, r);
  const output = await run('value/1');
  // Nothing is written behind the columns or after the rows.
  expect(output.subarray(T * stride4(N)).every(v => v === FILLER)).toBe(true);
  const columns = (t: number) => output.subarray(t * stride4(N) + N, (t + 1) * stride4(N));
  for (let t = 0; t < T; t++) expect(columns(t).every(v => v === FILLER)).toBe(true);
  return { got: unpadRows(output.subarray(0, T * stride4(N)), N), wanted, run, slots, parts: dispatches.length };
}

/** A driver without a shader cache compiles these kernels for seconds: they leave some cases to the others. */
const brief = ({ kernel }: Variant): boolean => kernel === 'linear_tile_workgroup' || kernel.startsWith('linear_few_');

const SIZES: readonly Case[] = [
  { T: 1, N: 1, K: 1 },
  { T: 3, N: 63, K: 7 },
  { T: 4, N: 64, K: 64 },
  { T: 9, N: 65, K: 67 },
  { T: 2, N: 5, K: 261 },
];

// Some drivers compile this one for half a minute a case: one case below holds it against the naive kernel.
const WHOLE = VARIANTS.filter(({ kernel }) => kernel !== 'linear_few_workgroup');

describe.each(WHOLE)('$kernel', variant => {
  test.each(brief(variant) ? SIZES.slice(3, 4) : SIZES)('$T x $N x $K', async size => {
    const { got, wanted } = await linear(variant, size);
    expectClose(got, wanted);
  });

  test('more rows than a block of 64', async () => {
    const { got, wanted } = await linear(variant, { T: 67, N: 70, K: 20 });
    expectClose(got, wanted);
  });

  test('the width of GPT-2: 768 to 2304', async () => {
    const { got, wanted } = await linear(variant, { T: 2, N: 2304, K: 768 });
    expectClose(got, wanted);
  });

  test.each<StorageName>(brief(variant) ? ['bf16'] : ['f16', 'bf16'])('%s', async storage => {
    const { got, wanted } = await linear(variant, { T: 5, N: 33, K: 30, storage });
    expectClose(got, wanted);
  });

  test.runIf(variant.rows === 'row')('rows that are no whole units of 16 bytes', async () => {
    const { got, wanted } = await linear(variant, { T: 2, N: 9, K: 20, storage: 'f16' });
    expectClose(got, wanted);
  });

  test('parts of a matrix', async () => {
    // A row has 32 bytes: 7 rows at most fit a part (or 12).
    const bias = { bias: 'b', residual: 'r' };
    const { got, wanted, parts } = await linear(variant, {
      T: 3,
      N: 23,
      K: 13,
      storage: 'f16',
      maxBinding: brief(variant) ? 12 * 32 : 230,
      op: bias,
    });
    expect(parts).toBe(brief(variant) ? 2 : 4);
    expectClose(got, wanted);
  });

  test.each(brief(variant) ? (['gelu_new'] as const) : (['gelu_new', 'gelu', 'relu'] as const))(
    'bias, %s, factor and residual, also of large sums',
    async activation => {
      const op = { bias: 'b', activation, scale: 0.3, residual: 'r' };
      const { got, wanted } = await linear(variant, { T: 3, N: 40, K: 18, scale: 50, op });
      expectClose(got, wanted);
    },
  );

  test('columns of keys and values go to the slots of the rows', async () => {
    // 2 heads of 3: 6 columns of queries, 6 of keys, 6 of values; two parts, cut inside the queries and the keys.
    const op = { bias: 'b', kv: { layer: 0, from: 6 } };
    const { got, wanted, run, slots, parts } = await linear(variant, { T: 4, N: 18, K: 6, maxBinding: 9 * 32, op });
    expect(parts).toBe(2);
    const cache = await run('kv/0');
    const place = (t: number) => slots[t]! * 12;
    for (let t = 0; t < 4; t++) {
      expectClose(got.subarray(t * 18, t * 18 + 6), wanted.subarray(t * 18, t * 18 + 6));
      expect(got.subarray(t * 18 + 6, t * 18 + 18).every(v => v === FILLER)).toBe(true);
      expectClose(cache.subarray(place(t), place(t) + 12), wanted.subarray(t * 18 + 6, t * 18 + 18));
    }
    expect(cache.filter(v => v === FILLER)).toHaveLength(7 * 12);
  });

  test.each([1, 1e5])('as packed f16 too, whatever lay there: sums of about %d', async scale => {
    // The parts are cut inside a word of the cache.
    const op = { bias: 'b', kv: { layer: 0, from: 6 } };
    const c = { T: 4, N: 18, K: 6, maxBinding: 9 * 32, op, scale, cache: 'f16' } as const;
    const { got, wanted, run, slots, parts } = await linear(variant, c);
    expect(parts).toBe(2);
    const cache = halvesIn(await run('kv/0'));
    const place = (t: number) => slots[t]! * 12;
    for (let t = 0; t < 4; t++) {
      expectClose(got.subarray(t * 18, t * 18 + 6), wanted.subarray(t * 18, t * 18 + 6));
      expectHalves(cache.subarray(place(t), place(t) + 12), wanted.subarray(t * 18 + 6, t * 18 + 18));
    }
    expect(cache.filter(v => v === FILLER)).toHaveLength(7 * 12);
  });

  test('the head finds its rows by slot', () => head({}));

  test('a bias, a factor and a cap of the logits', () => head({ bias: 'b', scale: 0.5, softcap: 1.5 }));

  async function head(logits: LogitsRule): Promise<void> {
    const [T, V, C] = [3, 37, 10];
    const dims = { n_layer: 1, n_embd: C, n_head: 1, n_kv_head: 1, head_size: C, n_ctx: 8, vocab_size: V };
    const { graph } = opGraph({
      ops: [],
      widths: {},
      head: 'wte',
      weights: [weightAsItLies('wte', V, C), weightAsItLies('b', V)],
      logits,
      dims,
    });
    const layouts = layoutAll(graph, 'f32', 20 * 48);
    const [states, w, b] = [noise(9 * C, 5), noise(V * C, 6), noise(V, 7)];
    const slots = [7, 0, 4];
    const contents: Contents = {
      step: stepRows(slots.map(slot => ({ slot }))),
      final: padRows(states, C),
      logits: new Float32Array(T * stride4(V)).fill(FILLER),
      ...matrixContents(defined(layouts.matrices.get('wte'), 'wte'), w),
      ...vectorContents(layouts, { b }),
    };
    const dispatches = planHead(graph, layouts, { ...variant, step: 'step' }, { logits: 'logits' });
    expect(dispatches).toHaveLength(2);
    const output = await runDispatches(gpu, dispatches, contents, T, 'logits');
    const x = Float32Array.from(slots.flatMap(slot => [...states.subarray(slot * C, (slot + 1) * C)]));
    const product = reference.linear(x, w, V, C);
    const wanted = Array.from({ length: T }, (_, t) =>
      reference.logits(product.subarray(t * V, (t + 1) * V), logits.bias ? b : null, logits),
    );
    expectClose(unpadRows(output, V), Float64Array.from(wanted.flatMap(row => [...row])));
  }
});

test.each(VARIANTS.slice(1))('$kernel agrees with linear_naive', async variant => {
  const size: Case = brief(variant) ? { T: 67, N: 70, K: 20 } : { T: 4, N: 70, K: 56, storage: 'bf16' };
  const fast = await linear(variant, size);
  const naive = await linear(VARIANTS[0]!, size);
  expectClose(fast.got, naive.got, 1e-12);
});

describe.runIf(runsHere('subgroup'))('linear_row_cluster', () => {
  test.each<Case>([
    { T: 3, N: 63, K: 7 },
    { T: 2, N: 70, K: 520 },
    { T: 1, N: 9, K: 264, storage: 'f16' },
    { T: 2, N: 34, K: 256, storage: 'bf16' },
  ])('of the whole of the smallest subgroup, $T x $N x $K', async size => {
    const { lanes } = gpu;
    expect(lanes).toBeGreaterThan(0);
    const wide: Variant = { kernel: 'linear_row_cluster', kernelClass: 'subgroup', rows: 'row', lanes };
    const { got, wanted } = await linear(wide, size);
    expectClose(got, wanted);
  });
});

test.each((['workgroup', 'subgroup'] as const).filter(runsHere))(
  '%s: every team that measuring may choose gives the same product',
  async kernelClass => {
    const product = { op: 'linear', outputs: 70, stride: 520, storage: STORAGES.f16 } as const;
    const choosing = { kernelClass, lanes: gpu.lanes };
    for (const team of teamsFor(choosing)) {
      const { kernel } = teamWork(choosing, product, ROW_KERNELS, team);
      const tuned = new Map([[productName(product), team]]);
      const { got, wanted } = await linear(
        { kernel: kernel.name, rows: 'row', ...choosing, tuned },
        { T: 2, N: 70, K: 520, storage: 'f16' },
      );
      expectClose(got, wanted);
    }
  },
);

test('linear_few has the sums of one row alone', async () => {
  const [row, few] = ['linear_row', 'linear_few'].map(name =>
    defined(
      VARIANTS.find(({ kernel }) => kernel === name),
      name,
    ),
  );
  const size: Case = { T: 9, N: 37, K: 261, op: { bias: 'b', activation: 'gelu_new' } };
  expect((await linear(defined(few, 'few'), size)).got).toEqual((await linear(defined(row, 'row'), size)).got);
});

test('a vocabulary wider than 65,535 groups of four is folded and complete', async () => {
  const [V, C] = [4 * 65_535 + 9, 4];
  const dims = { n_layer: 1, n_embd: C, n_head: 1, n_kv_head: 1, head_size: C, n_ctx: 8, vocab_size: V };
  const weights = [weightAsItLies('wte', V, C)] as const;
  const { graph } = opGraph({ ops: [], widths: {}, head: 'wte', weights, dims });
  const layouts = layoutAll(graph, 'f32');
  const matrix = defined(layouts.matrices.get('wte'), 'wte');
  expect(partBytes(matrix, matrix.parts[0]!)).toBe(V * 16);
  const w = noise(V * C, 8);
  const x = noise(C, 9);
  const contents: Contents = {
    step: stepRows([{ slot: 0 }]),
    final: x,
    logits: new Float32Array(stride4(V)).fill(FILLER),
    ...matrixContents(matrix, w),
  };
  // As many workgroups as no team that is chosen would need, and few threads in each.
  const product = { op: 'linear', outputs: V, stride: C, storage: STORAGES.f32 } as const;
  const tuned = new Map([[productName(product), { WORKGROUP: 4, CLUSTER: 4 }]]);
  const dispatches = planHead(
    graph,
    layouts,
    { kernelClass: 'workgroup', rows: 'row', step: 'step', tuned },
    { logits: 'logits' },
  );
  expect(dispatches[0]!.grid[2]).toBe(2);
  const logits = await runDispatches(gpu, dispatches, contents, 1, 'logits');
  expectClose(logits.subarray(0, V), reference.linear(x, w, V, C));
});
