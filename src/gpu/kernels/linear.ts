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
import { allOf, productKernels, productWork } from './products.ts';
import type { Work } from './team.ts';

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
const linearNaive = kernel('linear_naive', { ...SPEC, consts: { ...SPEC.consts, WORKGROUP: 'u32' } });
const PRODUCTS = productKernels('linear', SPEC, 'eight_outputs');

export const kernels = [linearNaive, ...allOf(PRODUCTS)];

/** By which a team makes four outputs of a row. */
export const ROW_KERNELS = PRODUCTS.team;

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
  /** What a team is chosen for, where that is not the product alone. */
  readonly product?: Product;
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
    } = variant(c, use.product ?? { op: 'linear', outputs: rows, stride: matrix.stride, storage });
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

function variant(c: PlanContext, product: Product): Work {
  const naive = { kernel: linearNaive, sizes: { WORKGROUP: 64 } };
  return productWork(c, product, PRODUCTS) ?? { ...naive, grid: [Math.ceil(product.outputs / 64), perRow, 1] };
}
