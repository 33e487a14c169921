// rotary: heads turned by their positions, with what fusion put around it: the norm of each head or of all of a kind, and the write to the cache.
import { defined } from '../../lib/assert.ts';
import type { RotaryOp } from '../../model/ir/graph.ts';
import {
  type Dispatch,
  kvRef,
  kvStride,
  type PlanContext,
  perRow,
  strideOfValue,
  UNUSED,
  UNUSED_WRITE,
  valueRef,
  vectorRef,
} from '../dispatch.ts';
import { FINE } from '../rotary-angles.ts';
import { type KernelSpec, kernel, reads, writes } from './kernel.ts';

const SPEC: KernelSpec = {
  parts: ['step', 'cache', 'turn'],
  bindings: [...reads('current', 'x', 'v', 'weight', 'angles'), ...writes('output', 'kv')],
  consts: {
    WORKGROUP: 'u32',
    HEADS: 'u32',
    KEYS: 'u32',
    HS: 'u32',
    GROUP: 'u32',
    LAST: 'u32',
    PAIRS: 'u32',
    FINE: 'u32',
    INTERLEAVED: 'bool',
    X_STRIDE: 'u32',
    X_OFFSET: 'u32',
    V_STRIDE: 'u32',
    V_OFFSET: 'u32',
    STRIDE: 'u32',
    KV_STRIDE: 'u32',
    KV_F16: 'bool',
    HAS_NORM: 'bool',
    HAS_WEIGHT: 'bool',
    PLUS_ONE: 'bool',
    EPS: 'f32',
    HAS_KV: 'bool',
  },
};
const rotary = kernel('rotary', { ...SPEC, consts: { ...SPEC.consts, ALL_HEADS: 'u32' } });
const rotaryWorkgroup = kernel('rotary_workgroup', { ...SPEC, parts: [...SPEC.parts, 'total'] });

export const kernels = [rotary, rotaryWorkgroup];

export function planRotary(c: PlanContext, op: RotaryOp): Dispatch[] {
  const free = c.kernelClass === 'barrier_free' || c.kernelClass === 'naive';
  const chosen = free ? rotary : rotaryWorkgroup;
  const { head_size: HS, n_kv_head } = c.graph.dims;
  const { norm, kv } = op;
  const heads = op.x.width / HS;
  const all = heads + (kv === undefined ? 0 : n_kv_head);
  const workgroup = free ? 4 : 64;
  const dispatch: Dispatch = {
    label: `${op.out} (${chosen.name})`,
    kernel: chosen,
    consts: {
      WORKGROUP: workgroup,
      HEADS: heads,
      KEYS: kv === undefined ? heads : kv.from / HS,
      ...(free && { ALL_HEADS: all }),
      HS,
      GROUP: norm?.group ?? HS,
      LAST: norm?.tail ?? norm?.group ?? HS,
      PAIRS: defined(c.graph.rotary[op.table], `rotary table ${op.table}`).inv_freq.length,
      FINE,
      INTERLEAVED: op.interleaved,
      X_STRIDE: strideOfValue(c, op.x.value),
      X_OFFSET: op.x.offset,
      V_STRIDE: kv === undefined ? 0 : strideOfValue(c, kv.v.value),
      V_OFFSET: kv?.v.offset ?? 0,
      STRIDE: strideOfValue(c, op.out),
      KV_STRIDE: kvStride(c.graph),
      KV_F16: kv !== undefined && c.graph.kv === 'f16',
      HAS_NORM: norm !== undefined,
      HAS_WEIGHT: norm?.weight !== undefined,
      PLUS_ONE: norm?.plusOne ?? false,
      EPS: norm?.eps ?? 0,
      HAS_KV: kv !== undefined,
    },
    bind: [
      { buffer: c.step },
      valueRef(c, op.x.value),
      kv === undefined ? UNUSED : valueRef(c, kv.v.value),
      norm?.weight === undefined ? UNUSED : vectorRef(c, norm.weight),
      { buffer: `rotary/${op.table}` },
      valueRef(c, op.out),
      kv === undefined ? UNUSED_WRITE : kvRef(kv.layer),
    ],
    grid: [free ? Math.ceil(all / workgroup) : all, perRow, 1],
  };
  return [dispatch];
}
