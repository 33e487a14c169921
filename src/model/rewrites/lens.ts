// Logit lens: the residual stream after every layer through the model's own last norm, so that the head can read it.
// nostalgebraist 2020, "interpreting GPT: the logit lens".
import { assert, defined } from '../../lib/assert.ts';
import type { Graph, Op, ValueName } from '../ir/graph.ts';
import { renamed, valuesRead, valueWritten } from '../ir/ops.ts';

export interface LensGraph {
  readonly graph: Graph;
  /** What the head reads for the embedding and after each layer but the last, in order: keep these. The last is `graph.final`. */
  readonly taps: readonly ValueName[];
}

/** The residual stream, in order: after the embedding, then after each layer. */
export function residualStream({ roles }: Graph): ValueName[] {
  return [roles.embedded, ...roles.layers.map(({ residual }) => residual)];
}

/** The same model with the last norm applied to the residual stream before each layer, under the names `lens.0`, `lens.1`, ... */
export function withLens(graph: Graph): LensGraph {
  const stream = residualStream(graph);
  const last = defined(stream.pop(), 'the residual stream');
  const norm = opsBetween(graph, last, graph.final);
  const taps = stream.map((_, i) => `lens.${i}`);
  const widths = { ...graph.widths };
  const ops = stream.flatMap((x, i) => {
    // Each copy has values of its own.
    const copies = new Map(
      norm.map(valueWritten).map(value => [value, `lens.${i}${value === graph.final ? '' : `.${value}`}`]),
    );
    const named = (value: ValueName) => (value === last ? x : (copies.get(value) ?? value));
    for (const [value, copy] of copies) widths[copy] = defined(graph.widths[value ?? ''], 'a width');
    return norm.map(op => renamed(op, named, named));
  });
  return { graph: { ...graph, ops: [...graph.ops, ...ops], widths }, taps };
}

/** The ops that make `to` of `from` alone, in order. */
function opsBetween({ ops }: Graph, from: ValueName, to: ValueName): Op[] {
  const wanted = new Set([to]);
  const found = ops.toReversed().filter(op => {
    const written = valueWritten(op);
    if (written === null || written === from || !wanted.has(written)) return false;
    for (const value of valuesRead(op)) wanted.add(value);
    return true;
  });
  const whole = found.length > 0 && found.every(op => valuesRead(op).length > 0);
  assert(whole && wanted.has(from), `${to} is made of ${from} alone`);
  return found.reverse();
}
