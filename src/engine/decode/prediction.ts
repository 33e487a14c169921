// A row of logits reduced to what a token event says of it, and the token that was drawn from it.

import type { TokenEvent } from '../../protocol/events.ts';
import { draw } from '../../sampling/draw.ts';
import type { Distribution } from '../../sampling/pipeline.ts';
import { type RankedRow, rankOf } from '../../sampling/row.ts';

export type Prediction = Pick<
  TokenEvent,
  'id' | 'logit' | 'logZ' | 'entropy' | 'rank' | 'pAfter' | 'topIds' | 'topLogits'
>;

/** Candidates that travel with every token. */
export const TOP = 25;

/** From the whole row: exact, and what everything else is held against. */
export function predictionOf(row: RankedRow, distribution: Distribution, u: number): Prediction {
  const { id, pAfter } = draw(distribution, u);
  const { logits, logZ, entropy } = row;
  const topIds = row.order.slice(0, TOP);
  const topLogits = Float32Array.from(topIds, top => logits[top] ?? Number.NaN);
  return { id, logit: logits[id] ?? Number.NaN, logZ, entropy, rank: rankOf(row, id), pAfter, topIds, topLogits };
}
