// Where the heads of one row look: the strongest of each layer, and what one of them sees.
//
// L layers · NH heads · S positions looked at
import type { EventOf } from '../../protocol/events.ts';

export interface Look {
  /** From 0. */
  readonly layer: number;
  readonly head: number;
  /** The position it looks at most, and its weight. */
  readonly at: number;
  readonly weight: number;
}

/** The weights of one head over positions 0 to S - 1; they sum to 1. */
export function headWeights(event: EventOf<'attention'>, n_head: number, layer: number, head: number): Float32Array {
  const S = event.position + 1;
  const from = (layer * n_head + head) * S;
  return event.weights.subarray(from, from + S);
}

/**
 * For each layer the head with the largest single weight, and where it lies; of equals the first. Without `first`, position 0 does not count,
 * where many heads rest when they find nothing; it does where nothing else is there.
 */
export function strongestLooks(event: EventOf<'attention'>, n_head: number, first: boolean): Look[] {
  const S = event.position + 1;
  const from = first || S === 1 ? 0 : 1;
  const layers = event.weights.length / (n_head * S);
  return Array.from({ length: layers }, (_, layer) => {
    let best: Look = { layer, head: 0, at: from, weight: -1 };
    for (let head = 0; head < n_head; head++) {
      const weights = headWeights(event, n_head, layer, head);
      for (let at = from; at < S; at++) {
        const weight = weights[at] ?? 0;
        if (weight > best.weight) best = { layer, head, at, weight };
      }
    }
    return best;
  });
}

/** The `count` positions with the largest weights, largest first. */
export function mostLookedAt(weights: Float32Array, count: number): { at: number; weight: number }[] {
  return Array.from(weights, (weight, at) => ({ at, weight }))
    .sort((a, b) => b.weight - a.weight || a.at - b.at)
    .slice(0, count);
}
