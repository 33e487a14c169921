// Joins the partial statistics of rows of logits, which the kernel row_statistics leaves, in double precision.

import { NucleusError } from '../lib/error.ts';

export interface RowStatistics {
  /** logsumexp of the row. */
  readonly logZ: number;
  /** Nats. */
  readonly entropy: number;
  /** Logit of the asked id. */
  readonly logit: number;
  /** 1 is the likeliest. */
  readonly rank: number;
}

/**
 * `partials`: [rows, parts + 1] of four floats: maximum m, sum of exp(l - m), sum of (l - m) exp(l - m), ids before the asked
 * one; the last of a row is the asked logit. With M the joint maximum and w = exp(m - M) of a part:
 * Z = sum of w * s, and the mean of (l - M) is sum of w * (d + (m - M) * s) / Z; entropy = log Z - that mean.
 * A part that says -1 ids has a logit that is not a number: logZ and entropy are NaN then.
 */
export function joinStatistics(partials: Float32Array, rows: number, parts: number): RowStatistics[] {
  const stride = (parts + 1) * 4;
  return Array.from({ length: rows }, (_, row) => {
    const part = partials.subarray(row * stride, row * stride + parts * 4);
    let highest = -Infinity;
    for (let i = 0; i < part.length; i += 4) highest = Math.max(highest, part[i]!);
    let sum = 0;
    let weighted = 0;
    let before = 0;
    for (let i = 0; i < part.length; i += 4) {
      const [m, s, d, b] = [part[i]!, part[i + 1]!, part[i + 2]!, part[i + 3]!];
      before += b;
      if (b < 0) sum = Number.NaN;
      if (s === 0) continue;
      const w = Math.exp(m - highest);
      sum += w * s;
      weighted += w * (d + (m - highest) * s);
    }
    const logSum = Math.log(sum);
    const logit = partials[row * stride + parts * 4]!;
    return { logZ: highest + logSum, entropy: logSum - weighted / sum, logit, rank: before + 1 };
  });
}

/** Throws `nan_logits` when a row is no distribution; row i predicts the token at `position + i`. */
export function assertSoundRows(rows: readonly RowStatistics[], position: number): void {
  const bad = rows.findIndex(({ logZ, logit }) => !Number.isFinite(logZ) || Number.isNaN(logit));
  if (bad < 0) return;
  const at = position + bad;
  throw new NucleusError('nan_logits', `the logits before token ${at} are not numbers`, { position: at });
}
