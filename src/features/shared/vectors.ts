// Vectors of the residual stream in numbers: lengths, directions, and what each layer adds.
//
// C channels · L layers · NH heads · S positions looked at
import type { EventOf } from '../../protocol/events.ts';

export function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] ?? 0) * (b[i] ?? 0);
  return sum;
}

/** Euclidean length. */
export function norm(vector: ArrayLike<number>): number {
  return Math.sqrt(dot(vector, vector));
}

/** Cosine of the angle between two vectors; NaN where one is zero. */
export function cosine(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const lengths = norm(a) * norm(b);
  return lengths === 0 ? Number.NaN : Math.min(1, Math.max(-1, dot(a, b) / lengths));
}

export function plus(a: ArrayLike<number>, b: ArrayLike<number>): Float64Array {
  return Float64Array.from({ length: a.length }, (_, i) => (a[i] ?? 0) + (b[i] ?? 0));
}

export function times(a: ArrayLike<number>, b: ArrayLike<number>): Float64Array {
  return Float64Array.from({ length: a.length }, (_, i) => (a[i] ?? 0) * (b[i] ?? 0));
}

/** The largest size of a number in any of the vectors. */
export function largest(vectors: readonly ArrayLike<number>[]): number {
  let most = 0;
  for (const vector of vectors) for (let i = 0; i < vector.length; i++) most = Math.max(most, Math.abs(vector[i] ?? 0));
  return most;
}

/** The stream in numbers; index 0 is the embedding, i the stream after layer i. [L + 1] each. */
export interface StreamFacts {
  readonly norms: readonly number[];
  /** Length of what attention and MLP of layer i added; NaN at 0. */
  readonly attention: readonly number[];
  readonly mlp: readonly number[];
  /** Cosine between the stream and its last state. */
  readonly cosines: readonly number[];
}

export function streamFacts({ residual, attention, mlp, embedding }: EventOf<'traced'>): StreamFacts {
  const C = embedding.length;
  const row = (rows: Float32Array, i: number) => rows.subarray(i * C, (i + 1) * C);
  const L = attention.length / C;
  const states = Array.from({ length: L + 1 }, (_, i) => row(residual, i));
  const last = row(residual, L);
  const added = (rows: Float32Array) => [Number.NaN, ...Array.from({ length: L }, (_, i) => norm(row(rows, i)))];
  return {
    norms: states.map(norm),
    attention: added(attention),
    mlp: added(mlp),
    cosines: states.map(state => cosine(state, last)),
  };
}

/** How far the last state is from the embedding plus all additions: the largest difference of a number. Rounding, nothing else. */
export function sumGap({ residual, attention, mlp, embedding }: EventOf<'traced'>): number {
  const C = embedding.length;
  const L = attention.length / C;
  let gap = 0;
  for (let c = 0; c < C; c++) {
    let sum = residual[c] ?? 0;
    for (let layer = 0; layer < L; layer++) sum += (attention[layer * C + c] ?? 0) + (mlp[layer * C + c] ?? 0);
    gap = Math.max(gap, Math.abs(sum - (residual[L * C + c] ?? 0)));
  }
  return gap;
}

/** The largest addition to the stream: by which part of which layer (from 1). */
export function largestAddition(facts: StreamFacts): { layer: number; part: 'attention' | 'MLP'; norm: number } | null {
  const all = (['attention', 'MLP'] as const).flatMap(part =>
    (part === 'MLP' ? facts.mlp : facts.attention).map((length, layer) => ({ layer, part, norm: length })),
  );
  return all
    .filter(each => each.norm > 0)
    .reduce<(typeof all)[number] | null>((best, each) => (best === null || each.norm > best.norm ? each : best), null);
}
