// Joins the partial statistics that the kernel lens_statistics leaves, in double precision.

import { NucleusError } from '../lib/error.ts';

export interface LensStatistics {
  /** The likeliest id at this layer and its log-probability. */
  readonly topId: number;
  readonly topLogprob: number;
  /** Log-probability and rank (1 is the likeliest) of the asked id at this layer. */
  readonly logprob: number;
  readonly rank: number;
  /** Kullback-Leibler divergence of this layer's distribution from the final one, nats: sum of p_final * log(p_final / p_layer). */
  readonly divergence: number;
}

/**
 * `partials`: [rows, 2 * parts + 1] of four floats; see shaders/lens_statistics.wgsl. A part that says -1 ids has a logit that is not a number:
 * log-probabilities and divergence are NaN then.
 */
export function joinLensStatistics(partials: Float32Array, rows: number, parts: number): LensStatistics[] {
  const stride = (2 * parts + 1) * 4;
  return Array.from({ length: rows }, (_, row) => {
    const part = (i: number) => partials.subarray(row * stride + i * 4, row * stride + i * 4 + 4);
    let unsound = false;
    let [highest, topId, finalHighest, before] = [-Infinity, 0, -Infinity, 0];
    for (let i = 0; i < 2 * parts; i += 2) {
      const [m, s, b, likeliest] = part(i);
      if (m! > highest && s! > 0) [highest, topId] = [m!, likeliest!];
      finalHighest = Math.max(finalHighest, part(i + 1)[0]!);
      before += b!;
      if (b! < 0) unsound = true;
    }
    let [sum, finalSum, difference] = [unsound ? Number.NaN : 0, 0, 0];
    for (let i = 0; i < 2 * parts; i += 2) {
      const [m, s] = part(i);
      const [fm, fs, d] = part(i + 1);
      if (s! > 0) sum += Math.exp(m! - highest) * s!;
      const w = Math.exp(fm! - finalHighest);
      if (fs! > 0) finalSum += w * fs!;
      if (fs! > 0) difference += w * d!;
    }
    const logZ = highest + Math.log(sum);
    const finalLogZ = finalHighest + Math.log(finalSum);
    const logprob = part(2 * parts)[0]! - logZ;
    // Sum of p_final * (f - l), less the difference of the two normalisers; rounding may leave a hair below zero.
    const divergence = Math.max(0, difference / finalSum - (finalLogZ - logZ));
    return { topId, topLogprob: highest - logZ, logprob, rank: before + 1, divergence };
  });
}

/** Throws `nan_logits` when a row is no distribution; row i predicts the token at `position + i`. */
export function assertSoundStatistics(rows: readonly LensStatistics[], position: number): void {
  const bad = rows.findIndex(({ topLogprob, logprob }) => !Number.isFinite(topLogprob) || Number.isNaN(logprob));
  if (bad < 0) return;
  const at = position + bad;
  throw new NucleusError('nan_logits', `the logits before token ${at} are not numbers`, { position: at });
}
