// Weights from tensors, recipe by recipe, slow and obvious: what the upload to the GPU is measured against.

import { assert, defined } from '../lib/assert.ts';
import { type Recipe, shapeOf } from '../model/ir/recipe.ts';
import { type Numbers, transpose } from './ops.ts';

/** Tensors by the names in the recipes of `graph.weights`, as they lie in the checkpoint. */
export type ReferenceWeights = ReadonlyMap<string, Numbers>;

/** The numbers of a weight, row by row. */
export function weight(recipe: Recipe, tensors: ReferenceWeights): Numbers {
  const [N, K = 1] = shapeOf(recipe);
  switch (recipe.make) {
    case 'tensor': {
      const stored = defined(tensors.get(recipe.name), `tensor ${recipe.name}`);
      assert(stored.length === N * K, `${recipe.name} has ${N * K} elements`);
      return stored;
    }
    case 'transpose':
      return transpose(weight(recipe.of, tensors), N, K);
    case 'concat':
      return Float64Array.from(recipe.parts.flatMap(part => [...weight(part, tensors)]));
    case 'permute': {
      const rows = weight(recipe.of, tensors);
      return Float64Array.from(recipe.order.flatMap(row => [...rows.subarray(row * K, (row + 1) * K)]));
    }
    case 'rows':
      return weight(recipe.of, tensors).slice(recipe.from * K, (recipe.from + N) * K);
    default:
      return recipe satisfies never;
  }
}
