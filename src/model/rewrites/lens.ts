// Logit lens: the residual stream after every layer through the model's own last norm, so that the head can read it.
// nostalgebraist 2020, "interpreting GPT: the logit lens".
import { assert, defined } from '../../lib/assert.ts';
import type { Graph, LayernormOp, ValueName } from '../ir/graph.ts';

export interface LensGraph {
  readonly graph: Graph;
  /** What the head reads for the embedding and after each layer but the last, in order: keep these. The last is `graph.final`. */
  readonly taps: readonly ValueName[];
}

/** The residual stream, in order: after the embedding, then after each layer. */
export function residualStream(graph: Graph): ValueName[] {
  const stream = ['embed', ...Array.from({ length: graph.dims.n_layer }, (_, layer) => `h.${layer}`)];
  for (const value of stream) defined(graph.widths[value], `the residual stream has ${value}`);
  return stream;
}

/** The same model with the last norm applied to the residual stream before each layer, under the names `lens.0`, `lens.1`, ... */
export function withLens(graph: Graph): LensGraph {
  const norm = graph.ops.find((op): op is LayernormOp => op.op === 'layernorm' && op.out === graph.final);
  assert(norm !== undefined, 'the final states come from a norm');
  const stream = residualStream(graph).slice(0, -1);
  const taps = stream.map((_, i) => `lens.${i}`);
  const norms = stream.map((x, i): LayernormOp => ({ ...norm, x, out: `lens.${i}` }));
  const widths = { ...graph.widths, ...Object.fromEntries(taps.map(tap => [tap, graph.dims.n_embd])) };
  return { graph: { ...graph, ops: [...graph.ops, ...norms], widths }, taps };
}
