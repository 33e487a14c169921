// A gated product as one dispatch on a real adapter against the float64 oracle, and where it stays two.
import { beforeAll, describe, expect, test } from 'vitest';
import { runsHere } from '../../e2e/support/adapter-classes.ts';
import { openTestGpu } from '../../e2e/support/gpu-model.ts';
import {
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
import * as reference from '../reference/ops.ts';
import type { Gpu } from './device.ts';
import type { PlanOptions } from './dispatch.ts';
import { GATED_KERNELS } from './kernels/linear_gated.ts';
import { teamsFor, teamWork } from './kernels/team.ts';
import { stride4 } from './layout.ts';
import { planBody } from './plan.ts';
import { productName } from './product.ts';
import { STORAGES, type StorageName } from './storage/storages.ts';

let gpu: Gpu;
beforeAll(async () => {
  gpu = await openTestGpu();
});

interface Case {
  readonly H: number;
  readonly K: number;
  readonly T: number;
  readonly storage?: StorageName;
  readonly bias?: boolean;
  readonly maxBinding?: number;
}

async function gatedProduct(
  kernels: Pick<PlanOptions, 'kernelClass' | 'lanes' | 'tuned' | 'rows'>,
  { H, K, T, storage = 'f32', bias = false, maxBinding }: Case,
) {
  const { graph, allocation } = opGraph({
    ops: [
      { op: 'linear', x: 'x', weight: 'w', out: 'both', ...(bias && { bias: 'b' }) },
      { op: 'gated', kind: 'silu', x: 'both', out: 'y' },
    ],
    widths: { x: K, both: 2 * H, y: H },
    weights: [weightAsItLies('w', 2 * H, K), weightAsItLies('b', 2 * H)],
  });
  const layouts = layoutAll(graph, storage, maxBinding);
  const [x, w, b] = [noise(T * K, 1), noise(2 * H * K, 2), noise(2 * H, 3)];
  const contents = {
    step: stepRows(Array.from({ length: T }, () => ({}))),
    'value/0': padRows(x, K),
    'value/1': new Float32Array((T + 1) * stride4(2 * H)).fill(FILLER),
    'value/2': new Float32Array((T + 1) * stride4(H)).fill(FILLER),
    ...matrixContents(defined(layouts.matrices.get('w'), 'w'), w),
    ...vectorContents(layouts, { b }),
  };
  const dispatches = planBody(graph, layouts, allocation, { ...kernels, step: 'step', pairs: true });
  const output = await runDispatches(gpu, dispatches, contents, T, 'value/2');
  expect(output.subarray(T * stride4(H)).every(v => v === FILLER)).toBe(true);
  const product = reference.linear(x, rounded(w, storage), 2 * H, K);
  const wanted = reference.gated(bias ? reference.bias(product, b) : product, H, 'silu');
  return { got: unpadRows(output.subarray(0, T * stride4(H)), H), wanted, kernels: dispatches.map(d => d.kernel.name) };
}

const CLASSES = (
  [
    { kernel: 'linear_gated_row', kernelClass: 'barrier_free', rows: 'row' },
    { kernel: 'linear_gated_row_workgroup', kernelClass: 'workgroup', rows: 'row' },
    { kernel: 'linear_gated_row_cluster', kernelClass: 'subgroup', lanes: 4, rows: 'row' },
    { kernel: 'linear_gated_few', kernelClass: 'barrier_free', rows: 'few' },
    { kernel: 'linear_gated_few_workgroup', kernelClass: 'workgroup', rows: 'few' },
    { kernel: 'linear_gated_few_subgroup', kernelClass: 'subgroup', rows: 'few' },
    { kernel: 'linear_gated_tile', kernelClass: 'barrier_free', rows: 'tile' },
    { kernel: 'linear_gated_tile_workgroup', kernelClass: 'workgroup', rows: 'tile' },
  ] as const
).filter(({ kernelClass }) => runsHere(kernelClass));

describe.each(CLASSES)('$kernel', ({ kernel, ...chosen }) => {
  test.each<Case>([
    { H: 1, K: 1, T: 3 },
    { H: 33, K: 67, T: 21, bias: true },
    { H: 70, K: 264, T: 70, storage: 'f16' },
    { H: 9, K: 20, T: 3, storage: 'bf16' },
  ])('$H gates of $T rows over $K columns', async c => {
    const { got, wanted, kernels } = await gatedProduct(chosen, c);
    expect(kernels).toEqual([kernel]);
    expectClose(got, wanted);
  });

  test('a matrix in parts has gates in one and what they let through in another: product and gate stay apart', async () => {
    const { got, wanted, kernels } = await gatedProduct(chosen, { H: 20, K: 8, T: 3, bias: true, maxBinding: 30 * 32 });
    expect(kernels.at(-1)).toBe('gated');
    expect(kernels).toHaveLength(3);
    expectClose(got, wanted);
  });
});

test.each((['workgroup', 'subgroup'] as const).filter(runsHere))(
  '%s: every team that measuring may choose gives the same gates',
  async kernelClass => {
    const [H, K] = [9, 264];
    const product = { op: 'gated', outputs: 2 * H, stride: K, storage: STORAGES.f32 } as const;
    const choosing = { kernelClass, lanes: gpu.lanes, rows: 'row' } as const;
    for (const team of teamsFor(choosing)) {
      const { kernel } = teamWork(choosing, product, GATED_KERNELS, team);
      const tuned = new Map([[productName(product), team]]);
      const { got, wanted, kernels } = await gatedProduct({ ...choosing, tuned }, { H, K, T: 3 });
      expect(kernels).toEqual([kernel.name]);
      expectClose(got, wanted);
    }
  },
);
