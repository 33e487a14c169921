// conv_append: what a short convolution takes in at the rows, into their slots.
import type { ConvAppendOp } from '../../model/ir/graph.ts';
import { convRef, type Dispatch, type PlanContext, perRow, strideOfValue, UNUSED, valueRef } from '../dispatch.ts';
import { stride4 } from '../layout.ts';
import { kernel, reads, writes } from './kernel.ts';

const convAppend = kernel('conv_append', {
  parts: ['step'],
  bindings: [...reads('current', 'x', 'gates'), ...writes('kept')],
  consts: {
    WORKGROUP: 'u32',
    WIDTH: 'u32',
    STRIDE: 'u32',
    X_STRIDE: 'u32',
    X_OFFSET: 'u32',
    GATED: 'bool',
    GATE_STRIDE: 'u32',
    GATE_OFFSET: 'u32',
  },
});

export const kernels = [convAppend];

export function planConvAppend(c: PlanContext, { layer, x, gate }: ConvAppendOp): Dispatch[] {
  const consts = {
    WORKGROUP: 64,
    WIDTH: x.width,
    STRIDE: stride4(x.width),
    X_STRIDE: strideOfValue(c, x.value),
    X_OFFSET: x.offset,
    GATED: gate !== undefined,
    GATE_STRIDE: gate === undefined ? 0 : strideOfValue(c, gate.value),
    GATE_OFFSET: gate?.offset ?? 0,
  };
  const gates = gate === undefined ? UNUSED : valueRef(c, gate.value);
  const bind = [{ buffer: c.step }, valueRef(c, x.value), gates, convRef(layer)];
  const grid = [Math.ceil(x.width / 64), perRow, 1] as const;
  return [{ label: `conv/${layer} (conv_append)`, kernel: convAppend, consts, bind, grid }];
}
