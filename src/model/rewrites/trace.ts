// The way of a position through the model: which values of the graph are its stations.
import { defined } from '../../lib/assert.ts';
import { mlpActivation } from '../ir/anatomy.ts';
import type { EmbeddingOp, Graph, ValueName } from '../ir/graph.ts';
import { residualStream } from './lens.ts';

export interface TraceValues {
  /** Row of the token's id in the embedding matrix, and of its position; null where a model has none. */
  readonly embedding: ValueName;
  readonly positional: ValueName | null;
  /** The residual stream after the embedding and after each layer, in order. */
  readonly residual: readonly ValueName[];
  /** What each layer's attention and MLP add to it, in order. */
  readonly attention: readonly ValueName[];
  readonly mlp: readonly ValueName[];
  /** What each MLP's activation reads and what it makes of it, in order; where it is gated, gate and what it lets through side by side, and their product. */
  readonly before: readonly ValueName[];
  readonly after: readonly ValueName[];
}

/** The values of a plain graph to keep: none of them may be folded away. */
export function traceValues(graph: Graph): TraceValues {
  const byIndex = (index: EmbeddingOp['index']) =>
    graph.ops.find((op): op is EmbeddingOp => op.op === 'embedding' && op.index === index)?.out;
  const activations = graph.roles.layers.map((_, layer) => mlpActivation(graph, layer));
  return {
    embedding: defined(byIndex('id'), 'an embedding of ids'),
    positional: byIndex('position') ?? null,
    residual: residualStream(graph),
    attention: graph.roles.layers.map(({ attention }) => attention),
    mlp: graph.roles.layers.map(({ mlp }) => mlp),
    before: activations.map(({ x }) => x),
    after: activations.map(({ out }) => out),
  };
}
