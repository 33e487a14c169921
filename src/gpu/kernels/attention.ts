// attention over the cached keys and values, and its weights as numbers to look at.
import type { AttentionOp, AttentionWeightsOp } from '../../model/ir/graph.ts';
import { type Dispatch, kvRef, kvStride, type PlanContext, perRow, strideOfValue, valueRef } from '../dispatch.ts';
import { type Kernel, type KernelSpec, kernel, reads, writes } from './kernel.ts';

/** The window of a row that sees the whole text. */
const ALL = 2 ** 32 - 1;

const SPEC: KernelSpec = {
  parts: ['step', 'kv1', 'cap', 'scores'],
  bindings: [...reads('current', 'q', 'kv', 'slots'), ...writes('output')],
  consts: {
    WORKGROUP: 'u32',
    NH: 'u32',
    KVH: 'u32',
    HS: 'u32',
    SCALE: 'f32',
    WINDOW: 'u32',
    SOFTCAP: 'f32',
    ALIBI: 'bool',
    Q_STRIDE: 'u32',
    Q_OFFSET: 'u32',
    KV_STRIDE: 'u32',
    KV_F16: 'bool',
    OUT_STRIDE: 'u32',
  },
};
const attentionNaive = kernel('attention_naive', SPEC);
const FOURS: KernelSpec = { ...SPEC, parts: ['step', 'kv4', 'cap', 'scores'] };
const attention = kernel('attention', FOURS);
const attentionWorkgroup = kernel('attention_workgroup', FOURS);
const attentionWeights = kernel('attention_weights', { ...SPEC, consts: { ...SPEC.consts, COLUMNS: 'u32' } });

export const kernels = [attentionNaive, attention, attentionWorkgroup, attentionWeights];

export function planAttention(c: PlanContext, op: AttentionOp): Dispatch[] {
  const { n_head: NH, head_size: HS } = c.graph.dims;
  const aligned = HS % 4 === 0 && op.q.offset % 4 === 0;
  const free = c.kernelClass === 'barrier_free';
  if (c.kernelClass === 'naive' || !aligned || (!free && HS > 256))
    return [attentionDispatch(c, op, attentionNaive, 64, Math.ceil((NH * HS) / 64))];
  if (free) return [attentionDispatch(c, op, attention, 4, Math.ceil(NH / 4))];
  return [attentionDispatch(c, op, attentionWorkgroup, 64, NH)];
}

export function planAttentionWeights(c: PlanContext, op: AttentionWeightsOp): Dispatch[] {
  return [attentionDispatch(c, op, attentionWeights, 4, Math.ceil(c.graph.dims.n_head / 4))];
}

/** `columns` workgroups a row of the step. */
function attentionDispatch(
  c: PlanContext,
  op: AttentionOp | AttentionWeightsOp,
  chosen: Kernel,
  workgroup: number,
  columns: number,
): Dispatch {
  const { n_head: NH, n_kv_head: KVH, head_size: HS } = c.graph.dims;
  return {
    label: `${op.out} (${chosen.name})`,
    kernel: chosen,
    consts: {
      WORKGROUP: workgroup,
      NH,
      KVH,
      HS,
      SCALE: op.scale,
      WINDOW: op.window ?? ALL,
      SOFTCAP: op.softcap ?? 0,
      ALIBI: op.alibi ?? false,
      Q_STRIDE: strideOfValue(c, op.q.value),
      Q_OFFSET: op.q.offset,
      KV_STRIDE: kvStride(c.graph),
      KV_F16: c.graph.kv === 'f16',
      OUT_STRIDE: strideOfValue(c, op.out),
      ...(op.op === 'attention_weights' && { COLUMNS: op.columns }),
    },
    bind: [{ buffer: c.step }, valueRef(c, op.q.value), kvRef(op.layer), { buffer: 'slots' }, valueRef(c, op.out)],
    grid: [columns, perRow, 1],
  };
}
