// bias: a vector added to every row.
import type { BiasOp } from '../../model/ir/graph.ts';
import { type Dispatch, type PlanContext, valueRef, vectorRef, widthOf } from '../dispatch.ts';
import { planElementwise } from './elementwise.ts';
import { kernel, reads, writes } from './kernel.ts';

const bias = kernel('bias', {
  parts: ['step'],
  bindings: [...reads('current', 'x', 'vector'), ...writes('output')],
  consts: { WORKGROUP: 'u32', WIDTH: 'u32', STRIDE: 'u32' },
});

export const kernels = [bias];

export function planBias(c: PlanContext, op: BiasOp): Dispatch[] {
  const inputs = [valueRef(c, op.x), vectorRef(c, op.bias)];
  return [planElementwise(c, bias, op.out, inputs, { WIDTH: widthOf(c, op.out) })];
}
