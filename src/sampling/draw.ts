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

/** A part of the line from 0 to 1 that a draw falls on: of one id, or of several neighbours in id order. */
export interface LinePart {
  /** Null for several ids together. */
  readonly id: number | null;
  /** How many ids that can be drawn share it. */
  readonly count: number;
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

/** The `most` ids with the largest shares after sampling, and those of `always` that can be drawn: what is worth a part of its own. */
export function largestShares(distribution: Distribution, most: number, always: readonly number[]): Set<number> {
  const own = new Set(distribution.kept.subarray(0, most));
  for (const id of always) if (distribution.pAfter(id) > 0) own.add(id);
  return own;
}

/**
 * The whole line in id order, as `draw` walks it: a part for each id of `own`, and one for each run of other ids between them.
 * The parts follow each other from 0 to exactly 1.
 */
export function drawLine(distribution: Distribution, own: ReadonlySet<number>): LinePart[] {
  const byId = weightsById(distribution);
  let total = 0;
  for (let id = 0; id < byId.length; id++) total += byId[id]!;
  const parts: LinePart[] = [];
  let lo = 0;
  let cumulative = 0;
  let count = 0; // of the run of others under way, and where it began
  let from = 0;
  const close = (): void => {
    if (count > 0) parts.push({ id: null, count, lo: from, hi: lo });
    count = 0;
  };
  for (let id = 0; id < byId.length; id++) {
    const weight = byId[id]!;
    if (weight === 0) continue;
    cumulative += weight;
    const hi = cumulative / total;
    if (own.has(id)) {
      close();
      parts.push({ id, count: 1, lo, hi });
    } else {
      if (count === 0) from = lo;
      count += 1;
    }
    lo = hi;
  }
  close();
  return parts;
}
