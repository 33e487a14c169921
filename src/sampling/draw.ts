// The draw: a random number in [0, 1) to one token, by inverting the CDF over the kept ids in id order.
import type { Distribution } from './pipeline.ts';

export interface Draw {
  readonly id: number;
  /** Probability of the id after sampling. */
  readonly pAfter: number;
  /** The interval [lo, hi) of random numbers that draw this id. */
  readonly lo: number;
  readonly hi: number;
}

/** Weights of all V ids in id order; 0 for cut ones. */
function weightsById(distribution: Distribution): Float64Array {
  const { kept, weights } = distribution;
  const byId = new Float64Array(distribution.row.logits.length);
  for (let i = 0; i < kept.length; i++) byId[kept[i]!] = weights[i]!;
  return byId;
}

/**
 * Draws by `u` in [0, 1). Sums are float64 in id order and divided by their own total, so the last interval ends at exactly 1
 * and every u lands on an id with a probability above 0.
 */
export function draw(distribution: Distribution, u: number): Draw {
  if (!(u >= 0 && u < 1)) throw new RangeError(`u = ${u} is not in [0, 1)`);
  const byId = weightsById(distribution);
  let total = 0;
  for (let id = 0; id < byId.length; id++) total += byId[id]!;
  let lo = 0;
  let cumulative = 0;
  for (let id = 0; id < byId.length; id++) {
    const weight = byId[id]!;
    if (weight === 0) continue;
    cumulative += weight;
    const hi = cumulative / total;
    if (hi > u) return { id, pAfter: distribution.pAfter(id), lo, hi };
    lo = hi;
  }
  throw new Error('the last interval ends at 1'); // cumulative = total, and u < 1
}
