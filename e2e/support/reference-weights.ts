// Brings a safetensors file and the oracle together: every weight of a graph, widened without loss.

import { isWeightDtype, toFloat32 } from '../../src/checkpoint/dtypes.ts';
import type { TensorRange } from '../../src/checkpoint/safetensors.ts';
import { matchWeights } from '../../src/model/checkpoint.ts';
import type { Graph } from '../../src/model/ir/graph.ts';
import type { ReferenceWeights } from '../../src/reference/weights.ts';
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
