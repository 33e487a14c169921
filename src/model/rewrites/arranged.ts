// A graph for a checkpoint whose tensors lie otherwise than its family's: turned, in another order of rows, norms with their 1.
import type { Graph, Op } from '../ir/graph.ts';
import { permute, type Recipe, type TensorRecipe, tensor } from '../ir/recipe.ts';

/** How tensors lie, by their names in the family. */
export interface Arranged {
  /** Pairs of a head that turn together are neighbours. */
  readonly interleaved: boolean;
  /** Norms hold 1 + w. */
  readonly wholeNorms: boolean;
  /** Value heads of the delta rule are tiled, and `A_log` holds -exp of it. */
  readonly tiledDelta: boolean;
  /** True for a matrix that lies as [out, in] where the family has [in, out]. */
  turned(name: string): boolean;
  /** Row i of the family's tensor is row `order[i]` of the stored one; null where rows lie as they do there. */
  order(name: string, rows: number): readonly number[] | null;
}

/** The same numbers from tensors that lie so. */
export function withArrangement(graph: Graph, arranged: Arranged): Graph {
  const weights = graph.weights.map(spec => ({ ...spec, from: rearranged(spec.from, arranged) }));
  return { ...graph, weights, ops: graph.ops.map(op => opOf(op, arranged)) };
}

function opOf(op: Op, { interleaved, wholeNorms, tiledDelta }: Arranged): Op {
  if (op.op === 'rotary' && interleaved) return { ...op, interleaved: true };
  if (op.op === 'rmsnorm' && wholeNorms) return { ...op, plusOne: false };
  if (op.op === 'delta_rule' && tiledDelta) return { ...op, negated: true, heads: { ...op.heads, tiled: true } };
  return op;
}

function rearranged(recipe: Recipe, arranged: Arranged): Recipe {
  switch (recipe.make) {
    case 'tensor':
      return ordered(recipe, arranged);
    case 'transpose': {
      const { name, shape } = recipe.of;
      const [inner, outer] = shape;
      return outer !== undefined && arranged.turned(name) ? tensor(name, [outer, inner]) : recipe;
    }
    case 'concat':
      return { ...recipe, parts: recipe.parts.map(part => rearranged(part, arranged)) };
    case 'permute':
    case 'rows':
      return { ...recipe, of: rearranged(recipe.of, arranged) };
    default:
      return recipe satisfies never;
  }
}

function ordered(leaf: TensorRecipe, { order }: Arranged): Recipe {
  const rows = order(leaf.name, leaf.shape[0]);
  return rows === null ? leaf : permute(leaf, rows);
}
