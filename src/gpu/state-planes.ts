// The pool of running states on the GPU: a plane for each part of a state, a row a state, and how many rows there are.
import type { Graph } from '../model/ir/graph.ts';
import { stateRef, tailRef } from './dispatch.ts';
import { LEAST_STATES } from './state-cache.ts';

interface StatePlane {
  /** The name that plans use. */
  readonly label: string;
  /** Bytes of a row. */
  readonly rowBytes: number;
}

/** What a running state is; nothing for most models. */
export function statePlanes(graph: Graph): StatePlane[] {
  return graph.ops.flatMap((op): StatePlane[] => {
    if (op.op === 'state_conv')
      return [{ label: tailRef(op.layer).buffer, rowBytes: 4 * Math.max(1, (op.taps - 1) * op.x.width) }];
    if (op.op !== 'delta_rule') return [];
    const { value_heads, key_size, value_size } = op.heads;
    return [{ label: stateRef(op.layer).buffer, rowBytes: 4 * value_heads * key_size * value_size }];
  });
}

/** Bytes that running states may take together, and how many there are at most. */
const STATE_BYTES = 2 ** 28;
const MOST_STATES = 64;

/** Rows of the pool of states where no buffer may be larger than `limit` bytes; 0 for a model without any. */
export function stateRows(graph: Graph, limit: number): number {
  const planes = statePlanes(graph);
  if (planes.length === 0) return 0;
  const bytes = planes.reduce((sum, { rowBytes }) => sum + rowBytes, 0);
  const widest = planes.reduce((most, { rowBytes }) => Math.max(most, rowBytes), 0);
  const affordable = Math.max(LEAST_STATES, Math.min(MOST_STATES, Math.floor(STATE_BYTES / bytes)));
  return Math.min(affordable, Math.floor(limit / widest));
}
