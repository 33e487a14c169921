// The distribution as it stands between two steps: which ids are left, their logits and probabilities.
import type { Adjusted } from './adjust.ts';
import { indexIn, placeIn, type RankedRow, type Ranking } from './row.ts';
import { type Slice, sum } from './slice.ts';

export interface Stage {
  /** How many ids are left. */
  readonly kept: number;
  has(id: number): boolean;
  /** -Infinity for an id that is not left. */
  logitOf(id: number): number;
  /** Among the ids left; 0 for others. */
  probabilityOf(id: number): number;
  /** Among the ids left, 1 is the likeliest, ties by the lower id first; 0 for an id that is not left. */
  rankOf(id: number): number;
  /** Mass, in this stage, of the ids that are left here and not in a later stage. */
  massOutside(later: Stage): number;
}

/** Between logit steps: the row, with other logits for the touched ids. The sum waits until it is asked for. */
export class LogitStage implements Stage {
  readonly #row: Pick<RankedRow, 'logits'>;
  readonly #lines: ReadonlyMap<number, number>;
  readonly #logits: Float64Array;
  readonly #rest: Ranking;
  readonly kept: number;
  #partition: Partition | null = null;

  /** @param logits of the touched ids, by line. @param rest the finite entries of the row that no step touches. */
  constructor(row: Pick<RankedRow, 'logits'>, lines: ReadonlyMap<number, number>, logits: Float64Array, rest: Ranking) {
    this.#row = row;
    this.#lines = lines;
    this.#logits = logits;
    this.#rest = rest;
    this.kept = rest.ids.length + logits.reduce((n, logit) => (logit === Number.NEGATIVE_INFINITY ? n : n + 1), 0);
  }

  has(id: number): boolean {
    return this.logitOf(id) !== Number.NEGATIVE_INFINITY;
  }

  logitOf(id: number): number {
    const line = this.#lines.get(id);
    return (line === undefined ? this.#row.logits[id] : this.#logits[line]) ?? Number.NEGATIVE_INFINITY;
  }

  probabilityOf(id: number): number {
    const logit = this.logitOf(id);
    if (logit === Number.NEGATIVE_INFINITY) return 0;
    this.#partition ??= partitionOf(this.#rest.logits, this.#logits);
    return Math.exp(logit - this.#partition.top) / this.#partition.total;
  }

  rankOf(id: number): number {
    const logit = this.logitOf(id);
    if (logit === Number.NEGATIVE_INFINITY) return 0;
    let before = placeIn(this.#rest, id, logit);
    for (const [other, line] of this.#lines) {
      const there = this.#logits[line] ?? Number.NEGATIVE_INFINITY;
      if (there > logit || (there === logit && other < id)) before++;
    }
    return before + 1;
  }

  massOutside(later: Stage): number {
    let mass = 0;
    for (const id of this.#lines.keys()) if (!later.has(id)) mass += this.probabilityOf(id);
    return mass;
  }
}

/** The largest logit, and the sum of exp(logit - top): two numbers, since their one logsumexp loses the sum when top is huge. */
interface Partition {
  readonly top: number;
  readonly total: number;
}

/** Of both lists, of which the first falls. -Infinity weighs nothing. */
function partitionOf(falling: Float32Array | Float64Array, others: Float64Array): Partition {
  const top = others.reduce((a, b) => Math.max(a, b), falling[0] ?? Number.NEGATIVE_INFINITY);
  let total = 0;
  for (const logit of others) total += Math.exp(logit - top);
  for (const logit of falling) {
    const weight = Math.exp(logit - top);
    if (weight === 0) break;
    total += weight;
  }
  return { top, total };
}

/** After the logit steps: a slice of the new falling order. */
export class SliceStage implements Stage {
  readonly #row: RankedRow;
  readonly #adjusted: Adjusted;
  readonly slice: Slice;

  constructor(row: RankedRow, adjusted: Adjusted, slice: Slice) {
    this.#row = row;
    this.#adjusted = adjusted;
    this.slice = slice;
  }

  get kept(): number {
    return this.slice.size;
  }

  has(id: number): boolean {
    return this.#indexOf(id) >= 0;
  }

  logitOf(id: number): number {
    const index = this.#indexOf(id);
    const { ranking, lo, temperature } = this.slice;
    return index < 0 ? Number.NEGATIVE_INFINITY : ranking.logits[lo + index]! / temperature;
  }

  probabilityOf(id: number): number {
    const index = this.#indexOf(id);
    return index < 0 ? 0 : this.slice.weights[index]! / this.slice.total;
  }

  rankOf(id: number): number {
    return this.#indexOf(id) + 1;
  }

  massOutside(later: Stage): number {
    if (!(later instanceof SliceStage)) throw new Error('cuts follow the logit steps');
    const { lo, hi, ranking, weights, total } = this.slice;
    if (later.slice.ranking !== ranking) {
      // A mask leaves some here and there.
      const outside = weights.filter((_, i) => !later.has(ranking.ids[lo + i] ?? 0));
      return sum(outside, 0, outside.length) / total;
    }
    return (sum(weights, 0, later.slice.lo - lo) + sum(weights, later.slice.hi - lo, hi - lo)) / total;
  }

  /** Index in the slice, or -1. */
  #indexOf(id: number): number {
    const line = this.#adjusted.lines.get(id);
    const logit = line === undefined ? this.#row.logits[id] : this.#adjusted.columns.at(-1)?.logits[line];
    if (logit === undefined || logit === Number.NEGATIVE_INFINITY) return -1;
    const { ranking, lo, hi } = this.slice;
    const index = indexIn(ranking, id, logit);
    return index >= lo && index < hi ? index - lo : -1;
  }
}
