// The ids of a place by falling probability before sampling: of its whole row, or of the likeliest few that came with a draw.
import type { RankedRow } from '../../sampling/row.ts';
import type { TopCandidates } from '../../stores/document/types.ts';

/** Ids by falling probability with their probabilities before sampling; `vocabulary` is how many there are in all. */
export interface Ranked {
  readonly ids: Uint32Array;
  readonly vocabulary: number;
  /** Rank of an id; 0 for one that is not in the list. */
  rankOf(id: number): number;
  before(id: number): number;
}

const ranks = new WeakMap<RankedRow, Uint32Array>();

/** The whole vocabulary at a place. Ranks are inverted once per row. */
export function rankedOfRow(row: RankedRow): Ranked {
  let byId = ranks.get(row);
  if (!byId) {
    byId = new Uint32Array(row.order.length);
    for (let i = 0; i < row.order.length; i++) byId[row.order[i] ?? 0] = i + 1;
    ranks.set(row, byId);
  }
  const found = byId;
  return {
    ids: row.order,
    vocabulary: row.order.length,
    rankOf: id => found[id] ?? 0,
    before: id => Math.exp((row.logits[id] ?? Number.NEGATIVE_INFINITY) - row.logZ),
  };
}

/** The likeliest few that came with a draw; exact, since `logZ` is that of the whole row. */
export function rankedOfTop(top: TopCandidates, logZ: number, vocabulary: number): Ranked {
  const at = new Map(Array.from(top.ids, (id, i) => [id, i]));
  return {
    ids: top.ids,
    vocabulary,
    rankOf: id => (at.get(id) ?? -1) + 1,
    before: id => Math.exp((top.logits[at.get(id) ?? -1] ?? Number.NEGATIVE_INFINITY) - logZ),
  };
}
