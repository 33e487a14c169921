// attention over the cached keys and values, and its weights as numbers to look at.
import type { AttentionOp, AttentionRule, AttentionWeightsOp, Dims } from '../../model/ir/graph.ts';
import {
  type BufferRef,
  type Consts,
  type Dispatch,
  type Extent,
  kvRef,
  kvStride,
  type PlanContext,
  perRow,
  strideOfValue,
  valueRef,
} from '../dispatch.ts';
import { type Kernel, type KernelSpec, kernel, reads, writes } from './kernel.ts';

/** The window of a row that sees the whole text. */
const ALL = 2 ** 32 - 1;

/** Constants of all that scores keys. */
const SCORES = {
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
} as const satisfies KernelSpec['consts'];
const SPEC: KernelSpec = {
  parts: ['step', 'kv1', 'cap', 'scores'],
  bindings: [...reads('current', 'q', 'kv', 'slots'), ...writes('output')],
  consts: { ...SCORES, OUT_STRIDE: 'u32' },
};
const attentionNaive = kernel('attention_naive', SPEC);
const FOURS: KernelSpec = { ...SPEC, parts: ['step', 'kv4', 'cap', 'scores'] };
const attention = kernel('attention', FOURS);
const attentionWorkgroup = kernel('attention_workgroup', FOURS);
const attentionTileWorkgroup = kernel('attention_tile_workgroup', FOURS);
const attentionWeights = kernel('attention_weights', { ...SPEC, consts: { ...SPEC.consts, COLUMNS: 'u32' } });

const LONG: KernelSpec = {
  ...FOURS,
  parts: [...FOURS.parts, 'stretch'],
  bindings: [...reads('current', 'q', 'kv', 'slots'), ...writes('stretches')],
  consts: { ...SCORES, SPLITS: 'u32', SERVED: 'u32' },
};
const attentionSplit = kernel('attention_split', LONG);
const attentionSplitWorkgroup = kernel('attention_split_workgroup', LONG);
const attentionJoin = kernel('attention_join', {
  parts: ['step', 'stretch'],
  bindings: [...reads('current', 'stretches'), ...writes('output')],
  consts: { WORKGROUP: 'u32', NH: 'u32', HS: 'u32', WINDOW: 'u32', SPLITS: 'u32', OUT_STRIDE: 'u32' },
});

export const kernels = [
  attentionNaive,
  attention,
  attentionWorkgroup,
  attentionTileWorkgroup,
  attentionWeights,
  attentionSplit,
  attentionSplitWorkgroup,
  attentionJoin,
];

/** Heads of a workgroup on a CPU: as many as the vectors of lavapipe have lanes, twice as many as those of SwiftShader. */
const LANES = 8;
/** Stretches that the keys of a long text are cut into. */
const SPLITS = 16;
/** From this position on, a row's keys are cut: before it, one workgroup a head is quicker than one dispatch more. */
export const LONG_FROM = 512;
const STRETCHES: BufferRef = { buffer: 'stretches' };

/** Floats of the stretches of `rows` rows. */
export const stretchFloats = ({ n_head, head_size }: Dims, rows: number): number =>
  rows * n_head * SPLITS * (head_size + 4);

/**
 * Whether texts of a model come to be long enough for cut keys: twice as long as where that begins. GPT-2 with its 1,024 positions stays with
 * one dispatch.
 */
export const growsLong = ({ n_ctx, head_size }: Dims): boolean =>
  n_ctx > 2 * LONG_FROM && head_size % 4 === 0 && head_size <= 256;

export function planAttention(c: PlanContext, op: AttentionOp): Dispatch[] {
  const { n_head: NH, head_size: HS } = c.graph.dims;
  const aligned = HS % 4 === 0 && op.q.offset % 4 === 0;
  const free = c.kernelClass === 'barrier_free';
  if (c.kernelClass === 'naive' || !aligned || (!free && HS > 256))
    return [attentionDispatch(c, op, attentionNaive, 64, Math.ceil((NH * HS) / 64))];
  if (c.long && (op.window ?? ALL) > LONG_FROM) return longAttention(c, op);
  if (free) return [attentionDispatch(c, op, attention, LANES, Math.ceil(NH / LANES))];
  if (c.rows === 'tile') return [attentionDispatch(c, op, attentionTileWorkgroup, 64, NH, { rowsPer: 4 })];
  return [attentionDispatch(c, op, attentionWorkgroup, 64, NH)];
}

/** The keys in stretches, all at once, and then the stretches as one. */
function longAttention(c: PlanContext, op: AttentionOp): Dispatch[] {
  const { n_head: NH, n_kv_head: KVH, head_size: HS } = c.graph.dims;
  const SERVED = [7, 5, 4, 3, 2].find(count => (NH / KVH) % count === 0) ?? 1;
  const free = c.kernelClass === 'barrier_free';
  const sets = NH / SERVED;
  const chosen = free ? attentionSplit : attentionSplitWorkgroup;
  const cut: Dispatch = {
    label: `${op.out} (${chosen.name})`,
    kernel: chosen,
    consts: { ...scoreConsts(c, op, free ? 4 : 64), SPLITS, SERVED },
    bind: [...scoreBind(c, op), STRETCHES],
    grid: free ? [(sets * SPLITS) / 4, perRow, 1] : [sets, perRow, SPLITS],
  };
  const workgroup = free ? 8 : 64;
  const join: Dispatch = {
    label: `${op.out} (${attentionJoin.name})`,
    kernel: attentionJoin,
    consts: { WORKGROUP: workgroup, NH, HS, WINDOW: op.window ?? ALL, SPLITS, OUT_STRIDE: strideOfValue(c, op.out) },
    bind: [{ buffer: c.step }, STRETCHES, valueRef(c, op.out)],
    grid: [Math.ceil((NH * HS) / 4 / workgroup), perRow, 1],
  };
  return [cut, join];
}

export function planAttentionWeights(c: PlanContext, op: AttentionWeightsOp): Dispatch[] {
  return [attentionDispatch(c, op, attentionWeights, 4, Math.ceil(c.graph.dims.n_head / 4))];
}

/** `columns` workgroups a row of the step, or as many for several of its `rows`. */
function attentionDispatch(
  c: PlanContext,
  op: AttentionOp | AttentionWeightsOp,
  chosen: Kernel,
  workgroup: number,
  columns: number,
  rows: Extent = perRow,
): Dispatch {
  return {
    label: `${op.out} (${chosen.name})`,
    kernel: chosen,
    consts: {
      ...scoreConsts(c, op, workgroup),
      OUT_STRIDE: strideOfValue(c, op.out),
      ...(op.op === 'attention_weights' && { COLUMNS: op.columns }),
    },
    bind: [...scoreBind(c, op), valueRef(c, op.out)],
    grid: [columns, rows, 1],
  };
}

function scoreConsts(c: PlanContext, op: AttentionRule, workgroup: number): Consts {
  const { n_head: NH, n_kv_head: KVH, head_size: HS } = c.graph.dims;
  return {
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
  };
}

const scoreBind = (c: PlanContext, op: AttentionRule): BufferRef[] => [
  { buffer: c.step },
  valueRef(c, op.q.value),
  kvRef(op.layer),
  { buffer: 'slots' },
];
