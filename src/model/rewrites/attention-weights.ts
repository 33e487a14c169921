// Attention as numbers to look at: the weights of chosen layers become values of the graph.
import type { AttentionOp, AttentionWeightsOp, Graph, Op, ValueName } from '../ir/graph.ts';

export interface AttentionGraph {
  readonly graph: Graph;
  /** By layer, the value [T, NH * columns] that holds its weights: keep these. */
  readonly weights: ReadonlyMap<number, ValueName>;
}

/**
 * The same model with an `attention_weights` beside the attention of each layer in `layers` (all of them unless given), for rows of texts of up
 * to `columns` tokens.
 */
export function withAttention(graph: Graph, columns: number, layers?: readonly number[]): AttentionGraph {
  const weights = new Map<number, ValueName>();
  const ops = graph.ops.flatMap((op): Op[] => {
    if (op.op !== 'attention' || (layers && !layers.includes(op.layer))) return [op];
    const beside = weightsOf(op, columns);
    weights.set(op.layer, beside.out);
    return [beside, op];
  });
  const width = graph.dims.n_head * columns;
  const widths = { ...graph.widths, ...Object.fromEntries([...weights.values()].map(value => [value, width])) };
  return { graph: { ...graph, ops, widths }, weights };
}

function weightsOf(attention: AttentionOp, columns: number): AttentionWeightsOp {
  return { ...attention, op: 'attention_weights', columns, out: `${attention.out}.weights` };
}

/** The part of a graph that makes `value`: its ops up to the one that writes it. */
export function upTo(graph: Graph, value: ValueName): Graph {
  const at = graph.ops.findIndex(op => 'out' in op && op.out === value);
  return { ...graph, ops: graph.ops.slice(0, at + 1) };
}
