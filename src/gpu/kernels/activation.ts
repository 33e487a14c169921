// activation: a function of every number.
import type { ActivationOp } from '../../model/ir/graph.ts';
import { type Dispatch, type PlanContext, valueRef, widthOf } from '../dispatch.ts';
import { planElementwise } from './elementwise.ts';
import { kernel, reads, writes } from './kernel.ts';

/** The activation's number in shaders/activations.wgsl; 0 is none. */
export const ACTIVATION_CODES = {
  gelu_new: 1,
  gelu: 2,
  relu: 3,
  relu2: 4,
  silu: 5,
  quick_gelu: 6,
  sigmoid: 7,
} as const;

const activation = kernel('activation', {
  parts: ['step', 'activations'],
  bindings: [...reads('current', 'x'), ...writes('output')],
  consts: { WORKGROUP: 'u32', WIDTH: 'u32', STRIDE: 'u32', ACTIVATION: 'u32' },
});

export const kernels = [activation];

export function planActivation(c: PlanContext, op: ActivationOp): Dispatch[] {
  const consts = { WIDTH: widthOf(c, op.out), ACTIVATION: ACTIVATION_CODES[op.kind] };
  return [planElementwise(c, activation, op.out, [valueRef(c, op.x)], consts)];
}
