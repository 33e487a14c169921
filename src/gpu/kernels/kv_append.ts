// kv_append: keys and values of the rows into the cache, where no linear op wrote them there itself.
import type { KvAppendOp } from '../../model/ir/graph.ts';
import { type Dispatch, kvRef, kvStride, type PlanContext, perRow, strideOfValue, valueRef } from '../dispatch.ts';
import { kernel, reads, writes } from './kernel.ts';

const kvAppend = kernel('kv_append', {
  parts: ['step'],
  bindings: [...reads('current', 'k', 'v'), ...writes('kv')],
  consts: {
    WORKGROUP: 'u32',
    WIDTH: 'u32',
    K_STRIDE: 'u32',
    K_OFFSET: 'u32',
    V_STRIDE: 'u32',
    V_OFFSET: 'u32',
    KV_STRIDE: 'u32',
  },
});

export const kernels = [kvAppend];

export function planKvAppend(c: PlanContext, op: KvAppendOp): Dispatch[] {
  const consts = {
    WORKGROUP: 64,
    WIDTH: op.k.width,
    K_STRIDE: strideOfValue(c, op.k.value),
    K_OFFSET: op.k.offset,
    V_STRIDE: strideOfValue(c, op.v.value),
    V_OFFSET: op.v.offset,
    KV_STRIDE: kvStride(c.graph),
  };
  const bind = [{ buffer: c.step }, valueRef(c, op.k.value), valueRef(c, op.v.value), kvRef(op.layer)];
  const grid = [Math.ceil(op.k.width / 64), perRow, 1] as const;
  return [{ label: `kv/${op.layer} (kv_append)`, kernel: kvAppend, consts, bind, grid }];
}
