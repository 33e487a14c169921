// The list of candidates at one place: ids in their order before sampling, what each is worth, and the mass of the rest.
import type { Distribution } from '../../sampling/pipeline.ts';
import type { StepName } from '../../sampling/steps.ts';
import type { Ranked } from '../shared/ranked.ts';

/** What one id is worth after sampling. */
export interface After {
  readonly p: number;
  /** The step that cut it; null when it can be drawn, or when the model itself rules it out. */
  readonly cutBy: StepName | null;
}

export interface Candidate {
  readonly id: number;
  /** 1 is the likeliest, before sampling. */
  readonly rank: number;
  readonly before: number;
  /** As it was drawn. */
  readonly drawn: After | null;
  /** With the settings as they stand. */
  readonly now: After | null;
}

function afterOf(distribution: Distribution | null, id: number): After | null {
  return distribution && { p: distribution.pAfter(id), cutBy: distribution.cutBy(id) };
}

/** All there is to say about one id. */
export function candidateOf(
  id: number,
  ranked: Ranked,
  drawn: Distribution | null,
  now: Distribution | null,
): Candidate {
  return {
    id,
    rank: ranked.rankOf(id),
    before: ranked.before(id),
    drawn: afterOf(drawn, id),
    now: afterOf(now, id),
  };
}

/** The largest probability of a place, before sampling or after it: where the bars of its list reach furthest. */
export function largestOf(ranked: Ranked, ...after: readonly (Distribution | null)[]): number {
  const [first] = ranked.ids;
  let largest = first === undefined ? 0 : ranked.before(first);
  for (const distribution of after) {
    if (!distribution) continue;
    for (const weight of distribution.weights) largest = Math.max(largest, weight / distribution.total);
  }
  return largest;
}

export interface Tail {
  readonly count: number;
  readonly before: number;
  readonly drawn: number | null;
  readonly now: number | null;
}

function kept(distribution: Distribution | null, shown: ReadonlySet<number>): number | null {
  if (!distribution) return null;
  let mass = 0;
  for (let i = distribution.kept.length - 1; i >= 0; i--) {
    if (!shown.has(distribution.kept[i] ?? -1)) mass += distribution.weights[i] ?? 0;
  }
  return mass / distribution.total;
}

/** What the ids outside the first `shown` weigh together; summed from the least, so that a small tail stays exact. */
export function tailOf(ranked: Ranked, shown: number, drawn: Distribution | null, now: Distribution | null): Tail {
  const head = ranked.ids.subarray(0, shown);
  let before = ranked.outside ?? 0;
  if (ranked.ids.length === ranked.vocabulary) {
    for (let i = ranked.ids.length - 1; i >= shown; i--) before += ranked.before(ranked.ids[i] ?? -1);
  } else {
    before = 1;
    for (const id of head) before -= ranked.before(id);
  }
  const ids = new Set(head);
  return {
    count: ranked.vocabulary - head.length,
    before: Math.max(0, before),
    drawn: kept(drawn, ids),
    now: kept(now, ids),
  };
}
