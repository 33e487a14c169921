// How large a model is, before a byte of it is loaded.

import type { Graph, WeightSpec } from './graph.ts';
import { tensorsOf } from './recipe.ts';

/** Numbers in a tensor. */
export function elements(spec: WeightSpec): number {
  return spec.shape.reduce<number>((product, size) => product * size, 1);
}

/** Numbers that were trained; a tied head, and a tensor that several weights are made of, count once. */
export function parameterCount(graph: Graph): number {
  const tensors = new Map(graph.weights.flatMap(({ from }) => tensorsOf(from)).map(tensor => [tensor.name, tensor]));
  return [...tensors.values()].reduce((sum, { shape: [rows, columns = 1] }) => sum + rows * columns, 0);
}
