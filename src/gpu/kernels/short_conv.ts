// short_conv: a causal convolution of single channels over the last inputs in the pool. One kernel for every adapter: a number takes a few products.
import type { ShortConvOp } from '../../model/ir/graph.ts';
import {
  convRef,
  type Dispatch,
  type PlanContext,
  perRow,
  strideOfValue,
  UNUSED,
  valueRef,
  vectorRef,
  widthOf,
} from '../dispatch.ts';
import { stride4 } from '../layout.ts';
import { kernel, reads, writes } from './kernel.ts';

const shortConv = kernel('short_conv', {
  parts: ['step'],
  bindings: [...reads('current', 'kept', 'slots', 'weight', 'bias', 'gates'), ...writes('output')],
  consts: {
    WORKGROUP: 'u32',
    WIDTH: 'u32',
    STRIDE: 'u32',
    TAPS: 'u32',
    HAS_BIAS: 'bool',
    GATED: 'bool',
    GATE_STRIDE: 'u32',
    GATE_OFFSET: 'u32',
  },
});

export const kernels = [shortConv];

export function planShortConv(c: PlanContext, op: ShortConvOp): Dispatch[] {
  const WIDTH = widthOf(c, op.out);
  const { gate } = op;
  const dispatch: Dispatch = {
    label: `${op.out} (short_conv)`,
    kernel: shortConv,
    consts: {
      WORKGROUP: 64,
      WIDTH,
      STRIDE: stride4(WIDTH),
      TAPS: op.taps,
      HAS_BIAS: op.bias !== undefined,
      GATED: gate !== undefined,
      GATE_STRIDE: gate === undefined ? 0 : strideOfValue(c, gate.value),
      GATE_OFFSET: gate?.offset ?? 0,
    },
    bind: [
      { buffer: c.step },
      convRef(op.layer),
      { buffer: 'slots' },
      vectorRef(c, op.weight),
      op.bias === undefined ? UNUSED : vectorRef(c, op.bias),
      gate === undefined ? UNUSED : valueRef(c, gate.value),
      valueRef(c, op.out),
    ],
    grid: [Math.ceil(WIDTH / 64), perRow, 1],
  };
  return [dispatch];
}
