// How large a model is, before a byte of it is loaded.

import type { Graph, WeightSpec } from './graph.ts';

/** Numbers in a tensor. */
export function elements(spec: WeightSpec): number {
  return spec.shape.reduce<number>((product, size) => product * size, 1);
}

/** Numbers that were trained; a tied head counts once. */
export function parameterCount(graph: Graph): number {
  return graph.weights.reduce((sum, spec) => sum + elements(spec), 0);
}
