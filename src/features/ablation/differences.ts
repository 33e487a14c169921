// What an ablation changes, as rows of tables: candidates of the next token, and tokens of the continuation.
import { logprobOf } from '../../sampling/compare.ts';
import type { RankedRow } from '../../sampling/row.ts';
import type { Comparison } from './types.ts';

/** One candidate, before sampling: with everything on, and with parts off. */
export interface CandidateChange {
  readonly id: number;
  readonly plain: number;
  readonly ablated: number;
}

const candidateChange = (plain: RankedRow, ablated: RankedRow, id: number): CandidateChange => ({
  id,
  plain: Math.exp(logprobOf(plain, id)),
  ablated: Math.exp(logprobOf(ablated, id)),
});

/** The `count` likeliest of either distribution and the ids of `also`; the likelier in either the higher. */
export function candidateChanges(
  plain: RankedRow,
  ablated: RankedRow,
  count: number,
  also: readonly number[],
): readonly CandidateChange[] {
  const ids = new Set([...plain.order.subarray(0, count), ...ablated.order.subarray(0, count), ...also]);
  return [...ids]
    .map(id => candidateChange(plain, ablated, id))
    .sort((a, b) => Math.max(b.plain, b.ablated) - Math.max(a.plain, a.ablated) || a.id - b.id);
}

/** One token where it stands: its log-probability with everything on and with parts off, nats. */
export interface TokenChange {
  readonly position: number;
  readonly id: number;
  readonly plain: number;
  readonly ablated: number;
  readonly change: number;
}

/** The tokens from `from` on; the first token of a text has no prediction and is left out. */
export function tokenChanges({ ids, plain, ablated }: Comparison, from: number): readonly TokenChange[] {
  const begin = Math.max(1, from);
  return Array.from(ids.subarray(begin), (id, i) => {
    const position = begin + i;
    const [before, after] = [plain.logprobs[position] ?? Number.NaN, ablated.logprobs[position] ?? Number.NaN];
    return { position, id, plain: before, ablated: after, change: after - before };
  });
}

/** The largest change first. */
export function byChange(changes: readonly TokenChange[]): readonly TokenChange[] {
  return changes.toSorted((a, b) => Math.abs(b.change) - Math.abs(a.change));
}

export interface TotalChange {
  readonly tokens: number;
  readonly plain: number;
  readonly ablated: number;
  readonly change: number;
}

/** Log-probability of all of them together, nats. */
export function totalChange(changes: readonly TokenChange[]): TotalChange {
  const sum = (of: (change: TokenChange) => number): number => changes.reduce((total, each) => total + of(each), 0);
  return {
    tokens: changes.length,
    plain: sum(each => each.plain),
    ablated: sum(each => each.ablated),
    change: sum(each => each.change),
  };
}
