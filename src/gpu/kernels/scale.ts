// scale: every number times one factor.
import type { ScaleOp } from '../../model/ir/graph.ts';
import { type Dispatch, type PlanContext, valueRef } from '../dispatch.ts';
import { planElementwise } from './elementwise.ts';
import { kernel, reads, writes } from './kernel.ts';

const scale = kernel('scale', {
  parts: ['step'],
  bindings: [...reads('current', 'x'), ...writes('output')],
  consts: { WORKGROUP: 'u32', STRIDE: 'u32', FACTOR: 'f32' },
});

export const kernels = [scale];

export function planScale(c: PlanContext, op: ScaleOp): Dispatch[] {
  return [planElementwise(c, scale, op.out, [valueRef(c, op.x)], { FACTOR: op.factor })];
}
