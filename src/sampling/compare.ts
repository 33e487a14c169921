// How far one distribution over the vocabulary is from another. Both are rows before sampling.
import type { RankedRow } from './row.ts';

type Row = Pick<RankedRow, 'logits' | 'logZ'>;

/** Log-probability of an id before sampling, nats; -Infinity for what the model rules out. */
export function logprobOf({ logits, logZ }: Row, id: number): number {
  return (logits[id] ?? Number.NEGATIVE_INFINITY) - logZ;
}

/**
 * Kullback-Leibler divergence KL(p || q) in nats: what it costs to expect q where p is true. 0 for equal rows, Infinity where q rules out
 * what p allows. Summed in float64 over the whole vocabulary.
 */
export function divergence(p: Row, q: Row): number {
  let sum = 0;
  for (let id = 0; id < p.logits.length; id++) {
    const lp = logprobOf(p, id);
    if (lp === Number.NEGATIVE_INFINITY) continue; // 0 log 0 is 0
    sum += Math.exp(lp) * (lp - logprobOf(q, id));
  }
  return Math.max(0, sum);
}
