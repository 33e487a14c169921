// The softmax of a row with all its numbers, and where the logits lie.
import { type RankedRow, rankOf } from '../../sampling/row.ts';

interface SoftmaxLine {
  readonly id: number;
  /** 1 is the likeliest. */
  readonly rank: number;
  readonly logit: number;
  /** logit - max: 0 for the likeliest, below 0 for the others. */
  readonly shifted: number;
  /** exp(logit - max). */
  readonly exponential: number;
  /** Before sampling, exact over the vocabulary. */
  readonly probability: number;
}

export interface Softmax {
  readonly max: number;
  /** Sum of exp(logit - max) over the vocabulary. */
  readonly sum: number;
  /** max + ln(sum): the number that every log-probability is short of its logit by. */
  readonly logZ: number;
  /** The likeliest `count`, then `also` where it is not among them. */
  readonly lines: readonly SoftmaxLine[];
  /** What the ids that are not listed weigh together, and how many they are. */
  readonly rest: { readonly count: number; readonly exponential: number; readonly probability: number };
}

export function softmaxOf(row: RankedRow, count: number, also: number | null): Softmax {
  const { logZ, logits, order } = row;
  const max = logits[order[0] ?? 0] ?? Number.NaN;
  const line = (id: number, rank: number): SoftmaxLine => {
    const logit = logits[id] ?? Number.NEGATIVE_INFINITY;
    const shifted = logit - max;
    return { id, rank, logit, shifted, exponential: Math.exp(shifted), probability: Math.exp(logit - logZ) };
  };
  const lines = Array.from(order.subarray(0, count), (id, i) => line(id, i + 1));
  if (also !== null && !lines.some(({ id }) => id === also)) lines.push(line(also, rankOf(row, also)));
  const listed = new Set(lines.map(({ id }) => id));
  let exponential = 0;
  // From the least on, so that a small tail stays exact.
  for (let i = order.length - 1; i >= 0; i--) {
    const id = order[i] ?? 0;
    if (!listed.has(id)) exponential += Math.exp((logits[id] ?? Number.NEGATIVE_INFINITY) - max);
  }
  const sum = Math.exp(logZ - max);
  return {
    max,
    sum,
    logZ,
    lines,
    rest: { count: order.length - lines.length, exponential, probability: exponential / sum },
  };
}

export interface LogitBins {
  readonly from: number;
  readonly to: number;
  /** Tokens of the vocabulary in each of equal parts of [from, to]. */
  readonly counts: readonly number[];
}

/** How the finite logits of a row are spread. */
export function logitBins({ finite }: RankedRow, bins: number): LogitBins {
  const { logits } = finite;
  const to = logits[0] ?? 0;
  const from = Math.min(logits[logits.length - 1] ?? 0, to - 1e-6);
  const counts = new Array<number>(bins).fill(0);
  for (const logit of logits) {
    const bin = Math.min(bins - 1, Math.floor(((logit - from) / (to - from)) * bins));
    counts[bin] = (counts[bin] ?? 0) + 1;
  }
  return { from, to, counts };
}
