// state_conv: a causal convolution of single channels over the rows of a step in order. One kernel for every adapter: channels are many.
import type { StateConvOp } from '../../model/ir/graph.ts';
import { type Dispatch, type PlanContext, strideOfValue, tailRef, valueRef, vectorRef } from '../dispatch.ts';
import { ACTIVATION_CODES } from './activation.ts';
import { kernel, reads, writes } from './kernel.ts';

const stateConv = kernel('state_conv', {
  parts: ['step', 'activations'],
  bindings: [...reads('current', 'x', 'weight'), ...writes('state', 'output')],
  consts: {
    WORKGROUP: 'u32',
    WIDTH: 'u32',
    STRIDE: 'u32',
    TAPS: 'u32',
    X_STRIDE: 'u32',
    X_OFFSET: 'u32',
    ACTIVATION: 'u32',
  },
});

export const kernels = [stateConv];

export function planStateConv(c: PlanContext, op: StateConvOp): Dispatch[] {
  const { width } = op.x;
  const consts = {
    WORKGROUP: 64,
    WIDTH: width,
    STRIDE: strideOfValue(c, op.out),
    TAPS: op.taps,
    X_STRIDE: strideOfValue(c, op.x.value),
    X_OFFSET: op.x.offset,
    ACTIVATION: ACTIVATION_CODES[op.activation],
  };
  const bind = [
    { buffer: c.step },
    valueRef(c, op.x.value),
    vectorRef(c, op.weight),
    tailRef(op.layer),
    valueRef(c, op.out),
  ];
  return [
    { label: `${op.out} (state_conv)`, kernel: stateConv, consts, bind, grid: [Math.ceil(width / 64), 1, 1] as const },
  ];
}
