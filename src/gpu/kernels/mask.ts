// mask: groups of columns as they are, or their baselines in their place.
import type { MaskOp } from '../../model/ir/graph.ts';
import { type Dispatch, type PlanContext, valueRef, widthOf } from '../dispatch.ts';
import { planElementwise } from './elementwise.ts';
import { kernel, reads, writes } from './kernel.ts';

const mask = kernel('mask', {
  parts: ['step'],
  bindings: [...reads('current', 'x', 'masks', 'baselines'), ...writes('output')],
  consts: { WORKGROUP: 'u32', WIDTH: 'u32', STRIDE: 'u32', MASK: 'u32', GROUP: 'u32', BASELINE: 'u32' },
});

export const kernels = [mask];

export function planMask(c: PlanContext, op: MaskOp): Dispatch[] {
  const inputs = [valueRef(c, op.x), { buffer: 'masks' }, { buffer: 'baselines' }];
  const consts = { WIDTH: widthOf(c, op.out), MASK: op.mask, GROUP: op.group, BASELINE: op.baseline };
  return [planElementwise(c, mask, op.out, inputs, consts)];
}
