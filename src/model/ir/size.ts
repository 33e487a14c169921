// How large a model is, before a byte of it is loaded: parameters, and bytes on the GPU.

import { mostOf } from '../../lib/most.ts';
import { fuse } from '../rewrites/fuse.ts';
import { allocateValues } from './allocate.ts';
import type { Graph, WeightSpec } from './graph.ts';

/** Numbers in a tensor. */
export function elements(spec: WeightSpec): number {
  return spec.shape.reduce<number>((product, size) => product * size, 1);
}

/** Numbers that were trained; a tied head counts once. */
export function parameterCount(graph: Graph): number {
  return graph.weights.reduce((sum, spec) => sum + elements(spec), 0);
}

export interface SizeOptions {
  /** Bytes of one number of a matrix as stored on the GPU: 4 for f32, 2 for f16 and bf16. Vectors are f32 always. */
  readonly bytesPerWeight: number;
  /** Slots of the KV pool, one per cached position. */
  readonly kvSlots: number;
  /** Most rows of one step: the length of a prefill chunk. */
  readonly rows: number;
}

/** Bytes on the GPU by purpose. Staging and uniform buffers, some hundred KiB, are not in it. */
export interface SizeEstimate {
  readonly weights: number;
  /** Keys, values and final states. */
  readonly kv: number;
  /** Values between ops, with their buffers shared, and one row of logits. */
  readonly values: number;
  readonly total: number;
  /** The largest single matrix: what has to be split if a binding is smaller. */
  readonly largestMatrix: number;
}

export function estimateBytes(graph: Graph, { bytesPerWeight, kvSlots, rows }: SizeOptions): SizeEstimate {
  const { n_layer, n_kv_head, head_size, n_embd, vocab_size } = graph.dims;
  const bytes = (spec: WeightSpec) => elements(spec) * (spec.layout === 'vector' ? 4 : bytesPerWeight);
  const weights = graph.weights.reduce((sum, spec) => sum + bytes(spec), 0);
  const kv = kvSlots * (2 * n_layer * n_kv_head * head_size + n_embd) * 4;
  const widths = allocateValues(fuse(graph)).slots.reduce((sum, slot) => sum + slot.width, 0);
  const values = (rows * widths + vocab_size) * 4;
  const largestMatrix = mostOf(graph.weights.filter(spec => spec.layout !== 'vector').map(bytes), 0);
  return { weights, kv, values, total: weights + kv + values, largestMatrix };
}
