// From a graph to the list of dispatches that runs it: pure, so that it can be read, compared and tested without a GPU.
//
// T rows of this step · C channels · V vocab. How an op is planned stands in its file in kernels/.
import { defined } from '../lib/assert.ts';
import { type Allocation, allocateValues } from '../model/ir/allocate.ts';
import type { Graph, Op } from '../model/ir/graph.ts';
import type { BufferRef, Choosing, Dispatch, PlanContext, PlanOptions } from './dispatch.ts';
import { planMatrix } from './kernels/linear.ts';
import { pairAt, planPair } from './kernels/linear_gated.ts';
import { PLANNERS } from './kernels/registry.ts';
import { stride4, type WeightLayouts } from './layout.ts';

/** The dispatches that take token ids to final states, in order. `graph` is fused or plain; both run. */
export function planBody(
  graph: Graph,
  weights: WeightLayouts,
  allocation: Allocation,
  options: PlanOptions,
): Dispatch[] {
  const context: PlanContext = { ...options, graph, weights, allocation };
  const joined = new Map<Op, Dispatch | null>();
  if (options.pairs) {
    graph.ops.forEach((_, at) => {
      const pair = pairAt(graph, at);
      const matrix = pair && weights.matrices.get(pair.linear.weight);
      const dispatch = pair && matrix && planPair(context, pair.linear, pair.gated, matrix);
      if (dispatch) joined.set(pair.linear, dispatch).set(pair.gated, null);
    });
  }
  return graph.ops.flatMap(op => {
    const own = joined.get(op);
    return own === undefined ? planOp(context, op) : own === null ? [] : [own];
  });
}

/** What the head reads: the final states, found by slot, unless another buffer [T, C] is named. */
export interface HeadUse {
  readonly x?: BufferRef;
  readonly logits: string;
}

/** The dispatches that take states to logits [T, V]. */
export function planHead(graph: Graph, weights: WeightLayouts, options: PlanOptions, use: HeadUse): Dispatch[] {
  const context: PlanContext = { ...options, graph, weights, allocation: { buffers: [], bufferOf: {} } };
  const matrix = defined(weights.matrices.get(graph.head), graph.head);
  return planMatrix(context, matrix, {
    label: 'head',
    x: use.x ?? { buffer: 'final' },
    xBySlot: use.x === undefined,
    output: { buffer: use.logits },
    stride: stride4(matrix.rows),
    logits: graph.logits,
  });
}

/** The dispatches of a token, body and head, on the session's buffers. `graph` is fused. */
export function planToken(graph: Graph, weights: WeightLayouts, choosing: Choosing): Dispatch[] {
  const plan = { ...choosing, rows: 'row' } as const;
  const body = planBody(graph, weights, allocateValues(graph), { ...plan, step: 'step/row', pairs: true });
  return [...body, ...planHead(graph, weights, { ...plan, step: 'step/head' }, { logits: 'logits' })];
}

function planOp<K extends Op['op']>(context: PlanContext, op: Extract<Op, { op: K }>): Dispatch[] {
  return PLANNERS[op.op](context, op);
}
