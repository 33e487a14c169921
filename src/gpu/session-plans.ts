// The plans of a session: its body for a step of few rows, of few rows far into their texts, and of many; its head for a row, and for a tile with statistics.
import { type Allocation, allocateValues } from '../model/ir/allocate.ts';
import type { Graph } from '../model/ir/graph.ts';
import type { Gpu } from './device.ts';
import { type Choosing, choosing, type Dispatch, type PlanOptions } from './dispatch.ts';
import { OPEN_DRAW, settingWords } from './draw-record.ts';
import { growsLong, LONG_FROM } from './kernels/attention.ts';
import { planDraw } from './kernels/draw.ts';
import { leavesPieces } from './kernels/head.ts';
import { planStatistics } from './kernels/row_statistics.ts';
import type { WeightLayouts } from './layout.ts';
import { type PlannedOps, planHead, planOps } from './plan.ts';

/** Up to this many rows the matrix-vector kernels are used. */
export const ROW_LIMIT = 4;
/** Pieces a row of logits is cut into by row_statistics. */
export const STATISTIC_PARTS = 64;

type Device = Pick<Gpu, keyof Choosing>;

/** `row`: up to ROW_LIMIT rows, in the step buffer of that name; `long`: as many, from position LONG_FROM on; `tile`: more. */
export type BodyKind = 'row' | 'long' | 'tile';

/** The plans of a body that a model has: where texts stay short, `row` stands for `long`. */
export function bodyKinds({ kernelClass }: Device, { dims }: Graph): BodyKind[] {
  return kernelClass !== 'naive' && growsLong(dims) ? ['row', 'long', 'tile'] : ['row', 'tile'];
}

/** The plan that rows at these positions take, of a model that has them all. */
export function bodyKindOf(rows: readonly { readonly position: number }[]): BodyKind {
  if (rows.length > ROW_LIMIT) return 'tile';
  return rows.some(({ position }) => position >= LONG_FROM) ? 'long' : 'row';
}

/** `few`: up to 16 rows of several texts, the plan of a batch. */
export type PlanKind = BodyKind | 'few';

/** Of a batch: rows of several texts. */
export const fewOptions = (gpu: Device, step = 'batch/rows'): PlanOptions => ({
  ...choosing(gpu),
  rows: 'few',
  step,
  pairs: true,
});

/** The options of a plan of few rows or of many. */
function bodyOptions(gpu: Device, kind: PlanKind): PlanOptions {
  if (kind === 'few') return fewOptions(gpu);
  if (kind === 'tile') return { ...choosing(gpu), rows: 'tile', step: 'step/tile', pairs: true };
  return { ...choosing(gpu), rows: 'row', step: 'step/row', pairs: true, long: kind === 'long' };
}

/** Where a plan beside the session's keeps its values, and the buffer of its step. */
export interface OwnPlan {
  readonly allocation: Allocation;
  readonly step: string;
}

/** A plan of the body op by op, on values of its own where these are given. `graph` is fused. */
export function bodyPlan(
  gpu: Device,
  graph: Graph,
  weights: WeightLayouts,
  kind: PlanKind,
  own?: OwnPlan,
): PlannedOps[] {
  const options = bodyOptions(gpu, kind);
  const { allocation = allocateValues(graph), step = options.step } = own ?? {};
  return planOps(graph, weights, allocation, { ...options, step });
}

/** The head on one row's final states, found by slot, to `logits`, and to the pieces of a draw where it leaves them. */
export function headPlan(gpu: Device, graph: Graph, weights: WeightLayouts): Dispatch[] {
  return planHead(
    graph,
    weights,
    { ...bodyOptions(gpu, 'row'), step: 'step/head' },
    { logits: 'logits', pieces: true },
  );
}

/** The draw from the row that a head leaves. */
export const drawPlan = ({ kernelClass }: Device, head: readonly Dispatch[]): Dispatch[] =>
  planDraw(kernelClass, 'logits', leavesPieces(head));

/** The setting that a head and its reduction are measured with: without one the reduction would do nothing. */
export const anyDrawWords = ({ dims }: Graph): Uint32Array<ArrayBuffer> => settingWords(OPEN_DRAW, dims.vocab_size);

/** The dispatches of a token, body and head, by rule: what is measured begins with them. */
export function tokenPlan(gpu: Device, graph: Graph, weights: WeightLayouts): Dispatch[] {
  const ruled: Device = { kernelClass: gpu.kernelClass, lanes: gpu.lanes, off: gpu.off, tuned: new Map() };
  const body = bodyPlan(ruled, graph, weights, 'row').flatMap(({ dispatches }) => dispatches);
  return [...body, ...headPlan(ruled, graph, weights)];
}

/** The head on a tile of rows, and the statistics of each. */
export function scorePlan(gpu: Device, graph: Graph, weights: WeightLayouts): Dispatch[] {
  const options: PlanOptions = { ...bodyOptions(gpu, 'tile'), step: 'step/score' };
  const head = planHead(graph, weights, options, { logits: 'logits_tile' });
  return [...head, planStatistics(graph, options, 'logits_tile', 'statistics', STATISTIC_PARTS)];
}
