// gated: an activation of half the columns times the other half.
import type { GatedOp } from '../../model/ir/graph.ts';
import { type Dispatch, type PlanContext, strideOfValue, valueRef, widthOf } from '../dispatch.ts';
import { ACTIVATION_CODES } from './activation.ts';
import { planElementwise } from './elementwise.ts';
import { kernel, reads, writes } from './kernel.ts';

const gated = kernel('gated', {
  parts: ['step', 'activations'],
  bindings: [...reads('current', 'x'), ...writes('output')],
  consts: { WORKGROUP: 'u32', WIDTH: 'u32', X_STRIDE: 'u32', STRIDE: 'u32', ACTIVATION: 'u32' },
});

export const kernels = [gated];

export function planGated(c: PlanContext, op: GatedOp): Dispatch[] {
  const consts = {
    WIDTH: widthOf(c, op.out),
    X_STRIDE: strideOfValue(c, op.x),
    ACTIVATION: ACTIVATION_CODES[op.kind],
  };
  return [planElementwise(c, gated, op.out, [valueRef(c, op.x)], consts)];
}
