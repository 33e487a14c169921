// linear: products with a matrix and what fusion added to them; one dispatch a part of the matrix.
import { assert, defined } from '../../lib/assert.ts';
import type { LinearOp, LogitsRule } from '../../model/ir/graph.ts';
import {
  type BufferRef,
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
import type { MatrixLayout } from '../layout.ts';
import type { Product } from '../product.ts';
import { byWholeUnits } from '../storage/storage.ts';
import { ACTIVATION_CODES } from './activation.ts';
import { type KernelSpec, kernel, reads, writes } from './kernel.ts';
import { foldGroups, type TeamKernels, teamWork, type Work } from './team.ts';

const SPEC = {
  parts: ['step', 'weights', 'activations', 'cap', 'cache', 'epilogue'],
  bindings: [...reads('current', 'weights', 'x', 'bias', 'residual'), ...writes('output', 'kv')],
  consts: {
    ROWS: 'u32',
    K4: 'u32',
    ROW0: 'u32',
    X_BY_SLOT: 'bool',
    OUT_STRIDE: 'u32',
    HAS_BIAS: 'bool',
    ACTIVATION: 'u32',
    FACTOR: 'f32',
    SOFTCAP: 'f32',
    HAS_RESIDUAL: 'bool',
    HAS_KV: 'bool',
    KV_FROM: 'u32',
    KV_STRIDE: 'u32',
    KV_F16: 'bool',
  },
} as const satisfies KernelSpec;
const SIZED: KernelSpec = { ...SPEC, consts: { ...SPEC.consts, WORKGROUP: 'u32' } };
const EIGHT_OUTPUTS: KernelSpec = { ...SIZED, parts: [...SIZED.parts, 'x_rows', 'eight_outputs'] };
const FEW_ROWS: KernelSpec = { ...SIZED, parts: [...SIZED.parts, 'x_rows', 'few_rows'] };
const linearNaive = kernel('linear_naive', SIZED);
const linearRow = kernel('linear_row', SIZED);
const linearRowWorkgroup = kernel('linear_row_workgroup', fourRows(SIZED, 'workgroup'));
const linearRowCluster = kernel('linear_row_cluster', fourRows(SIZED, 'cluster'));
const linearFew = kernel('linear_few', EIGHT_OUTPUTS);
const linearFewWorkgroup = kernel('linear_few_workgroup', FEW_ROWS);
const linearFewSubgroup = kernel('linear_few_subgroup', { ...FEW_ROWS, enable: 'subgroups' });
const linearTile = kernel('linear_tile', EIGHT_OUTPUTS);
const linearTileWorkgroup = kernel('linear_tile_workgroup', SPEC);

export const kernels = [
  linearNaive,
  linearRow,
  linearRowWorkgroup,
  linearRowCluster,
  linearFew,
  linearFewWorkgroup,
  linearFewSubgroup,
  linearTile,
  linearTileWorkgroup,
];

/** By which a team makes four outputs of a row. */
export const ROW_KERNELS: TeamKernels = {
  workgroup: linearRowWorkgroup,
  cluster: linearRowCluster,
};

/** `spec` with products of four rows, in units, by a team. */
export function fourRows(spec: KernelSpec, by: keyof TeamKernels): KernelSpec {
  const parts = spec.parts.map(part => (part === 'weights' ? 'units' : part));
  return {
    ...spec,
    parts: [...parts, 'four_rows', `four_rows_${by}`],
    consts: { ...spec.consts, CLUSTER: 'u32' },
    ...(by === 'cluster' && { enable: 'subgroups' }),
  };
}

export function planLinear(c: PlanContext, op: LinearOp): Dispatch[] {
  assert(op.out !== c.graph.final, 'linear does not write the final states');
  const matrix = defined(c.weights.matrices.get(op.weight), op.weight);
  return planMatrix(c, matrix, {
    label: op.weight.replace(/\.weight$/, ''),
    x: valueRef(c, op.x),
    xBySlot: false,
    output: valueRef(c, op.out),
    stride: strideOfValue(c, op.out),
    op,
  });
}

export interface MatrixUse {
  readonly label: string;
  readonly x: BufferRef;
  readonly xBySlot: boolean;
  readonly output: BufferRef;
  readonly stride: number;
  readonly op?: LinearOp;
  /** What becomes of the product where it is the head's. */
  readonly logits?: LogitsRule;
}

/** One dispatch a part of the matrix. */
export function planMatrix(c: PlanContext, matrix: MatrixLayout, use: MatrixUse): Dispatch[] {
  const { op, logits } = use;
  const bias = op?.bias ?? logits?.bias;
  return matrix.parts.map(({ row0, rows, storage: stored }, part) => {
    const storage = byWholeUnits(stored, matrix.stride);
    const {
      kernel: chosen,
      sizes,
      ...rest
    } = variant(c, { op: 'linear', outputs: rows, stride: matrix.stride, storage });
    return {
      label: `${use.label} (${chosen.name})`,
      kernel: chosen,
      storage,
      consts: {
        ...sizes,
        ROWS: rows,
        K4: matrix.stride / 4,
        ROW0: row0,
        X_BY_SLOT: use.xBySlot,
        OUT_STRIDE: use.stride,
        HAS_BIAS: bias !== undefined,
        ACTIVATION: op?.activation === undefined ? 0 : ACTIVATION_CODES[op.activation],
        FACTOR: op?.scale ?? logits?.scale ?? 1,
        SOFTCAP: logits?.softcap ?? 0,
        HAS_RESIDUAL: op?.residual !== undefined,
        HAS_KV: op?.kv !== undefined,
        KV_FROM: op?.kv?.from ?? 0,
        KV_STRIDE: op?.kv === undefined ? 0 : kvStride(c.graph),
        KV_F16: op?.kv !== undefined && c.graph.kv === 'f16',
      },
      bind: [
        { buffer: c.step },
        { buffer: `weight/${matrix.name}/${part}` },
        use.x,
        bias === undefined ? UNUSED : vectorRef(c, bias),
        op?.residual === undefined ? UNUSED : valueRef(c, op.residual),
        use.output,
        op?.kv === undefined ? UNUSED_WRITE : kvRef(op.kv.layer),
      ],
      ...rest,
    };
  });
}

/** The kernel of a linear op for an adapter and a number of rows, with its sizes and its grid for a part of the matrix. */
function variant(c: PlanContext, product: Product): Work {
  const { outputs } = product;
  switch (c.kernelClass) {
    case 'naive':
      return { kernel: linearNaive, sizes: { WORKGROUP: 64 }, grid: [Math.ceil(outputs / 64), perRow, 1] };
    case 'barrier_free':
      return BARRIER_FREE[c.rows](outputs);
    case 'workgroup':
    case 'subgroup':
      return onGpu(c, product);
    default:
      return c.kernelClass satisfies never;
  }
}

const BARRIER_FREE: Readonly<Record<PlanContext['rows'], (outputs: number) => Work>> = {
  row: n => ({ kernel: linearRow, sizes: { WORKGROUP: 8 }, grid: [Math.ceil(n / 64), perRow, 1] }),
  few: n => ({ kernel: linearFew, sizes: { WORKGROUP: 8 }, grid: [Math.ceil(n / 64), { rowsPer: 4 }, 1] }),
  tile: n => ({ kernel: linearTile, sizes: { WORKGROUP: 4 }, grid: [Math.ceil(n / 32), { rowsPer: 8 }, 1] }),
};

function onGpu(c: PlanContext, product: Product): Work {
  const { outputs } = product;
  switch (c.rows) {
    case 'row':
      return teamWork(c, product, ROW_KERNELS);
    case 'few': {
      const chosen = c.kernelClass === 'subgroup' ? linearFewSubgroup : linearFewWorkgroup;
      return { kernel: chosen, sizes: { WORKGROUP: 64 }, grid: foldGroups(outputs, 4, { rowsPer: 8 }) };
    }
    case 'tile':
      return { kernel: linearTileWorkgroup, sizes: {}, grid: [Math.ceil(outputs / 64), { rowsPer: 64 }, 1] };
    default:
      return c.rows satisfies never;
  }
}
