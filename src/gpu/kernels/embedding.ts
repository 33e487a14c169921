// embedding: rows of a table by token id or by position, and a residual once fused.
import { defined } from '../../lib/assert.ts';
import type { EmbeddingOp } from '../../model/ir/graph.ts';
import { type Dispatch, type PlanContext, perRow, UNUSED, valueRef } from '../dispatch.ts';
import { kernel, reads, writes } from './kernel.ts';

const embedding = kernel('embedding', {
  parts: ['step', 'weights'],
  bindings: [...reads('current', 'weights', 'residual'), ...writes('output')],
  consts: {
    WORKGROUP: 'u32',
    ROWS: 'u32',
    K4: 'u32',
    ROW0: 'u32',
    BY_POSITION: 'bool',
    FACTOR: 'f32',
    HAS_RESIDUAL: 'bool',
  },
});

export const kernels = [embedding];

export function planEmbedding(c: PlanContext, op: EmbeddingOp): Dispatch[] {
  const matrix = defined(c.weights.matrices.get(op.table), op.table);
  const K4 = matrix.stride / 4;
  return matrix.parts.map(({ row0, rows, storage }, part) => ({
    label: `${op.table} (embedding)`,
    kernel: embedding,
    storage,
    consts: {
      WORKGROUP: 64,
      ROWS: rows,
      K4,
      ROW0: row0,
      BY_POSITION: op.index === 'position',
      FACTOR: op.scale ?? 1,
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
