// The effects of a sweep in order: how much the log-probability of a token changes when a part is off.
import type { Sweep, SweptPart } from './types.ts';

export interface Effect extends SweptPart {
  /** Log-probability of the token with the part off, minus the one of the model as it is. Below 0: the part makes the token likelier. */
  readonly effect: number;
}

/** What parts are ranked by: what they do to the token, or to the whole distribution. */
export type RankedBy = 'effect' | 'divergence';

/** In the order of the sweep; empty before the model as it is has been asked. */
export function effectsOf({ plain, swept }: Sweep): readonly Effect[] {
  if (plain === null) return [];
  return swept.map(each => ({ ...each, effect: each.logprob - plain.logprob }));
}

/** The largest first, of an effect whichever its direction; equal ones in the order of the model. */
export function rankEffects(sweep: Sweep, by: RankedBy): readonly Effect[] {
  const size = (each: Effect): number => (by === 'effect' ? Math.abs(each.effect) : each.divergence);
  return effectsOf(sweep).toSorted((a, b) => size(b) - size(a));
}
