// The line from 0 to 1 that a random number falls on: the shares of the tokens that can be drawn, in the order of their ids.
import type { Distribution } from '../../sampling/pipeline.ts';

/** One token's share [from, to), or several small ones side by side. */
export interface Share {
  readonly from: number;
  readonly to: number;
  /** Null for several tokens. */
  readonly id: number | null;
  readonly count: number;
}

/** Shares smaller than this are drawn together with their neighbours. */
const SMALLEST = 0.004;

/** The whole line, without gaps; as `draw` adds it up. `keep` is shown by itself, however small. */
export function sharesOf(distribution: Distribution, keep: number | null): Share[] {
  const { kept, weights } = distribution;
  const byId = Array.from(kept, (id, i) => ({ id, weight: weights[i] ?? 0 })).sort((a, b) => a.id - b.id);
  const total = byId.reduce((sum, { weight }) => sum + weight, 0);
  const shares: Share[] = [];
  let cumulative = 0;
  for (const { id, weight } of byId) {
    const from = cumulative / total;
    cumulative += weight;
    const to = cumulative / total;
    const last = shares.at(-1);
    const alone = to - from >= SMALLEST || id === keep;
    if (!alone && last?.id === null) shares[shares.length - 1] = { ...last, to, count: last.count + 1 };
    else shares.push({ from, to, id: alone ? id : null, count: 1 });
  }
  return shares;
}
