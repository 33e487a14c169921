// The logit steps on a ranked row: a table of the few ids they touch, and those ids put back into the cached order.
import type { Past } from './past.ts';
import { indexIn, placeIn, type RankedRow, type Ranking } from './row.ts';
import type { Change, LogitStep } from './steps/step.ts';

/** Logits of the touched ids after one logit step; -Infinity where it banned one. */
interface LogitColumn<N extends string = string> {
  readonly name: N;
  readonly active: boolean;
  readonly logits: Float64Array;
  /** What the step says of what it did. */
  readonly tell: () => string;
}

export interface Adjusted<N extends string = string> {
  /** Touched ids and their line in every column. Ids that the row rules out (logit -Infinity) are not among them. */
  readonly lines: ReadonlyMap<number, number>;
  /** The touched ids' logits in the row. */
  readonly raw: Float64Array;
  readonly columns: readonly LogitColumn<N>[];
}

/**
 * What the logit steps do to a row. Ids the row lacks or rules out are passed over, so that settings outlive a change of model.
 * @param logitOf the row; undefined for an id that it lacks.
 * @param values the settings by the keys of their steps, those that `past` was made with.
 */
export function adjustLogits<N extends string>(
  logitOf: (id: number) => number | undefined,
  steps: readonly LogitStep<N>[],
  values: Readonly<Record<string, unknown>>,
  past: Past,
): Adjusted<N> {
  const lines = new Map<number, number>();
  const raw: number[] = [];
  const acting = steps.map(step => ({ step, value: values[step.key], active: step.acts(values[step.key], past) }));
  for (const { step, value, active } of acting) {
    if (!active) continue;
    for (const id of step.ids(value, past)) {
      const logit = logitOf(id);
      if (logit === undefined || logit === Number.NEGATIVE_INFINITY || lines.has(id)) continue;
      lines.set(id, raw.push(logit) - 1);
    }
  }
  let logits = Float64Array.from(raw);
  const columns = acting.map(({ step, value, active }): LogitColumn<N> => {
    if (active) {
      logits = logits.slice();
      step.apply(value, past, changeIn(logits, lines));
    }
    return { name: step.key, active, logits, tell: () => step.told?.(value, past) ?? '' };
  });
  return { lines, raw: Float64Array.from(raw), columns };
}

function changeIn(logits: Float64Array, lines: ReadonlyMap<number, number>): Change {
  return (id, to) => {
    const line = lines.get(id);
    if (line !== undefined) logits[line] = to(logits[line]!);
  };
}

/** The row's falling order without the touched ids. */
export function withoutTouched(row: RankedRow, lines: ReadonlyMap<number, number>): Ranking {
  const { finite } = row;
  const gaps = Uint32Array.from(lines.keys(), id => indexIn(finite, id, row.logits[id]!)).sort();
  const ids = new Uint32Array(finite.ids.length - gaps.length);
  const logits = new Float64Array(ids.length);
  let from = 0;
  for (let gap = 0; gap <= gaps.length; gap++) {
    const end = gaps[gap] ?? finite.ids.length;
    copy(finite, from, end, ids, logits, from - gap);
    from = end + 1;
  }
  return { ids, logits };
}

/** `rest` with the touched ids put back where their new logits belong; banned ones stay out. */
export function withTouched(rest: Ranking, lines: ReadonlyMap<number, number>, newLogits: Float64Array): Ranking {
  const back = Array.from(lines, ([id, line]) => ({ id, logit: newLogits[line]! }))
    .filter(entry => entry.logit !== Number.NEGATIVE_INFINITY)
    .sort((a, b) => b.logit - a.logit || a.id - b.id);
  const ids = new Uint32Array(rest.ids.length + back.length);
  const logits = new Float64Array(ids.length);
  let from = 0;
  for (let added = 0; added <= back.length; added++) {
    const entry = back[added];
    const end = entry === undefined ? rest.ids.length : placeIn(rest, entry.id, entry.logit, from);
    copy(rest, from, end, ids, logits, from + added);
    from = end;
    if (entry === undefined) break;
    ids[end + added] = entry.id;
    logits[end + added] = entry.logit;
  }
  return { ids, logits };
}

/** Entries `from` to `end` of a ranking, to `at` of another one. */
function copy(ranking: Ranking, from: number, end: number, ids: Uint32Array, logits: Float64Array, at: number): void {
  if (from >= end) return;
  ids.set(ranking.ids.subarray(from, end), at);
  logits.set(ranking.logits.subarray(from, end), at);
}
