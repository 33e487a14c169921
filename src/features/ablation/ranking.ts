// The effects of a sweep in order: how much the log-probability of a token changes when a part is off.
import type { Part } from '../../protocol/probe-commands.ts';
import type { Sweep } from '../../stores/ablation-types.ts';

export interface Effect {
  readonly part: Part;
  /** Of the asked token with the part off, nats. */
  readonly logprob: number;
  /** That minus the log-probability of the model as it is. Below 0: the part makes the token likelier. */
  readonly effect: number;
  /** The likeliest id with the part off, and its log-probability. */
  readonly topId: number;
  readonly topLogprob: number;
}

/** In the order of the sweep; empty before the model as it is has been asked. */
export function effectsOf({ plain, swept }: Sweep): readonly Effect[] {
  if (plain === null) return [];
  return swept.map(each => ({ ...each, effect: each.logprob - plain.logprob }));
}

/** The largest change first, whichever its direction; equal ones in the order of the model. */
export function rankEffects(sweep: Sweep): readonly Effect[] {
  return effectsOf(sweep).toSorted((a, b) => Math.abs(b.effect) - Math.abs(a.effect));
}
