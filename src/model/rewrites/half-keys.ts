// Keys and values in half the memory: the same graph, kept as packed f16.
import type { Graph } from '../ir/graph.ts';

/** The graph with keys and values as they are asked for. An odd number of them has no packing and stays f32. */
export function withKv(graph: Graph, kv: 'f16' | undefined): Graph {
  const { n_kv_head, head_size } = graph.dims;
  return kv === undefined || (n_kv_head * head_size) % 2 !== 0 ? graph : { ...graph, kv };
}
