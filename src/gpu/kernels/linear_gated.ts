// linear_gated: a product and the gate over its halves in one dispatch, for few rows.
import { defined } from '../../lib/assert.ts';
import type { GatedPair } from '../../model/ir/pairs.ts';
import { type Dispatch, type PlanContext, perRow, strideOfValue, UNUSED, valueRef, vectorRef } from '../dispatch.ts';
import type { Product } from '../product.ts';
import { byWholeUnits } from '../storage/storage.ts';
import { ACTIVATION_CODES } from './activation.ts';
import { type KernelSpec, kernel, reads, writes } from './kernel.ts';
import { fourRows } from './linear.ts';
import { type TeamKernels, teamWork, type Work } from './team.ts';

const SPEC: KernelSpec = {
  parts: ['step', 'weights', 'activations', 'pair'],
  bindings: [...reads('current', 'weights', 'x', 'bias'), ...writes('output')],
  consts: { WORKGROUP: 'u32', ROWS: 'u32', K4: 'u32', OUT_STRIDE: 'u32', HAS_BIAS: 'bool', ACTIVATION: 'u32' },
};
const linearGated = kernel('linear_gated', SPEC);
const linearGatedWorkgroup = kernel('linear_gated_workgroup', fourRows(SPEC, 'workgroup'));
const linearGatedCluster = kernel('linear_gated_cluster', fourRows(SPEC, 'cluster'));

export const kernels = [linearGated, linearGatedWorkgroup, linearGatedCluster];

/** By which a team makes two gates, and what they let through. */
export const GATED_KERNELS: TeamKernels = {
  workgroup: linearGatedWorkgroup,
  cluster: linearGatedCluster,
};

/** Null for a matrix in parts, which has gates in one and what they let through in another, and for the naive twins. */
export function planGatedPair(c: PlanContext, { first: linear, second: gated }: GatedPair): Dispatch | null {
  const matrix = defined(c.weights.matrices.get(linear.weight), linear.weight);
  const [part, ...more] = matrix.parts;
  if (part === undefined || more.length > 0 || c.kernelClass === 'naive') return null;
  const storage = byWholeUnits(part.storage, matrix.stride);
  const product: Product = { op: 'gated', outputs: part.rows, stride: matrix.stride, storage };
  const { kernel: chosen, sizes, ...rest } = variant(c, product);
  return {
    label: `${linear.weight.replace(/\.weight$/, '')} (${chosen.name})`,
    kernel: chosen,
    storage,
    consts: {
      ...sizes,
      ROWS: part.rows,
      K4: matrix.stride / 4,
      OUT_STRIDE: strideOfValue(c, gated.out),
      HAS_BIAS: linear.bias !== undefined,
      ACTIVATION: ACTIVATION_CODES[gated.kind],
    },
    bind: [
      { buffer: c.step },
      { buffer: `weight/${matrix.name}/0` },
      valueRef(c, linear.x),
      linear.bias === undefined ? UNUSED : vectorRef(c, linear.bias),
      valueRef(c, gated.out),
    ],
    ...rest,
  };
}

function variant(c: PlanContext, product: Product): Work {
  if (c.kernelClass !== 'barrier_free') return teamWork(c, product, GATED_KERNELS);
  return { kernel: linearGated, sizes: { WORKGROUP: 8 }, grid: [Math.ceil(product.outputs / 64), perRow, 1] };
}
