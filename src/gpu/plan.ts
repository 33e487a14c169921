// From a graph to the list of dispatches that runs it: pure, so that it can be read, compared and tested without a GPU.
//
// T rows of this step · C channels · V vocab. How an op is planned stands in its file in kernels/.
import { defined } from '../lib/assert.ts';
import type { Allocation } from '../model/ir/allocate.ts';
import type { Graph, Op } from '../model/ir/graph.ts';
import { pairAt } from '../model/ir/pairs.ts';
import type { BufferRef, Dispatch, PlanContext, PlanOptions } from './dispatch.ts';
import { planPieces } from './kernels/draw.ts';
import { headProduct, planHeadRow } from './kernels/head.ts';
import { planMatrix } from './kernels/linear.ts';
import { PLANNERS, planPair } from './kernels/registry.ts';
import { stride4, type WeightLayouts } from './layout.ts';
import { soundPlan, variantOf } from './variants.ts';

/** Ops that are planned together, one or a pair, and the dispatches that run them. */
export interface PlannedOps {
  readonly ops: readonly Op[];
  readonly dispatches: readonly Dispatch[];
}

/** The dispatches that take token ids to final states, in order, with the ops they run. `graph` is fused or plain; both run. */
export function planOps(
  graph: Graph,
  weights: WeightLayouts,
  allocation: Allocation,
  options: PlanOptions,
): PlannedOps[] {
  const context: PlanContext = { ...options, graph, weights, allocation };
  const planned = new Set<Op>();
  return graph.ops.flatMap((op, at) => {
    if (planned.has(op)) return [];
    const pair = options.pairs ? pairAt(graph.ops, at) : null;
    const inOne = (c: PlanContext) => (pair ? [planPair(c, pair)].filter(each => each !== null) : []);
    const [dispatch] = soundPlan(context, inOne);
    if (!pair || !dispatch) return [{ ops: [op], dispatches: soundPlan(context, c => planOp(c, op)) }];
    planned.add(pair.second);
    return [{ ops: [pair.first, pair.second], dispatches: [dispatch] }];
  });
}

/** The dispatches of `planOps` alone. */
export function planBody(
  graph: Graph,
  weights: WeightLayouts,
  allocation: Allocation,
  options: PlanOptions,
): Dispatch[] {
  return planOps(graph, weights, allocation, options).flatMap(({ dispatches }) => dispatches);
}

/** What the head reads: the final states, found by slot, unless another buffer [T, C] is named. */
export interface HeadUse {
  readonly x?: BufferRef;
  readonly logits: string;
  /** Of one row: its logits are also reduced to the pieces that a draw goes by, where a kernel does both. */
  readonly pieces?: boolean;
}

/** The dispatches that take states to logits [T, V]. */
export function planHead(graph: Graph, weights: WeightLayouts, options: PlanOptions, use: HeadUse): Dispatch[] {
  const context: PlanContext = { ...options, graph, weights, allocation: { buffers: [], bufferOf: {} } };
  const matrix = defined(weights.matrices.get(graph.head), graph.head);
  const head = {
    label: 'head',
    x: use.x ?? { buffer: 'final' },
    xBySlot: use.x === undefined,
    output: { buffer: use.logits },
    stride: stride4(matrix.rows),
    logits: graph.logits,
  };
  const product = use.pieces ? headProduct(matrix) : null;
  if (!product) return soundPlan(context, c => planMatrix(c, matrix, head));
  return soundPlan(context, c => {
    const alone = planMatrix(c, matrix, { ...head, product });
    const reduced = planHeadRow(c, matrix, product, use.logits);
    if (!reduced || c.off?.has(variantOf(reduced))) return alone;
    return [{ ...reduced, apart: [...alone, planPieces(c.kernelClass, use.logits)] }];
  });
}

function planOp<K extends Op['op']>(context: PlanContext, op: Extract<Op, { op: K }>): Dispatch[] {
  return PLANNERS[op.op](context, op);
}
