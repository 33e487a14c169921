// One number for a head's row of weights: how spread it is, or how much lies on one token.
import { formatBits, formatProbability } from '../../lib/format.ts';

export const MEASURES = ['entropy', 'max', 'first', 'previous', 'self'] as const;
export type Measure = (typeof MEASURES)[number];

export const MEASURE_NAMES: Readonly<Record<Measure, string>> = {
  entropy: 'entropy',
  max: 'largest weight',
  first: 'weight on the first',
  previous: 'weight on the previous',
  self: 'weight on itself',
};

export const MEASURE_MEANINGS: Readonly<Record<Measure, string>> = {
  entropy:
    'How spread the weights are, in bits: 0 when one token has all of them, log2 of the number of tokens when all have the same.',
  max: 'The weight of the token that the head reads most.',
  first:
    'Heads that find nothing to look for often rest on the first token, whatever it is: it serves as an attention sink.',
  previous: 'Heads of this kind carry each token on to the next one.',
  self: 'How much the head reads the token at its own position.',
};

/** Nats. */
export function entropyOf(weights: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < weights.length; i++) {
    const weight = weights[i] ?? 0;
    if (weight > 0) sum -= weight * Math.log(weight);
  }
  return Math.max(0, sum);
}

/** Position of the largest weight; the first of equals. */
export function mostRead(weights: ArrayLike<number>): number {
  let best = 0;
  for (let i = 1; i < weights.length; i++) if ((weights[i] ?? 0) > (weights[best] ?? 0)) best = i;
  return best;
}

/** Entropy in nats, anything else a weight. At position 0 there is no previous token: 0. */
export function measureOf(weights: ArrayLike<number>, measure: Measure): number {
  const last = weights.length - 1;
  switch (measure) {
    case 'entropy':
      return entropyOf(weights);
    case 'max':
      return weights[mostRead(weights)] ?? 0;
    case 'first':
      return weights[0] ?? 0;
    case 'previous':
      return weights[last - 1] ?? 0;
    case 'self':
      return weights[last] ?? 0;
    default:
      return measure satisfies never;
  }
}

/** The most a measure can be over `count` tokens. */
export function mostOf(measure: Measure, count: number): number {
  return measure === 'entropy' ? Math.log(count) : 1;
}

/** Where a value lies between the least and the most it can be. */
export function shareOfMost(value: number, measure: Measure, count: number): number {
  const most = mostOf(measure, count);
  return most > 0 ? Math.min(1, value / most) : 0;
}

export function formatMeasure(value: number, measure: Measure): string {
  return measure === 'entropy' ? formatBits(value) : formatProbability(value);
}

/** For a small cell: the number alone. */
export function shortMeasure(value: number, measure: Measure): string {
  return formatMeasure(value, measure).replace(/ (bits|%)$/, '');
}

/** Weights as heights of `columns` bars: the largest weight of the tokens that share a bar, as its square root, 0 to 1. */
export function barsOf(weights: ArrayLike<number>, columns: number): Float32Array {
  const T = weights.length;
  const bars = new Float32Array(Math.min(columns, T));
  for (let i = 0; i < T; i++) {
    const bar = Math.floor((i * bars.length) / T);
    bars[bar] = Math.max(bars[bar] ?? 0, weights[i] ?? 0);
  }
  return bars.map(Math.sqrt);
}
