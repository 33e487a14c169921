// What a record lists of the ids that can be drawn, after the steps on single logits: exact, with the mass of all others and the bound of its error.
import type { DrawRecord, DrawSetting } from '../../gpu/draw-record.ts';
import { type Adjusted, withTouched } from '../../sampling/adjust.ts';
import type { Ranking } from '../../sampling/row.ts';

export interface Listed {
  /** The likeliest, by falling logit. */
  readonly ranking: Ranking;
  /** How many ids can be drawn: as many as are listed where that is all of them, else no fewer than there are. */
  readonly all: number;
  /** Sum of exp((logit - that of the first) / temperature of the cuts) over the others, and how far it may be off. */
  readonly tail: number;
  readonly slack: number;
}

/**
 * Bound of the relative error of a sum of weights on the GPU. WGSL allows exp an error of 3 + 2|x| units in the last place, and a quotient 2.5;
 * the mean of |x| over a softmax is below ln V. Blocks of additions add some 200 half units at most.
 */
const ERROR = 2 ** -16;

/** Where no step changes a logit. */
export function listedOf({ ids, logits, finite, cutTail }: DrawRecord): Listed {
  return { ranking: { ids, logits }, all: finite, tail: cutTail.sum, slack: ERROR * cutTail.sum };
}

/** A step on logits that changes ids by e^40 against the others leaves nothing of the tail in f32. */
const MOST_SHIFT = 40;

/**
 * After the steps on logits, which `adjust` runs on the logits that the record knows. Null where the list says too little of what is left.
 */
export function listedAfter(
  record: DrawRecord,
  { cutTemperature }: DrawSetting,
  adjust: (logitOf: (id: number) => number | undefined) => Adjusted,
): Listed | null {
  const raw = new Map<number, number>();
  for (const [i, id] of record.ids.entries()) raw.set(id, record.logits[i] ?? Number.NaN);
  for (const [i, id] of record.raisedIds.entries()) raw.set(id, record.raisedLogits[i] ?? Number.NaN);
  const { lines, columns } = adjust(id => raw.get(id));
  const changed = (columns.at(-1)?.logits ?? new Float64Array()).slice();
  const complete = record.ids.length === record.finite;
  const lastId = record.ids.at(-1) ?? 0;
  const last = record.logits.at(-1) ?? Number.NaN;
  let near: number[] = [];
  for (const [id, line] of lines) {
    const logit = changed[line] ?? Number.NaN;
    if (complete || logit === Number.NEGATIVE_INFINITY) continue;
    // The GPU may have seen one so near the end of the list on the other side of it.
    const unsure = 1e-5 * (1 + Math.abs(logit) + Math.abs(raw.get(id) ?? 0));
    if (Math.abs(logit - last) < unsure) near.push(logit);
    if (logit < last || (logit === last && id > lastId)) changed[line] = Number.NEGATIVE_INFINITY;
  }
  const rest = record.ids.filter(id => !lines.has(id));
  const ranking = withTouched(
    { ids: rest, logits: Float64Array.from(rest, id => raw.get(id) ?? Number.NaN) },
    lines,
    changed,
  );
  if (ranking.ids.length === 0) return null;
  if (complete) return { ranking, all: ranking.ids.length, tail: 0, slack: 0 };
  const [highest, top] = [record.logits[0] ?? Number.NaN, ranking.logits[0] ?? Number.NaN];
  const shift = (highest - top) / cutTemperature;
  if (shift > MOST_SHIFT) return null;
  const scale = Math.exp(shift);
  near = near.map(logit => Math.exp((logit - top) / cutTemperature));
  // A changed logit is an f32 too.
  const rounding = ((Math.abs(highest) + Math.abs(last) + 100) * 2 ** -21) / cutTemperature;
  const { sum } = record.cutTail;
  const slack = (ERROR * (sum + record.moved) + rounding * record.moved) * scale;
  return {
    ranking,
    all: record.finite,
    tail: Math.max(0, sum + record.added) * scale,
    slack: near.reduce((total, weight) => total + weight, slack),
  };
}
