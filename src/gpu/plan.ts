// From a graph to the list of dispatches that runs it: pure, so that it can be read, compared and tested without a GPU.
//
// T rows of this step · S positions in the cache · C channels · V vocab · NH heads · KVH key/value heads · HS head size
import { assert, defined } from '../lib/assert.ts';
import type { Allocation } from '../model/ir/allocate.ts';
import type {
  AttentionOp,
  AttentionWeightsOp,
  EmbeddingOp,
  Graph,
  LayernormOp,
  LinearOp,
  Op,
  ValueName,
} from '../model/ir/graph.ts';
import type { KernelClass } from './device.ts';
import { ACTIVATION_CODES, type KernelName, kernelSpec, type Storage } from './kernels.ts';
import { type MatrixLayout, stride4, type WeightLayouts } from './layout.ts';
import type { Consts } from './module.ts';

/** A buffer of the model or the session by name, or a piece of it. Bytes. */
export interface BufferRef {
  readonly buffer: string;
  readonly offset?: number;
  readonly size?: number;
}

/** Workgroups along a dimension: fixed, or one for every `rowsPer` rows of the step. */
export type Extent = number | { readonly rowsPer: number };

export interface Dispatch {
  /** What it computes, for traces and messages: `h.0.attn.c_attn (linear_row)`. */
  readonly label: string;
  readonly kernel: KernelName;
  readonly storage: Storage;
  readonly consts: Consts;
  /** By place in the kernel's list of bindings. */
  readonly bind: readonly BufferRef[];
  readonly grid: readonly [Extent, Extent, Extent];
}

/** `row`: few rows, matrix-vector products; `tile`: many rows, register tiles. */
export type RowsKind = 'row' | 'tile';

export interface PlanOptions {
  readonly kernelClass: KernelClass;
  readonly rows: RowsKind;
  /** Name of the buffer that holds the rows of the step. */
  readonly step: string;
}

export interface PlanContext extends PlanOptions {
  readonly graph: Graph;
  readonly weights: WeightLayouts;
  readonly allocation: Allocation;
}

const MAX_GROUPS = 65_535;
const UNUSED: BufferRef = { buffer: 'unused' };
const UNUSED_WRITE: BufferRef = { buffer: 'unused_write' };
const perRow: Extent = { rowsPer: 1 };

/** Floats from slot to slot of a layer's cache: keys, then values. */
export function kvStride(graph: Graph): number {
  return 2 * graph.dims.n_kv_head * graph.dims.head_size;
}

/** The dispatches that take token ids to final states, in order. `graph` is fused or plain; both run. */
export function planBody(
  graph: Graph,
  weights: WeightLayouts,
  allocation: Allocation,
  options: PlanOptions,
): Dispatch[] {
  const context: PlanContext = { ...options, graph, weights, allocation };
  return graph.ops.flatMap(op => planOp(context, op));
}

/** What the head reads: the final states, found by slot, unless another buffer [T, C] is named. */
export interface HeadUse {
  readonly x?: BufferRef;
  readonly logits: string;
}

/** The dispatches that take states to logits [T, V]. */
export function planHead(graph: Graph, weights: WeightLayouts, options: PlanOptions, use: HeadUse): Dispatch[] {
  const context: PlanContext = { ...options, graph, weights, allocation: { slots: [], slotOf: {} } };
  const matrix = defined(weights.matrices.get(graph.head), graph.head);
  return planMatrix(context, matrix, {
    label: 'head',
    x: use.x ?? { buffer: 'final' },
    xBySlot: use.x === undefined,
    output: { buffer: use.logits },
    stride: stride4(matrix.rows),
  });
}

/** The dispatch that reduces T rows of logits to `parts` partial statistics each. */
export function planStatistics(
  graph: Graph,
  options: PlanOptions,
  logits: string,
  output: string,
  parts: number,
): Dispatch {
  const workgroup = options.kernelClass === 'barrier_free' ? 8 : 64;
  const consts = {
    WORKGROUP: workgroup,
    WIDTH: graph.dims.vocab_size,
    STRIDE: stride4(graph.dims.vocab_size),
    PARTS: parts,
  };
  return {
    label: 'head (row_statistics)',
    kernel: 'row_statistics',
    storage: 'f32',
    consts,
    bind: [{ buffer: options.step }, { buffer: logits }, { buffer: output }],
    grid: [Math.ceil(parts / workgroup), perRow, 1],
  };
}

function planOp(c: PlanContext, op: Op): Dispatch[] {
  switch (op.op) {
    case 'embedding':
      return planEmbedding(c, op);
    case 'linear':
      return planLinear(c, op);
    case 'layernorm':
      return [planLayernorm(c, op)];
    case 'attention':
      return [planAttention(c, op)];
    case 'add':
      return [planElementwise(c, 'add', op.out, [valueRef(c, op.a), valueRef(c, op.b)], {})];
    case 'bias': {
      const inputs = [valueRef(c, op.x), vectorRef(c, op.bias)];
      return [planElementwise(c, 'bias', op.out, inputs, { WIDTH: width(c, op.out) })];
    }
    case 'activation': {
      const consts = { WIDTH: width(c, op.out), ACTIVATION: ACTIVATION_CODES[op.kind] };
      return [planElementwise(c, 'activation', op.out, [valueRef(c, op.x)], consts)];
    }
    case 'mask': {
      const inputs = [valueRef(c, op.x), { buffer: 'masks' }, { buffer: 'baselines' }];
      const consts = { WIDTH: width(c, op.out), MASK: op.mask, GROUP: op.group, BASELINE: op.baseline };
      return [planElementwise(c, 'mask', op.out, inputs, consts)];
    }
    case 'attention_weights':
      return [attentionDispatch(c, op, 'attention_weights', 4, Math.ceil(c.graph.dims.n_head / 4))];
    case 'kv_append': {
      const consts = {
        WORKGROUP: 64,
        WIDTH: op.k.width,
        K_STRIDE: stride4(width(c, op.k.value)),
        K_OFFSET: op.k.offset,
        V_STRIDE: stride4(width(c, op.v.value)),
        V_OFFSET: op.v.offset,
        KV_STRIDE: kvStride(c.graph),
      };
      const bind = [{ buffer: c.step }, valueRef(c, op.k.value), valueRef(c, op.v.value), kvRef(op.layer)];
      const grid = [Math.ceil(op.k.width / 64), perRow, 1] as const;
      return [{ label: `h.${op.layer} (kv_append)`, kernel: 'kv_append', storage: 'f32', consts, bind, grid }];
    }
    default:
      return op satisfies never;
  }
}

const width = (c: PlanContext, value: ValueName): number => defined(c.graph.widths[value], `width of ${value}`);
const kvRef = (layer: number): BufferRef => ({ buffer: `kv/${layer}` });

/** The buffer of a value; the final states live in a plane of the pool, found by slot. */
function valueRef(c: PlanContext, value: ValueName): BufferRef {
  if (value === c.graph.final) return { buffer: 'final' };
  return { buffer: `value/${defined(c.allocation.slotOf[value], value)}` };
}

function vectorRef(c: PlanContext, name: string): BufferRef {
  const { offset, length } = defined(c.weights.vectors.get(name), name);
  return { buffer: 'vectors', offset, size: Math.ceil(length / 4) * 16 };
}

function planElementwise(
  c: PlanContext,
  kernel: 'add' | 'bias' | 'activation' | 'mask',
  out: ValueName,
  inputs: BufferRef[],
  more: Consts,
): Dispatch {
  assert(out !== c.graph.final, `${kernel} does not write the final states`);
  const stride = stride4(width(c, out));
  return {
    label: `${out} (${kernel})`,
    kernel,
    storage: 'f32',
    consts: { WORKGROUP: 64, STRIDE: stride, ...more },
    bind: [{ buffer: c.step }, ...inputs, valueRef(c, out)],
    grid: [Math.ceil(stride / 64), perRow, 1],
  };
}

function planEmbedding(c: PlanContext, op: EmbeddingOp): Dispatch[] {
  const matrix = defined(c.weights.matrices.get(op.table), op.table);
  const K4 = matrix.stride / 4;
  return matrix.parts.map(({ row0, rows }, part) => ({
    label: `${op.table} (embedding)`,
    kernel: 'embedding',
    storage: matrix.storage,
    consts: {
      WORKGROUP: 64,
      ROWS: rows,
      K4,
      ROW0: row0,
      BY_POSITION: op.index === 'position',
      HAS_RESIDUAL: op.residual !== undefined,
    },
    bind: [
      { buffer: c.step },
      { buffer: `weight/${matrix.name}/${part}` },
      op.residual === undefined ? UNUSED : valueRef(c, op.residual),
      valueRef(c, op.out),
    ],
    grid: [Math.ceil(K4 / 64), perRow, 1],
  }));
}

function planLayernorm(c: PlanContext, op: LayernormOp): Dispatch {
  const free = c.kernelClass === 'barrier_free' || c.kernelClass === 'naive';
  const kernel = free ? 'layernorm' : 'layernorm_workgroup';
  const WIDTH = width(c, op.x);
  return {
    label: `${op.out} (${kernel})`,
    kernel,
    storage: 'f32',
    consts: {
      WORKGROUP: free ? 4 : 128,
      WIDTH,
      STRIDE: stride4(WIDTH),
      EPS: op.eps,
      OUT_BY_SLOT: op.out === c.graph.final,
    },
    bind: [{ buffer: c.step }, valueRef(c, op.x), vectorRef(c, op.weight), vectorRef(c, op.bias), valueRef(c, op.out)],
    grid: [{ rowsPer: free ? 4 : 1 }, 1, 1],
  };
}

function planAttention(c: PlanContext, op: AttentionOp): Dispatch {
  const { n_head: NH, head_size: HS } = c.graph.dims;
  const aligned = HS % 4 === 0 && op.q.offset % 4 === 0;
  const free = c.kernelClass === 'barrier_free';
  const kernel: KernelName =
    c.kernelClass === 'naive' || !aligned || (!free && HS > 256)
      ? 'attention_naive'
      : free
        ? 'attention'
        : 'attention_workgroup';
  const workgroup = kernel === 'attention' ? 4 : 64;
  const columns =
    kernel === 'attention_naive' ? Math.ceil((NH * HS) / 64) : kernel === 'attention' ? Math.ceil(NH / 4) : NH;
  return attentionDispatch(c, op, kernel, workgroup, columns);
}

/** `columns` workgroups a row of the step. */
function attentionDispatch(
  c: PlanContext,
  op: AttentionOp | AttentionWeightsOp,
  kernel: KernelName,
  workgroup: number,
  columns: number,
): Dispatch {
  const { n_head: NH, n_kv_head: KVH, head_size: HS, n_ctx: N_CTX } = c.graph.dims;
  return {
    label: `${op.out} (${kernel})`,
    kernel,
    storage: 'f32',
    consts: {
      WORKGROUP: workgroup,
      NH,
      KVH,
      HS,
      N_CTX,
      SCALE: op.scale,
      Q_STRIDE: stride4(width(c, op.q.value)),
      Q_OFFSET: op.q.offset,
      KV_STRIDE: kvStride(c.graph),
      OUT_STRIDE: stride4(width(c, op.out)),
    },
    bind: [{ buffer: c.step }, valueRef(c, op.q.value), kvRef(op.layer), { buffer: 'slots' }, valueRef(c, op.out)],
    grid: [columns, perRow, 1],
  };
}

function planLinear(c: PlanContext, op: LinearOp): Dispatch[] {
  assert(op.out !== c.graph.final, 'linear does not write the final states');
  const matrix = defined(c.weights.matrices.get(op.weight), op.weight);
  return planMatrix(c, matrix, {
    label: op.weight.replace(/\.weight$/, ''),
    x: valueRef(c, op.x),
    xBySlot: false,
    output: valueRef(c, op.out),
    stride: stride4(width(c, op.out)),
    op,
  });
}

interface MatrixUse {
  readonly label: string;
  readonly x: BufferRef;
  readonly xBySlot: boolean;
  readonly output: BufferRef;
  readonly stride: number;
  readonly op?: LinearOp;
}

/** One dispatch a part of the matrix. */
function planMatrix(c: PlanContext, matrix: MatrixLayout, use: MatrixUse): Dispatch[] {
  const { op } = use;
  const { kernel, workgroup, grid } = linearKernel(c.kernelClass, c.rows);
  const sized = 'WORKGROUP' in kernelSpec(kernel).consts;
  return matrix.parts.map(({ row0, rows }, part) => ({
    label: `${use.label} (${kernel})`,
    kernel,
    storage: matrix.storage,
    consts: {
      ...(sized && { WORKGROUP: workgroup }),
      ROWS: rows,
      K4: matrix.stride / 4,
      ROW0: row0,
      X_BY_SLOT: use.xBySlot,
      OUT_STRIDE: use.stride,
      HAS_BIAS: op?.bias !== undefined,
      ACTIVATION: op?.activation === undefined ? 0 : ACTIVATION_CODES[op.activation],
      HAS_RESIDUAL: op?.residual !== undefined,
      HAS_KV: op?.kv !== undefined,
      KV_FROM: op?.kv?.from ?? 0,
      KV_STRIDE: op?.kv === undefined ? 0 : kvStride(c.graph),
    },
    bind: [
      { buffer: c.step },
      { buffer: `weight/${matrix.name}/${part}` },
      use.x,
      op?.bias === undefined ? UNUSED : vectorRef(c, op.bias),
      op?.residual === undefined ? UNUSED : valueRef(c, op.residual),
      use.output,
      op?.kv === undefined ? UNUSED_WRITE : kvRef(op.kv.layer),
    ],
    grid: grid(rows),
  }));
}

interface LinearKernel {
  readonly kernel: KernelName;
  readonly workgroup: number;
  readonly grid: (rows: number) => Dispatch['grid'];
}

/** The kernel of a linear op for an adapter class and number of rows, with its workgroup size and grid for `rows` outputs. */
function linearKernel(kernelClass: KernelClass, kind: RowsKind): LinearKernel {
  switch (kernelClass) {
    case 'naive':
      return { kernel: 'linear_naive', workgroup: 64, grid: rows => [Math.ceil(rows / 64), perRow, 1] };
    case 'barrier_free':
      return kind === 'row'
        ? { kernel: 'linear_row', workgroup: 8, grid: rows => [Math.ceil(rows / 64), perRow, 1] }
        : { kernel: 'linear_tile', workgroup: 4, grid: rows => [Math.ceil(rows / 32), { rowsPer: 8 }, 1] };
    case 'workgroup':
    case 'subgroup':
      return kind === 'row'
        ? {
            kernel: kernelClass === 'subgroup' ? 'linear_row_subgroup' : 'linear_row_workgroup',
            workgroup: 64,
            grid: foldGroups,
          }
        : { kernel: 'linear_tile_workgroup', workgroup: 256, grid: rows => [Math.ceil(rows / 64), { rowsPer: 64 }, 1] };
    default:
      return kernelClass satisfies never;
  }
}

/** A workgroup for every four outputs, folded into x and z where x alone would pass the limit. */
function foldGroups(rows: number): Dispatch['grid'] {
  const groups = Math.ceil(rows / 4);
  const z = Math.ceil(groups / MAX_GROUPS);
  return [Math.ceil(groups / z), perRow, z];
}
