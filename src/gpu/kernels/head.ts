// head_row: the head of one row with the reduction of its logits that a draw goes by, in one dispatch.

import { type Dispatch, type PlanContext, UNUSED, vectorRef } from '../dispatch.ts';
import { piecesOf } from '../draw-record.ts';
import type { MatrixLayout } from '../layout.ts';
import { byWholeUnits } from '../storage/storage.ts';
import { type KernelSpec, reads, writes } from './kernel.ts';
import { teamKernels } from './products.ts';
import { teamOf, teamWork } from './team.ts';

const SPEC: KernelSpec = {
  parts: ['step', 'weights', 'cap', 'draw_setting', 'head_piece'],
  bindings: [
    ...reads('current', 'weights', 'x', 'bias'),
    ...writes('output'),
    ...reads('setting'),
    ...writes('pieces'),
  ],
  consts: {
    WORKGROUP: 'u32',
    ROWS: 'u32',
    K4: 'u32',
    HAS_BIAS: 'bool',
    FACTOR: 'f32',
    SOFTCAP: 'f32',
    PIECES: 'u32',
    TOGETHER: 'u32',
  },
};
const HEAD_ROW = teamKernels('head', SPEC);

export const kernels = Object.values(HEAD_ROW);

/** Whether a head's dispatches leave what `draw_pieces` makes of its logits. */
export const leavesPieces = (head: readonly Dispatch[]): boolean => head.some(each => kernels.includes(each.kernel));

/**
 * The head of one row, whose final state is found by slot, to `logits` and to the pieces of a draw. Null for a matrix in parts, which have ids of a piece
 * in several, and for adapters that are CPUs: a dispatch costs nothing there, and kernels without barriers have no teams.
 */
export function planHeadRow(c: PlanContext, matrix: MatrixLayout, logits: string): Dispatch | null {
  const [part, ...more] = matrix.parts;
  if (part === undefined || more.length > 0 || c.kernelClass === 'naive' || c.kernelClass === 'barrier_free')
    return null;
  const { bias, scale = 1, softcap = 0 } = c.graph.logits;
  const storage = byWholeUnits(part.storage, matrix.stride);
  const product = { op: 'linear', outputs: part.rows, stride: matrix.stride, storage } as const;
  const { kernel, sizes } = teamWork(c, product, HEAD_ROW);
  const { WORKGROUP, CLUSTER } = teamOf(c, product);
  const pieces = piecesOf(part.rows);
  const teams = WORKGROUP / CLUSTER;
  const together = clustersOfPiece(teams, part.rows / pieces);
  return {
    label: `head (${kernel.name})`,
    kernel,
    storage,
    consts: {
      ...sizes,
      ROWS: part.rows,
      K4: matrix.stride / 4,
      HAS_BIAS: bias !== undefined,
      FACTOR: scale,
      SOFTCAP: softcap,
      PIECES: pieces,
      TOGETHER: together,
    },
    bind: [
      { buffer: c.step },
      { buffer: `weight/${matrix.name}/0` },
      { buffer: 'final' },
      bias === undefined ? UNUSED : vectorRef(c, bias),
      { buffer: logits },
      { buffer: 'draw/setting' },
      { buffer: 'draw/pieces' },
    ],
    grid: [Math.ceil((pieces * together) / teams), 1, 1],
  };
}

/** As many as have four ids each, of the clusters of a workgroup: a power of two. */
function clustersOfPiece(teams: number, ids: number): number {
  let together = 1;
  while (2 * together <= teams && 8 * together <= Math.ceil(ids / 4) * 4) together *= 2;
  return together;
}
