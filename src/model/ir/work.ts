// How much arithmetic one token takes: multiply-adds with the weights, which are always the same, and with cached keys and values, which grow.
import { defined } from '../../lib/assert.ts';
import type { Graph, WeightSpec } from './graph.ts';
import { elements } from './size.ts';

/** Multiply-adds of one row. Norms, activations and sums are a thousandth of it and left out. */
export interface TokenWork {
  /** With the matrices of the layers: each weight is used once. */
  readonly body: number;
  /** With the head, V * C; needed only for a row whose logits are asked for. */
  readonly head: number;
  /** Of attention, for every position it looks at: q · k and weight * v, over all layers and heads. */
  readonly attention: number;
}

export function workOf(graph: Graph): TokenWork {
  const size = new Map(graph.weights.map((spec: WeightSpec) => [spec.name, elements(spec)]));
  let body = 0;
  let attention = 0;
  for (const op of graph.ops) {
    if (op.op === 'linear') body += defined(size.get(op.weight), op.weight);
    if (op.op === 'attention') attention += 2 * op.q.width;
    // Three walks over the matrix of each head, whatever came before.
    if (op.op === 'delta_rule') body += 3 * op.heads.value_heads * op.heads.key_size * op.heads.value_size;
  }
  return { body, head: defined(size.get(graph.head), graph.head), attention };
}
