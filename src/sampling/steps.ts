// The steps of sampling, each small and pure: what moves a logit, and what cuts a softmax down to fewer tokens.
//
// Every cut keeps a run of neighbours in the falling order, typical-p too (distance from the entropy falls, then rises, along the
// order). So a cut is two indices, and the weights of what is kept are a view of the weights before.
import type { Ranking } from './row.ts';
import type { SamplerOrder, SamplingSettings } from './settings.ts';

/** Steps that change single logits, in their order; they come first whatever the sampler order. */
export const LOGIT_STEPS = [
  'end_of_text',
  'logit_bias',
  'repetition_penalty',
  'frequency_penalty',
  'presence_penalty',
] as const;
export type LogitStepName = (typeof LOGIT_STEPS)[number];
export type CutStepName = 'temperature' | 'top_k' | 'top_p' | 'min_p' | 'typical_p';
export type StepName = LogitStepName | CutStepName;

/** The steps after the logits are set, for each sampler order. */
export const CUT_STEPS: Readonly<Record<SamplerOrder, readonly CutStepName[]>> = {
  transformers: ['temperature', 'top_k', 'top_p', 'min_p', 'typical_p'],
  'llama.cpp': ['top_k', 'typical_p', 'top_p', 'min_p', 'temperature'],
};

/** A bias this low or lower bans the token. */
export const BAN = -100;

/** Whether a step does anything at all with these settings. `end_of_text` depends on the ids to cut instead. */
export function isActive(name: Exclude<StepName, 'end_of_text'>, settings: SamplingSettings): boolean {
  switch (name) {
    case 'logit_bias':
      return settings.logit_bias.length > 0;
    case 'frequency_penalty':
    case 'presence_penalty':
    case 'min_p':
      return settings[name] !== 0;
    case 'top_k':
      return settings.top_k > 0;
    case 'repetition_penalty':
    case 'temperature':
      return settings[name] !== 1;
    case 'top_p':
    case 'typical_p':
      return settings[name] < 1;
    default:
      return name satisfies never;
  }
}

/** transformers' RepetitionPenaltyLogitsProcessor: a penalty above 1 lowers the logit, whatever its sign. */
export function repetitionPenalty(logit: number, penalty: number): number {
  return logit < 0 ? logit * penalty : logit / penalty;
}

/** OpenAI's frequency penalty: the more often the id was generated, the lower. */
export function frequencyPenalty(logit: number, penalty: number, count: number): number {
  return logit - penalty * count;
}

/** OpenAI's presence penalty, for an id that was generated: once, however often. */
export function presencePenalty(logit: number, penalty: number): number {
  return logit - penalty;
}

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

/** Divides the logits; 0 keeps the likeliest alone, of equals the one with the lowest id. */
export function temperature(slice: Slice, value: number): Slice {
  if (value === 0) return slice.head(1);
  return new Slice(slice.ranking, slice.lo, slice.hi, value);
}

/** Keeps exactly the k likeliest; of equals the lower ids. */
export function topK(slice: Slice, k: number): Slice {
  return slice.head(Math.max(1, k));
}

/** transformers' TopPLogitsWarper: the smallest set of likeliest tokens whose mass reaches `mass`, at least one. */
export function topP(slice: Slice, mass: number): Slice {
  const { weights } = slice;
  const enough = mass * slice.total;
  let count = 1;
  for (let reached = weights[0]!; count < slice.size && reached < enough; count++) reached += weights[count]!;
  return slice.head(count);
}

/** Keeps what is at least `share` times as likely as the likeliest. */
export function minP(slice: Slice, share: number): Slice {
  const { weights } = slice;
  let low = 1;
  let high = slice.size;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (weights[middle]! >= share) low = middle + 1;
    else high = middle;
  }
  return slice.head(low);
}

/**
 * transformers' TypicalLogitsWarper (Meister et al., "Locally typical sampling", 2022): tokens by the distance of their surprisal
 * from the entropy, the nearest first, until their mass reaches `mass`; what is exactly as far as the last one stays too.
 * With a = (logit - top) / temperature, surprisal - entropy = mean(a) - a: the walk goes outward from the mean of a.
 */
export function typicalP(slice: Slice, mass: number): Slice {
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
