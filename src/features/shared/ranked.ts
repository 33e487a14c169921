// The ids of a place by falling probability before sampling: of its whole row, or of the likeliest few that came with a draw.
import type { RankedRow } from '../../sampling/row.ts';
import type { TopCandidates } from '../../stores/document/types.ts';

/** Ids by falling probability with their probabilities before sampling; `vocabulary` is how many there are in all. */
export interface Ranked {
  readonly ids: Uint32Array;
  readonly vocabulary: number;
  /** Mass of what is not even listed, because a server does not show it; undefined where all is known. */
  readonly outside?: number | undefined;
  /** Rank of an id; 0 for one that is not in the list. */
  rankOf(id: number): number;
  before(id: number): number;
}

const ranks = new WeakMap<RankedRow, ReadonlyMap<number, number> | Uint32Array>();

/** The whole vocabulary at a place. Ranks are inverted once per row. */
export function rankedOfRow(row: RankedRow): Ranked {
  const known = ranks.get(row) ?? rankById(row);
  ranks.set(row, known);
  return {
    ids: row.order,
    vocabulary: row.order.length,
    outside: row.outside,
    rankOf: id => (known instanceof Uint32Array ? known[id] : known.get(id)) ?? 0,
    before: id => Math.exp((row.logits[id] ?? Number.NEGATIVE_INFINITY) - row.logZ),
  };
}

function rankById({ order, outside }: RankedRow): Map<number, number> | Uint32Array {
  if (outside !== undefined) return new Map(Array.from(order, (id, i) => [id, i + 1]));
  const byId = new Uint32Array(order.length);
  for (let i = 0; i < order.length; i++) byId[order[i] ?? 0] = i + 1;
  return byId;
}

/** The likeliest few that came with a draw; exact, since `logZ` is that of the whole row. A vocabulary of 0 is one that is not known. */
export function rankedOfTop(top: TopCandidates, logZ: number, vocabulary: number): Ranked {
  const at = new Map(Array.from(top.ids, (id, i) => [id, i]));
  const shown = Array.from(top.logits).reduce((sum, logit) => sum + Math.exp(logit - logZ), 0);
  return {
    ids: top.ids,
    vocabulary: vocabulary || top.ids.length,
    outside: vocabulary === 0 ? Math.max(0, 1 - shown) : undefined,
    rankOf: id => (at.get(id) ?? -1) + 1,
    before: id => Math.exp((top.logits[at.get(id) ?? -1] ?? Number.NEGATIVE_INFINITY) - logZ),
  };
}
