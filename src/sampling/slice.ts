// A run of neighbours in the falling order with its softmax: what a cut takes and gives.
//
// Every cut keeps neighbours, typical-p too (distance from the entropy falls, then rises, along the order). So a cut is two indices, and
// the weights of what is kept are a view of the weights before.
import type { Ranking } from './row.ts';

/** The softmax of the entries [lo, hi) of a ranking, at a temperature, not normalised: the first weight is 1. Computed when first read. */
export class Slice {
  readonly ranking: Ranking;
  readonly lo: number;
  readonly hi: number;
  /** Divides the logits; not 0, greedy is a cut. */
  readonly temperature: number;
  #weights: Float64Array | null;
  #total: number | null = null;

  constructor(ranking: Ranking, lo: number, hi: number, temperature: number, weights: Float64Array | null = null) {
    this.ranking = ranking;
    this.lo = lo;
    this.hi = hi;
    this.temperature = temperature;
    this.#weights = weights;
  }

  get size(): number {
    return this.hi - this.lo;
  }

  /** [size] exp((logit - logit of the first) / temperature), falling from 1. */
  get weights(): Float64Array {
    this.#weights ??= weightsOf(this);
    return this.#weights;
  }

  /** Sum of the weights, from the likeliest down. */
  get total(): number {
    this.#total ??= sum(this.weights, 0, this.size);
    return this.#total;
  }

  /** The `count` likeliest. */
  head(count: number): Slice {
    if (count >= this.size) return this;
    const weights = this.#weights?.subarray(0, count) ?? null;
    return new Slice(this.ranking, this.lo, this.lo + count, this.temperature, weights);
  }

  /** Entries [lo, hi) of the ranking; the weights are taken anew, so that the first is 1 again. */
  window(lo: number, hi: number): Slice {
    if (lo === this.lo) return this.head(hi - lo);
    return new Slice(this.ranking, lo, hi, this.temperature);
  }
}

function weightsOf(slice: Slice): Float64Array {
  const { lo, hi, temperature } = slice;
  const { logits } = slice.ranking;
  const weights = new Float64Array(hi - lo);
  const top = logits[lo]!;
  for (let i = lo; i < hi; i++) {
    const weight = Math.exp((logits[i]! - top) / temperature);
    if (weight === 0) break; // and so are all below
    weights[i - lo] = weight;
  }
  return weights;
}

export function sum(values: Float64Array, from: number, to: number): number {
  let total = 0;
  for (let i = from; i < to; i++) total += values[i]!;
  return total;
}
