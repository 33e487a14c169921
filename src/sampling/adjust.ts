// The logit steps on a ranked row: a table of the few ids they touch, and those ids put back into the cached order.
import { indexIn, placeIn, type RankedRow, type Ranking } from './row.ts';
import type { SamplingSettings } from './settings.ts';
import {
  BAN,
  frequencyPenalty,
  isActive,
  LOGIT_STEPS,
  type LogitStepName,
  presencePenalty,
  repetitionPenalty,
} from './steps.ts';

/** The ids before the position that is drawn, on this branch. */
export interface History {
  readonly ids: Uint32Array;
  /** 1 where the id was drawn or chosen, 0 where it was typed. Same length as `ids`. */
  readonly drawn: Uint8Array;
}

/** Logits of the touched ids after one logit step; -Infinity where it banned one. */
export interface LogitColumn {
  readonly name: LogitStepName;
  readonly active: boolean;
  readonly logits: Float64Array;
}

export interface Adjusted {
  /** Touched ids and their line in every column. Ids that the row rules out (logit -Infinity) are not among them. */
  readonly lines: ReadonlyMap<number, number>;
  /** The touched ids' logits in the row. */
  readonly raw: Float64Array;
  readonly columns: readonly LogitColumn[];
}

/** How often each id occurs; only where `drawn` is set, if it is given. */
function countIds(history: History, drawnAlone: boolean): Map<number, number> {
  const counts = new Map<number, number>();
  history.ids.forEach((id, i) => {
    if (!drawnAlone || history.drawn[i]) counts.set(id, (counts.get(id) ?? 0) + 1);
  });
  return counts;
}

/**
 * What the logit steps do to a row. Ids the row lacks or rules out are passed over, so that settings outlive a change of model.
 * @param cutIds ids that `end_of_text` cuts; empty when it may be drawn.
 */
export function adjustLogits(
  row: RankedRow,
  settings: SamplingSettings,
  history: History,
  cutIds: readonly number[],
): Adjusted {
  const seen = isActive('repetition_penalty', settings) ? countIds(history, false) : new Map<number, number>();
  const counted = isActive('frequency_penalty', settings) || isActive('presence_penalty', settings);
  const counts = counted ? countIds(history, true) : new Map<number, number>();
  const lines = new Map<number, number>();
  const raw: number[] = [];
  const touch = (id: number): void => {
    const logit = row.logits[id];
    if (logit === undefined || logit === Number.NEGATIVE_INFINITY || lines.has(id)) return;
    lines.set(id, raw.push(logit) - 1);
  };
  cutIds.forEach(touch);
  for (const { id } of settings.logit_bias) touch(id);
  for (const id of seen.keys()) touch(id);
  for (const id of counts.keys()) touch(id);

  let logits = Float64Array.from(raw);
  const columns = LOGIT_STEPS.map((name): LogitColumn => {
    const active = name === 'end_of_text' ? cutIds.length > 0 : isActive(name, settings);
    if (active) {
      logits = logits.slice();
      applyStep(name, { logits, lines, settings, cutIds, seen, counts });
    }
    return { name, active, logits };
  });
  return { lines, raw: Float64Array.from(raw), columns };
}

interface StepInput {
  /** Changed in place. */
  readonly logits: Float64Array;
  readonly lines: ReadonlyMap<number, number>;
  readonly settings: SamplingSettings;
  readonly cutIds: readonly number[];
  readonly seen: ReadonlyMap<number, number>;
  readonly counts: ReadonlyMap<number, number>;
}

function applyStep(name: LogitStepName, input: StepInput): void {
  const { logits, lines, settings, cutIds, seen, counts } = input;
  const change = (id: number, to: (logit: number) => number): void => {
    const line = lines.get(id);
    if (line !== undefined) logits[line] = to(logits[line]!);
  };
  const cut = (): number => Number.NEGATIVE_INFINITY;
  switch (name) {
    case 'end_of_text':
      for (const id of cutIds) change(id, cut);
      break;
    case 'logit_bias':
      for (const { id, bias } of settings.logit_bias) change(id, bias <= BAN ? cut : logit => logit + bias);
      break;
    case 'repetition_penalty':
      for (const id of seen.keys()) change(id, logit => repetitionPenalty(logit, settings.repetition_penalty));
      break;
    case 'frequency_penalty':
      for (const [id, count] of counts) change(id, logit => frequencyPenalty(logit, settings.frequency_penalty, count));
      break;
    case 'presence_penalty':
      for (const id of counts.keys()) change(id, logit => presencePenalty(logit, settings.presence_penalty));
      break;
    default:
      name satisfies never;
  }
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
    for (; from < end; from++) {
      ids[from - gap] = finite.ids[from]!;
      logits[from - gap] = finite.logits[from]!;
    }
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
    for (; from < end; from++) {
      ids[from + added] = rest.ids[from]!;
      logits[from + added] = rest.logits[from]!;
    }
    if (entry === undefined) break;
    ids[end + added] = entry.id;
    logits[end + added] = entry.logit;
  }
  return { ids, logits };
}
