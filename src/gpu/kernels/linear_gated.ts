// linear_gated: a product and the gate over its halves in one dispatch.
import { defined } from '../../lib/assert.ts';
import type { GatedPair } from '../../model/ir/pairs.ts';
import { type Dispatch, type PlanContext, strideOfValue, UNUSED, valueRef, vectorRef } from '../dispatch.ts';
import type { Product } from '../product.ts';
import { byWholeUnits } from '../storage/storage.ts';
import { ACTIVATION_CODES } from './activation.ts';
import { type KernelSpec, reads, writes } from './kernel.ts';
import { allOf, productKernels, productWork } from './products.ts';

const SPEC: KernelSpec = {
  parts: ['step', 'weights', 'activations', 'pair'],
  bindings: [...reads('current', 'weights', 'x', 'bias'), ...writes('output')],
  consts: { ROWS: 'u32', K4: 'u32', OUT_STRIDE: 'u32', HAS_BIAS: 'bool', ACTIVATION: 'u32' },
};
const PRODUCTS = productKernels('linear_gated', SPEC, 'four_pairs');

export const kernels = allOf(PRODUCTS);

/** By which a team makes two gates of a row, and what they let through. */
export const GATED_KERNELS = PRODUCTS.team;

/** Null for a matrix in parts, which has gates in one and what they let through in another, and for the naive twins. */
export function planGatedPair(c: PlanContext, { first: linear, second: gated }: GatedPair): Dispatch | null {
  const matrix = defined(c.weights.matrices.get(linear.weight), linear.weight);
  const [part, ...more] = matrix.parts;
  if (part === undefined || more.length > 0) return null;
  const storage = byWholeUnits(part.storage, matrix.stride);
  const product: Product = { op: 'gated', outputs: part.rows, stride: matrix.stride, storage };
  const work = productWork(c, product, PRODUCTS);
  if (work === null) return null;
  const { kernel: chosen, sizes, ...rest } = work;
  return {
    label: `${linear.weight.replace(/\.weight$/, '')} (${chosen.name})`,
    kernel: chosen,
    storage,
    consts: {
      ...sizes,
      ROWS: part.rows,
      K4: matrix.stride / 4,
      ...(c.rows !== 'row' && { X_BY_SLOT: false }),
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
