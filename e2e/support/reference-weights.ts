// Brings a safetensors file and the oracle together: every weight of a graph, widened without loss.

import { isWeightDtype, toFloat32 } from '../../src/checkpoint/dtypes.ts';
import type { TensorRange } from '../../src/checkpoint/safetensors.ts';
import type { StoredRows } from '../../src/gpu/layout.ts';
import { defined } from '../../src/lib/assert.ts';
import { matchWeights } from '../../src/model/checkpoint.ts';
import type { Graph } from '../../src/model/ir/graph.ts';
import { tensor } from '../../src/model/ir/recipe.ts';
import { type ReferenceWeights, weight } from '../../src/reference/weights.ts';
import { tensorsOf } from './golden.ts';

export interface WeightsInFile {
  readonly weightsFile: Uint8Array;
  readonly tensors?: ReadonlyMap<string, TensorRange>;
}

/** Tensors by the names in the graph's recipes, as they lie in the file. Throws as `matchWeights` and the parser do. */
export function referenceWeights(graph: Graph, { weightsFile, tensors }: WeightsInFile): ReferenceWeights {
  const ranges = tensors ?? tensorsOf(weightsFile);
  const weights = new Map<string, Float32Array>();
  for (const [weight, name] of matchWeights(graph, ranges).tensorOf) {
    const range = ranges.get(name);
    if (range === undefined || !isWeightDtype(range.dtype)) throw new Error(`tensor ${name} cannot be read`);
    weights.set(weight, toFloat32(weightsFile.subarray(range.begin, range.end), range.dtype));
  }
  return weights;
}

/** The graph and its weights as they are once stored so, each a tensor of its own name; and the bytes of the matrices. */
export function asStored(
  graph: Graph,
  tensors: ReferenceWeights,
  storageOf: (name: string) => readonly StoredRows[],
): { readonly graph: Graph; readonly weights: ReferenceWeights; readonly bytes: number } {
  const weights = new Map<string, Float32Array>();
  let bytes = 0;
  for (const { name, shape, from } of graph.weights) {
    const numbers = Float32Array.from(weight(from, tensors));
    const [, cols] = shape;
    for (const { row0, rows, storage } of cols === undefined ? [] : storageOf(name)) {
      const part = numbers.subarray(row0 * (cols ?? 1), (row0 + rows) * (cols ?? 1));
      const packed = storage.pack(defined(storage.quantise, storage.name)(part), cols ?? 1);
      part.set(storage.dequantise(packed, cols ?? 1));
      bytes += packed.length;
    }
    weights.set(name, numbers);
  }
  const specs = graph.weights.map(spec => ({ ...spec, from: tensor(spec.name, spec.shape) }));
  return { graph: { ...graph, weights: specs }, weights, bytes };
}
