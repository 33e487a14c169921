// From the numbers of a token to one of six steps of the ramp; always of the distribution before sampling.
import type { TokenStats } from '../../stores/document/types.ts';
import type { Tint } from '../../stores/view.ts';

/** 0 is likeliest (no tint), 5 unlikeliest. */
export type TintStep = 0 | 1 | 2 | 3 | 4 | 5;

export const TINT_STEPS: readonly TintStep[] = [0, 1, 2, 3, 4, 5];

/** Lower ends of steps 0 to 4, as probabilities. */
const PROBABILITY = [0.9, 0.5, 0.2, 0.05, 0.01];
/** Upper ends of steps 0 to 4. */
const RANK = [1, 2, 5, 10, 100];
const SURPRISAL_BITS = [0.5, 1, 2, 4, 7];
const ENTROPY_BITS = [0.5, 1, 2, 3, 5];

/** What each step covers, in the words of the legend, for each kind of tint. */
export const TINT_LABELS: Readonly<Record<Exclude<Tint, 'none'>, readonly string[]>> = {
  probability: ['90 % or more', '50 to 90 %', '20 to 50 %', '5 to 20 %', '1 to 5 %', 'under 1 %'],
  rank: ['rank 1', 'rank 2', 'rank 3 to 5', 'rank 6 to 10', 'rank 11 to 100', 'beyond rank 100'],
  surprisal: ['up to 0.5 bits', '0.5 to 1 bit', '1 to 2 bits', '2 to 4 bits', '4 to 7 bits', 'over 7 bits'],
  entropy: ['up to 0.5 bits', '0.5 to 1 bit', '1 to 2 bits', '2 to 3 bits', '3 to 5 bits', 'over 5 bits'],
};

/** The two ends of the ramp, as short as they go. */
export const TINT_ENDS: Readonly<Record<Exclude<Tint, 'none'>, readonly [string, string]>> = {
  probability: ['≥ 90 %', '< 1 %'],
  rank: ['rank 1', '> 100'],
  surprisal: ['≤ 0.5', '> 7 bits'],
  entropy: ['≤ 0.5', '> 5 bits'],
};

function stepUpTo(value: number, ends: readonly number[]): TintStep {
  const at = ends.findIndex(end => value <= end);
  return TINT_STEPS[at < 0 ? 5 : at] ?? 5;
}

/** The step of a token; null without numbers or without tint. */
export function tintStep(stats: TokenStats | undefined, tint: Tint): TintStep | null {
  if (!stats) return null;
  switch (tint) {
    case 'probability':
      return stepUpTo(
        -Math.exp(stats.logprob),
        PROBABILITY.map(p => -p),
      );
    case 'rank':
      return stepUpTo(stats.rank, RANK);
    case 'surprisal':
      return stepUpTo(-stats.logprob / Math.LN2, SURPRISAL_BITS);
    case 'entropy':
      return stepUpTo(stats.entropy / Math.LN2, ENTROPY_BITS);
    case 'none':
      return null;
    default:
      return tint satisfies never;
  }
}
