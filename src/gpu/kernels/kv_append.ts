// kv_append: keys and values of the rows into the cache, where no linear op wrote them there itself.
import type { KvAppendOp } from '../../model/ir/graph.ts';
import { type Dispatch, kvRef, kvStride, type PlanContext, perRow, strideOfValue, valueRef } from '../dispatch.ts';
import { type KernelSpec, kernel, reads, writes } from './kernel.ts';

const SPEC: KernelSpec = {
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
};
const kvAppend = kernel('kv_append', SPEC);
const kvAppendPacked = kernel('kv_append_packed', SPEC);

export const kernels = [kvAppend, kvAppendPacked];

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
  const packed = c.graph.kv === 'f16';
  const chosen = packed ? kvAppendPacked : kvAppend;
  const grid = [Math.ceil(op.k.width / (packed ? 128 : 64)), perRow, 1] as const;
  return [{ label: `kv/${op.layer} (${chosen.name})`, kernel: chosen, consts, bind, grid }];
}
