// The draw: a random number in [0, 1) to one token, by inverting the CDF over the kept ids in id order.
import type { Distribution } from './pipeline.ts';
import { sum } from './slice.ts';

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

/** Weights in id order: of all V ids, 0 for cut ones, or of the kept ids alone, which `ids` names. */
interface WeightsById {
  readonly ids: Uint32Array | null;
  readonly weights: Float64Array;
}

/** Up to one kept id in so many the others are not walked over. */
const FEW = 32;

function weightsById({ kept, weights, row }: Distribution): WeightsById {
  if (kept.length * FEW < row.logits.length) return keptById(kept, weights);
  const byId = new Float64Array(row.logits.length);
  for (let i = 0; i < kept.length; i++) byId[kept[i]!] = weights[i]!;
  return { ids: null, weights: byId };
}

function keptById(kept: Uint32Array, weights: Float64Array): WeightsById {
  // Ids with their places behind them: whole numbers below 2 ** 53, which sort by id.
  const places = Float64Array.from(kept, (id, i) => id * PLACES + i).sort();
  return {
    ids: Uint32Array.from(places, place => Math.floor(place / PLACES)),
    weights: Float64Array.from(places, place => weights[place % PLACES]!),
  };
}

const PLACES = 2 ** 21;

/**
 * Draws by `u` in [0, 1). Sums are float64 in id order and divided by their own total, so the last interval ends at exactly 1
 * and every u lands on an id with a probability above 0.
 */
export function draw(distribution: Distribution, u: number): Draw {
  const drawn = walk(weightsById(distribution), u);
  return { ...drawn, pAfter: distribution.pAfter(drawn.id) };
}

/** `draw` among the ids `kept`, whose weights are `weights`: all that can be drawn. The same sums, so the same id. */
export function drawKept(kept: Uint32Array, weights: Float64Array, u: number): number {
  return walk(keptById(kept, weights), u).id;
}

function walk({ ids, weights }: WeightsById, u: number): Omit<Draw, 'pAfter'> {
  if (!(u >= 0 && u < 1)) throw new RangeError(`u = ${u} is not in [0, 1)`);
  const total = sum(weights, 0, weights.length);
  let lo = 0;
  let cumulative = 0;
  for (let i = 0; i < weights.length; i++) {
    const weight = weights[i]!;
    if (weight === 0) continue;
    cumulative += weight;
    const hi = cumulative / total;
    const id = ids?.[i] ?? i;
    if (hi > u) return { id, lo, hi };
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
  const { ids, weights } = weightsById(distribution);
  const total = sum(weights, 0, weights.length);
  const parts: LinePart[] = [];
  let lo = 0;
  let cumulative = 0;
  let count = 0; // of the run of others under way, and where it began
  let from = 0;
  const close = (): void => {
    if (count > 0) parts.push({ id: null, count, lo: from, hi: lo });
    count = 0;
  };
  for (let i = 0; i < weights.length; i++) {
    const weight = weights[i]!;
    if (weight === 0) continue;
    cumulative += weight;
    const hi = cumulative / total;
    const id = ids?.[i] ?? i;
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
