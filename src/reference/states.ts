// The ops with a state that is not keys and values, in float64 for one whole sequence: short convolutions and the gated delta rule.

import { type DeltaHeads, L2_EPS } from '../model/ir/graph.ts';
import type { Numbers } from './ops.ts';

/** x [T, C] times g [T, C]. */
export function multiply(x: Numbers, g: Numbers): Float64Array {
  return Float64Array.from(x, (value, i) => value * g[i]!);
}

/** Each channel of x [T, C] with itself: `weight` [C, taps] has the factor of the position itself last; nothing lies before position 0. */
export function causalConv(x: Numbers, weight: Numbers, taps: number, bias?: Numbers): Float64Array {
  const C = weight.length / taps;
  return Float64Array.from(x, (_, at) => {
    const [t, c] = [Math.floor(at / C), at % C];
    let sum = bias?.[c] ?? 0;
    for (let j = 0; j < taps; j++) {
      const s = t - (taps - 1) + j;
      if (s >= 0) sum += weight[c * taps + j]! * x[s * C + c]!;
    }
    return sum;
  });
}

export interface DeltaInputs {
  /** [T, 2 * key_heads * key_size + value_heads * value_size]: queries, keys, values. */
  readonly x: Numbers;
  /** [T, value_heads] each. */
  readonly decay: Numbers;
  readonly rate: Numbers;
  /** [value_heads] each. */
  readonly a_log: Numbers;
  readonly dt_bias: Numbers;
}

/**
 * The gated delta rule as its op says. [T, value_heads * value_size]; `states` are left as the last position has them: a matrix
 * [key_size, value_size] a value head, zero before the first.
 */
export function deltaRule(
  { x, decay, rate, a_log, dt_bias }: DeltaInputs,
  heads: DeltaHeads,
  states = new Float64Array(heads.value_heads * heads.key_size * heads.value_size),
): Float64Array {
  const { key_heads, value_heads: NV, key_size: K, value_size: V, tiled } = heads;
  const width = 2 * key_heads * K + NV * V;
  const T = x.length / width;
  const out = new Float64Array(T * NV * V);
  for (let t = 0; t < T; t++) {
    for (let h = 0; h < NV; h++) {
      const keyHead = tiled ? h % key_heads : Math.floor((h * key_heads) / NV);
      const q = unit(x.subarray(t * width + keyHead * K, t * width + (keyHead + 1) * K));
      const keysAt = t * width + (key_heads + keyHead) * K;
      const k = unit(x.subarray(keysAt, keysAt + K));
      const v = x.subarray(t * width + 2 * key_heads * K + h * V).subarray(0, V);
      const kept = Math.exp(-Math.exp(a_log[h]!) * softplus(decay[t * NV + h]! + dt_bias[h]!));
      const written = 1 / (1 + Math.exp(-rate[t * NV + h]!));
      const S = states.subarray(h * K * V, (h + 1) * K * V);
      for (let i = 0; i < K * V; i++) S[i]! *= kept;
      for (let j = 0; j < V; j++) {
        let found = 0;
        for (let i = 0; i < K; i++) found += S[i * V + j]! * k[i]!;
        const delta = written * (v[j]! - found);
        let sum = 0;
        for (let i = 0; i < K; i++) {
          S[i * V + j]! += k[i]! * delta;
          sum += S[i * V + j]! * q[i]!;
        }
        out[(t * NV + h) * V + j] = sum / Math.sqrt(K);
      }
    }
  }
  return out;
}

function unit(x: Numbers): Float64Array {
  let squares = 0;
  for (const value of x) squares += value * value;
  return Float64Array.from(x, value => value / Math.sqrt(squares + L2_EPS));
}

const softplus = (x: number) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
