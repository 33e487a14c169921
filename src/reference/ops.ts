// Every op of a graph in float64, slow and obvious, under its own name: what all kernels are measured against.
//
// T rows · K columns read · N columns written · NH heads · KVH key/value heads · HS head size · S positions in the cache.
// Matrices are row by row in flat arrays. Nothing is written in place.

import type { Activation, LogitsRule, RotaryTable } from '../model/ir/graph.ts';
import { alibiSlopes, frequencies } from '../model/ir/positions.ts';
import { erf } from './erf.ts';

/** A tensor as it lies in the checkpoint; f16 and bf16 widen to f32 without loss. */
export type Numbers = Float32Array | Float64Array;

/** [T, C]: row `indices[t]` of `table` [rows, C]. */
export function embedding(table: Numbers, indices: ArrayLike<number>, C: number): Float64Array {
  const out = new Float64Array(indices.length * C);
  for (let t = 0; t < indices.length; t++) {
    const row = indices[t]!;
    if (!Number.isInteger(row) || row < 0 || (row + 1) * C > table.length)
      throw new RangeError(`row ${row} lies outside the table`);
    out.set(table.subarray(row * C, (row + 1) * C), t * C);
  }
  return out;
}

/** a + b. */
export function add(a: Numbers, b: Numbers): Float64Array {
  return Float64Array.from(a, (value, i) => value + b[i]!);
}

/** [T, C]: each row of `x` to mean 0 and biased variance 1 (`eps` added to the variance), times `weight`, plus `bias`. */
export function layernorm(x: Numbers, weight: Numbers, bias: Numbers, eps: number): Float64Array {
  const C = weight.length;
  const out = new Float64Array(x.length);
  for (let start = 0; start < x.length; start += C) {
    let sum = 0;
    for (let c = 0; c < C; c++) sum += x[start + c]!;
    const mean = sum / C;
    let squares = 0;
    for (let c = 0; c < C; c++) squares += (x[start + c]! - mean) ** 2;
    const scale = 1 / Math.sqrt(squares / C + eps);
    for (let c = 0; c < C; c++) out[start + c] = (x[start + c]! - mean) * scale * weight[c]! + bias[c]!;
  }
  return out;
}

/** [T, N] = x [T, K] times the transpose of `weight` [N, K]. */
export function linear(x: Numbers, weight: Numbers, N: number, K: number): Float64Array {
  const T = x.length / K;
  const out = new Float64Array(T * N);
  for (let t = 0; t < T; t++) {
    for (let n = 0; n < N; n++) {
      let sum = 0;
      for (let k = 0; k < K; k++) sum += x[t * K + k]! * weight[n * K + k]!;
      out[t * N + n] = sum;
    }
  }
  return out;
}

/** The [N, K] matrix of a tensor stored as [K, N], which is how GPT-2's Conv1D lies in the checkpoint. */
export function transpose(stored: Numbers, N: number, K: number): Float64Array {
  const out = new Float64Array(N * K);
  for (let k = 0; k < K; k++) for (let n = 0; n < N; n++) out[n * K + k] = stored[k * N + n]!;
  return out;
}

/** [T, N]: `vector` [N] added to every row of x. */
export function bias(x: Numbers, vector: Numbers): Float64Array {
  return Float64Array.from(x, (value, i) => value + vector[i % vector.length]!);
}

/** The function of every element. */
export function activation(x: Numbers, kind: Activation): Float64Array {
  return Float64Array.from(x, activations[kind]);
}

/** Hendrycks and Gimpel 2016: `gelu` is x times the normal distribution function, `gelu_new` its approximation by tanh. */
export const activations: Readonly<Record<Activation, (x: number) => number>> = {
  gelu_new: x => 0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x * x * x))),
  gelu: x => 0.5 * x * (1 + erf(x / Math.SQRT2)),
  quick_gelu: x => x / (1 + Math.exp(-1.702 * x)),
  relu: x => Math.max(x, 0),
  relu2: x => Math.max(x, 0) ** 2,
  sigmoid: x => 1 / (1 + Math.exp(-x)),
  silu: x => x / (1 + Math.exp(-x)),
};

/** x * factor. */
export function scale(x: Numbers, factor: number): Float64Array {
  return Float64Array.from(x, value => value * factor);
}

/** [T, N] of x [T, 2 * N]: the activation of the first N columns times the others. */
export function gated(x: Numbers, N: number, kind: Activation): Float64Array {
  const up = columns(x, 2 * N, N, N);
  return activation(columns(x, 2 * N, 0, N), kind).map((gate, i) => gate * up[i]!);
}

/** Each group of columns over the root of its mean square (`eps` added to that), times `factors`, as many as a row has columns. `groups`: the widths of those of a row. */
export function rmsnorm(x: Numbers, factors: Numbers, groups: readonly number[], eps: number): Float64Array {
  const out = new Float64Array(x.length);
  for (let start = 0, i = 0; start < x.length; start += groups[i++ % groups.length]!) {
    const group = groups[i % groups.length]!;
    let squares = 0;
    for (let c = 0; c < group; c++) squares += x[start + c]! ** 2;
    const root = Math.sqrt(squares / group + eps);
    for (let c = 0; c < group; c++) out[start + c] = (x[start + c]! / root) * factors[(start + c) % factors.length]!;
  }
  return out;
}

/** Heads of x [T, heads * HS] turned: row t by `positions[t]`, the last of which is that of the text. */
export function rotary(
  x: Numbers,
  positions: ArrayLike<number>,
  table: RotaryTable,
  HS: number,
  interleaved: boolean,
): Float64Array {
  const out = Float64Array.from(x);
  const stretch = table.scale;
  const inv_freq = frequencies(table, 1 + (positions[positions.length - 1] ?? 0));
  const pairs = inv_freq.length;
  const width = x.length / positions.length;
  for (let start = 0; start < x.length; start += HS) {
    const position = positions[Math.floor(start / width)]!;
    for (let i = 0; i < pairs; i++) {
      const [first, second] = interleaved ? [start + 2 * i, start + 2 * i + 1] : [start + i, start + pairs + i];
      const [a, b] = [x[first]!, x[second]!];
      const [cos, sin] = [Math.cos(position * inv_freq[i]!), Math.sin(position * inv_freq[i]!)];
      out[first] = stretch * (a * cos - b * sin);
      out[second] = stretch * (b * cos + a * sin);
    }
  }
  return out;
}

/** What a graph makes of the head's product. */
export function logits(product: Numbers, vector: Numbers | null, rule: LogitsRule): Float64Array {
  return Float64Array.from(product, (value, i) => {
    const scaled = (value + (vector?.[i] ?? 0)) * (rule.scale ?? 1);
    return capped(scaled, rule.softcap);
  });
}

/** cap * tanh(x / cap), and x where there is no cap. */
const capped = (x: number, cap: number | undefined): number => (cap === undefined ? x : cap * Math.tanh(x / cap));

/** Columns `offset` to `offset + width` of x [T, columns], as [T, width]. */
export function columns(x: Numbers, of: number, offset: number, width: number): Float64Array {
  const T = x.length / of;
  const out = new Float64Array(T * width);
  for (let t = 0; t < T; t++) out.set(x.subarray(t * of + offset, t * of + offset + width), t * width);
  return out;
}

export interface AttentionShape {
  readonly n_head: number;
  readonly n_kv_head: number;
  readonly head_size: number;
  /** Factor of q · k before the softmax. */
  readonly scale: number;
  /** As an attention op has them. */
  readonly window?: number;
  readonly softcap?: number;
  readonly alibi?: boolean;
}

export interface Attention {
  /** [T, NH * HS] */
  readonly out: Float64Array;
  /** [NH, T, S]: the weight of position s for the row t; 0 for s after t. */
  readonly weights: Float64Array;
}

/**
 * Causal attention of q [T, NH * HS] over k and v [S, KVH * HS], S >= T: row t is position S - T + t and sees positions
 * up to its own, as many as `window` has. Query head h reads key/value head floor(h * KVH / NH).
 */
export function attention(q: Numbers, k: Numbers, v: Numbers, shape: AttentionShape): Attention {
  const { n_head: NH, n_kv_head: KVH, head_size: HS, scale, window = Number.POSITIVE_INFINITY, softcap, alibi } = shape;
  const slopes = alibi ? alibiSlopes(NH) : [];
  const T = q.length / (NH * HS);
  const S = k.length / (KVH * HS);
  const out = new Float64Array(T * NH * HS);
  const weights = new Float64Array(NH * T * S);
  for (let h = 0; h < NH; h++) {
    const kvHead = Math.floor((h * KVH) / NH);
    for (let t = 0; t < T; t++) {
      const seen = S - T + t + 1;
      const scores = new Float64Array(seen).fill(Number.NEGATIVE_INFINITY);
      for (let s = Math.max(0, seen - window); s < seen; s++) {
        let dot = 0;
        for (let i = 0; i < HS; i++) dot += q[(t * NH + h) * HS + i]! * k[(s * KVH + kvHead) * HS + i]!;
        scores[s] = capped(dot * scale, softcap) - (slopes[h] ?? 0) * (seen - 1 - s);
      }
      const row = softmax(scores);
      weights.set(row, (h * T + t) * S);
      for (let s = 0; s < seen; s++) {
        for (let i = 0; i < HS; i++) out[(t * NH + h) * HS + i]! += row[s]! * v[(s * KVH + kvHead) * HS + i]!;
      }
    }
  }
  return { out, weights };
}

/** Attention weights [NH, T, T] as rows [T, NH * columns], zero past each row's own position. */
export function attentionRows(
  weights: Numbers,
  T: number,
  { n_head, columns }: { n_head: number; columns: number },
): Float64Array {
  const out = new Float64Array(T * n_head * columns);
  for (let h = 0; h < n_head; h++) {
    for (let t = 0; t < T; t++) {
      for (let s = 0; s <= t; s++) out[(t * n_head + h) * columns + s] = weights[(h * T + t) * T + s]!;
    }
  }
  return out;
}

/** m[n] * x[t, n] + (1 - m[n]) * baselines[n]. */
export function mask(x: Numbers, m: readonly number[], baselines: Numbers): Float64Array {
  const width = m.length;
  return Float64Array.from(x, (v, i) => m[i % width]! * v + (1 - m[i % width]!) * (baselines[i % width] ?? 0));
}

/** exp(x - max) / sum. */
export function softmax(x: Numbers): Float64Array {
  const logZ = logsumexp(x);
  return Float64Array.from(x, value => Math.exp(value - logZ));
}

/** log(sum of exp(x)), without overflow. */
export function logsumexp(x: Numbers): number {
  let max = Number.NEGATIVE_INFINITY;
  for (const value of x) if (value > max) max = value;
  let sum = 0;
  for (const value of x) sum += Math.exp(value - max);
  return max + Math.log(sum);
}

/** The index of the largest value; the lowest such index. */
export function argmax(x: Numbers): number {
  let best = 0;
  for (let i = 1; i < x.length; i++) if (x[i]! > x[best]!) best = i;
  return best;
}
