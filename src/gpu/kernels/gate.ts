// gate: every number times an activation of another.
import type { GateOp } from '../../model/ir/graph.ts';
import { type Dispatch, type PlanContext, strideOfValue, valueRef, widthOf } from '../dispatch.ts';
import { ACTIVATION_CODES } from './activation.ts';
import { planElementwise } from './elementwise.ts';
import { kernel, reads, writes } from './kernel.ts';

const gate = kernel('gate', {
  parts: ['step', 'activations'],
  bindings: [...reads('current', 'x', 'gates'), ...writes('output')],
  consts: { WORKGROUP: 'u32', WIDTH: 'u32', STRIDE: 'u32', GATE_STRIDE: 'u32', GATE_OFFSET: 'u32', ACTIVATION: 'u32' },
});

export const kernels = [gate];

export function planGate(c: PlanContext, op: GateOp): Dispatch[] {
  const consts = {
    WIDTH: widthOf(c, op.out),
    GATE_STRIDE: strideOfValue(c, op.gate.value),
    GATE_OFFSET: op.gate.offset,
    ACTIVATION: ACTIVATION_CODES[op.kind],
  };
  return [planElementwise(c, gate, op.out, [valueRef(c, op.x), valueRef(c, op.gate.value)], consts)];
}
