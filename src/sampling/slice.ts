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

  /** Nats. */
  get entropy(): number {
    const { weights, total } = this;
    let weighted = 0;
    for (const weight of weights) {
      if (weight === 0) break;
      weighted += weight * Math.log(weight);
    }
    return Math.max(0, Math.log(total) - weighted / total);
  }

  /** Those with this probability or more, and those as likely as the likeliest. */
  atLeast(probability: number): Slice {
    const { weights } = this;
    const least = Math.min(1, probability * this.total);
    return this.leading(i => weights[i]! >= least);
  }

  /** Those before the first place that lacks what all before it have; the likeliest stays in any case. By bisection. */
  leading(has: (i: number) => boolean): Slice {
    let low = 1;
    let high = this.size;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (has(middle)) low = middle + 1;
      else high = middle;
    }
    return this.head(low);
  }

  /** Those as surprising as the entropy, the nearest first, until they have this mass of the total. */
  nearestToEntropy(mass: number): Slice {
    return nearestToEntropy(this, mass);
  }

  /** The same entries at another temperature, not 0. */
  at(temperature: number): Slice {
    return new Slice(this.ranking, this.lo, this.hi, temperature);
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

/**
 * transformers' TypicalLogitsWarper (Meister et al., "Locally typical sampling", 2022): tokens by the distance of their surprisal
 * from the entropy, the nearest first, until their mass reaches `mass`; what is exactly as far as the last one stays too.
 * With a = (logit - top) / temperature, surprisal - entropy = mean(a) - a: the walk goes outward from the mean of a.
 */
function nearestToEntropy(slice: Slice, mass: number): Slice {
  const { lo, hi, weights, total } = slice;
  const { logits } = slice.ranking;
  const top = logits[lo]!;
  const scaled = (i: number): number => (logits[i]! - top) / slice.temperature;
  let mean = 0;
  for (let i = lo; i < hi; i++) {
    const weight = weights[i - lo]!;
    if (weight === 0) break;
    mean += (weight / total) * scaled(i);
  }
  let right = lo; // first entry below the mean
  while (right < hi && scaled(right) >= mean) right++;
  let left = right - 1;
  const enough = mass * total;
  let reached = 0;
  let radius = 0;
  while (reached < enough && (left >= lo || right < hi)) {
    const above = left >= lo ? scaled(left) - mean : Number.POSITIVE_INFINITY;
    const below = right < hi ? mean - scaled(right) : Number.POSITIVE_INFINITY;
    const goLeft = right >= hi || (left >= lo && above <= below);
    radius = goLeft ? above : below;
    reached += weights[(goLeft ? left-- : right++) - lo]!;
  }
  while (left >= lo && scaled(left) - mean <= radius) left--;
  while (right < hi && mean - scaled(right) <= radius) right++;
  return slice.window(left + 1, right);
}

export function sum(values: Float64Array, from: number, to: number): number {
  let total = 0;
  for (let i = from; i < to; i++) total += values[i]!;
  return total;
}
