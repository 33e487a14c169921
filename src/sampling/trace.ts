// One token through all steps of sampling: its logit, probability and rank after each, and where it was cut.
import type { Distribution } from './pipeline.ts';
import { rankOf } from './row.ts';
import type { StepName } from './steps.ts';

/** `cut`: by this very step. `gone`: before it. `ruled_out`: by the model, which gives it no probability at all. */
type Fate = 'kept' | 'cut' | 'gone' | 'ruled_out';

export interface TracePoint<N extends string = StepName> {
  /** Null: before sampling. */
  readonly step: N | null;
  readonly fate: Fate;
  /** Divided by the temperature once that is done; -Infinity where it is not kept. */
  readonly logit: number;
  /** Among what is kept there; 0 where it is not kept. */
  readonly p: number;
  /** Among what is kept there, 1 is the likeliest; 0 where it is not kept. */
  readonly rank: number;
}

/** Before sampling and after each of `steps`, in their order. @throws NucleusError bad_token for an id the row lacks. */
export function traceOf<N extends string = StepName>(
  distribution: Distribution<N>,
  id: number,
  steps: readonly N[],
): TracePoint<N>[] {
  const { row } = distribution;
  const rank = rankOf(row, id);
  const logit = row.logits[id] ?? Number.NEGATIVE_INFINITY;
  const ruledOut = logit === Number.NEGATIVE_INFINITY;
  const cutBy = distribution.cutBy(id);
  const cutAt = distribution.steps.findIndex(step => step.name === cutBy);
  const fateAt = (step: N): Fate => {
    if (ruledOut) return 'ruled_out';
    const at = distribution.steps.findIndex(({ name }) => name === step);
    if (cutAt < 0 || at < cutAt) return 'kept';
    return at === cutAt ? 'cut' : 'gone';
  };
  return [
    { step: null, fate: ruledOut ? 'ruled_out' : 'kept', logit, p: distribution.pBefore(id), rank },
    ...steps.map(step => ({
      step,
      fate: fateAt(step),
      logit: distribution.logitAfter(id, step),
      p: distribution.probabilityAfter(id, step),
      rank: distribution.rankAfter(id, step),
    })),
  ];
}

/**
 * Ids worth following through the steps: the first by rank before sampling, the first after it (a bias or typical-p brings others to the
 * top), and those of `always`. In their order before sampling.
 */
export function leadersOf(
  distribution: Distribution,
  before: number,
  after: number,
  always: readonly number[],
): number[] {
  const ids = new Set([
    ...distribution.row.finite.ids.subarray(0, before),
    ...distribution.kept.subarray(0, after),
    ...always.filter(id => id < distribution.row.logits.length),
  ]);
  const ranks = new Map(Array.from(ids, id => [id, rankOf(distribution.row, id)]));
  return [...ids].sort((a, b) => (ranks.get(a) ?? 0) - (ranks.get(b) ?? 0));
}
