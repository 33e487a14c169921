// head_row: the head of one row with the reduction of its logits that a draw goes by, in one dispatch.

import { type Choosing, type Dispatch, type PlanContext, UNUSED, vectorRef } from '../dispatch.ts';
import { piecesOf } from '../draw-record.ts';
import type { MatrixLayout } from '../layout.ts';
import type { Product, Team } from '../product.ts';
import { byWholeUnits } from '../storage/storage.ts';
import { type KernelSpec, reads, writes } from './kernel.ts';
import { teamKernels } from './products.ts';
import { teamOf, teamWork, type Work } from './team.ts';

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

/** The head as a product of one row that a team reduces; null for a matrix in parts, which have ids of a piece in several. */
export function headProduct(matrix: MatrixLayout): Product | null {
  const [part, ...more] = matrix.parts;
  if (part === undefined || more.length > 0) return null;
  const storage = byWholeUnits(part.storage, matrix.stride);
  return { op: 'head', outputs: part.rows, stride: matrix.stride, storage };
}

/** The kernel of a head by a team, with its sizes and its grid. */
export function headWork(c: Choosing, product: Product, team: Team): Work {
  const { kernel, sizes } = teamWork(c, product, HEAD_ROW, team);
  const pieces = piecesOf(product.outputs);
  const teams = team.WORKGROUP / team.CLUSTER;
  const together = powerOfTwo(Math.min(teams, Math.ceil(product.outputs / pieces / 4)));
  return {
    kernel,
    sizes: { ...sizes, PIECES: pieces, TOGETHER: together },
    grid: [Math.ceil((pieces * together) / teams), 1, 1],
    product,
  };
}

/** The largest that is no larger. */
const powerOfTwo = (most: number): number => 2 ** Math.floor(Math.log2(most));

/**
 * The head of one row, whose final state is found by slot, to `logits` and to the pieces of a draw. Null where that is measured to be slower than two
 * dispatches, and for adapters that are CPUs: a dispatch costs nothing there, and kernels without barriers have no teams.
 */
export function planHeadRow(c: PlanContext, matrix: MatrixLayout, product: Product, logits: string): Dispatch | null {
  if (c.kernelClass === 'naive' || c.kernelClass === 'barrier_free') return null;
  const team = teamOf(c, product);
  if (team.apart) return null;
  const { sizes, ...work } = headWork(c, product, team);
  const { bias, scale = 1, softcap = 0 } = c.graph.logits;
  return {
    label: `head (${work.kernel.name})`,
    ...work,
    storage: product.storage,
    consts: {
      ...sizes,
      ROWS: product.outputs,
      K4: matrix.stride / 4,
      HAS_BIAS: bias !== undefined,
      FACTOR: scale,
      SOFTCAP: softcap,
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
  };
}
