// add: out = a + b.
import type { AddOp } from '../../model/ir/graph.ts';
import { type Dispatch, type PlanContext, valueRef } from '../dispatch.ts';
import { planElementwise } from './elementwise.ts';
import { kernel, reads, writes } from './kernel.ts';

const add = kernel('add', {
  parts: ['step'],
  bindings: [...reads('current', 'a', 'b'), ...writes('output')],
  consts: { WORKGROUP: 'u32', STRIDE: 'u32' },
});

export const kernels = [add];

export function planAdd(c: PlanContext, op: AddOp): Dispatch[] {
  return [planElementwise(c, add, op.out, [valueRef(c, op.a), valueRef(c, op.b)], {})];
}
