// From a ranked row and the settings to the distribution a token is drawn from, with a record of what every step did.
import { type ErrorCode, NucleusError } from '../lib/error.ts';
import { type Adjusted, adjustLogits, withoutTouched, withTouched } from './adjust.ts';
import { type History, type Past, pastOf } from './past.ts';
import { type RankedRow, rankRow } from './row.ts';
import type { SamplingSettings } from './settings.ts';
import { Slice } from './slice.ts';
import { LogitStage, SliceStage, type Stage } from './stages.ts';
import type { RowStep, SamplerOrder, Step } from './steps/step.ts';
import { cutStepsOf, logitStepsOf, maskStepsOf, rowStepsOf, STEPS, type StepName } from './steps.ts';

/** What a step did at one place. */
export interface StepRecord<N extends string = StepName> {
  readonly name: N;
  /** False when its setting is at the value that does nothing. */
  readonly active: boolean;
  /** Ids it cut, and how many are left. */
  readonly removed: number;
  readonly kept: number;
  /** Mass of the ids it cut, in the distribution that entered the step. Computed when first read. */
  readonly massRemoved: number;
  /** What it did, in a few words, where its setting alone does not tell; else ''. */
  readonly told: string;
}

class RecordedStep<N extends string> implements StepRecord<N> {
  readonly name: N;
  readonly active: boolean;
  readonly before: Stage;
  readonly after: Stage;
  #massRemoved: number | null = null;
  readonly #tell: () => string;

  constructor(name: N, active: boolean, before: Stage, after: Stage, tell: () => string) {
    this.name = name;
    this.active = active;
    this.before = before;
    this.after = after;
    this.#tell = tell;
  }

  get told(): string {
    return this.active ? this.#tell() : '';
  }

  get removed(): number {
    return this.before.kept - this.after.kept;
  }

  get kept(): number {
    return this.after.kept;
  }

  get massRemoved(): number {
    this.#massRemoved ??= this.removed === 0 ? 0 : this.before.massOutside(this.after);
    return this.#massRemoved;
  }
}

/** What a token is drawn from. Complete: every id of the vocabulary has an answer, before sampling, after it, and at each step between. */
export class Distribution<N extends string = StepName> {
  readonly row: RankedRow;
  /** All steps in their real order, the inactive ones too. */
  readonly steps: readonly StepRecord<N>[];
  readonly #recorded: readonly RecordedStep<N>[];
  readonly #final: Slice;

  constructor(row: RankedRow, recorded: readonly RecordedStep<N>[], final: Slice) {
    this.row = row;
    this.steps = recorded;
    this.#recorded = recorded;
    this.#final = final;
  }

  /** Ids that can be drawn, by falling probability after sampling, ties by the lower id first. A view. */
  get kept(): Uint32Array {
    return this.#final.ranking.ids.subarray(this.#final.lo, this.#final.hi);
  }

  /** Probabilities after sampling, not normalised, in the order of `kept`: the first is 1. A view. */
  get weights(): Float64Array {
    return this.#final.weights;
  }

  /** Sum of `weights`. */
  get total(): number {
    return this.#final.total;
  }

  /** Probability the model gives, exact over the vocabulary: exp(logit - logZ). 0 for an id the row lacks. */
  pBefore(id: number): number {
    const logit = this.row.logits[id];
    return logit === undefined ? 0 : Math.exp(logit - this.row.logZ);
  }

  /** Probability of being drawn; 0 for a cut id. */
  pAfter(id: number): number {
    return this.#last.after.probabilityOf(id);
  }

  /** The step that cut an id; null for one that is kept, and for one that the model itself rules out (logit -Infinity). */
  cutBy(id: number): N | null {
    const logit = this.row.logits[id];
    if (logit === undefined || logit === Number.NEGATIVE_INFINITY || this.#last.after.has(id)) return null;
    return this.#recorded.find(step => !step.after.has(id))?.name ?? null;
  }

  /** Nats, of the distribution after sampling. */
  get entropyAfter(): number {
    return this.#final.entropy;
  }

  /** Logit of an id after a step, divided by the temperature once that is done; -Infinity when it is cut. */
  logitAfter(id: number, step: N): number {
    return this.#stage(step).logitOf(id);
  }

  /** Probability of an id after a step, among what is kept there; 0 when it is cut. */
  probabilityAfter(id: number, step: N): number {
    return this.#stage(step).probabilityOf(id);
  }

  /** Rank of an id among what is kept after a step, 1 is the likeliest; 0 when it is cut. */
  rankAfter(id: number, step: N): number {
    return this.#stage(step).rankOf(id);
  }

  get #last(): RecordedStep<N> {
    return this.#recorded[this.#recorded.length - 1]!;
  }

  #stage(name: N): Stage {
    const step = this.#recorded.find(recorded => recorded.name === name);
    if (step === undefined) throw new Error(`no step ${name}`);
    return step.after;
  }
}

/** What `sample` throws where the settings leave no token. */
export const NOTHING_LEFT: readonly ErrorCode[] = ['bad_settings', 'constraint_dead_end'];

/**
 * The distribution the next token is drawn from. Pure; about 1 ms for 50,257 ids on a ranked row.
 * @param history the ids before the drawn position, on this branch: penalties look at nothing else.
 * @param cutIds end-of-text ids, when they may not be drawn; else empty.
 * @throws NucleusError with a code of NOTHING_LEFT when bans or a constraint leave no token.
 */
export function sample(
  row: RankedRow,
  settings: SamplingSettings,
  history: History,
  cutIds: readonly number[],
): Distribution {
  return sampleBy<StepName>(STEPS, row, settings, history, cutIds);
}

/** `sample` by any list of steps; `settings` has the value of each by its key. */
export function sampleBy<N extends string>(
  steps: readonly Step<N>[],
  row: RankedRow,
  settings: Readonly<Record<string, unknown>> & { readonly order: SamplerOrder },
  history: History,
  cutIds: readonly number[],
): Distribution<N> {
  const past = pastOf(history, settings, cutIds);
  const recorded: RecordedStep<N>[] = [];
  const entered = applyRowSteps(rowStepsOf(steps), row, settings, past, recorded);
  const adjusted = adjustLogits(id => entered.logits[id], logitStepsOf(steps), settings, past);
  let slice = recordLogitSteps(entered, adjusted, recorded);
  let stage: Stage = new SliceStage(entered, adjusted, slice);
  for (const step of maskStepsOf(steps)) {
    const value = settings[step.key];
    const active = !step.isOff(value);
    const before = stage;
    const next = active ? step.apply(slice, value, past) : slice;
    if (next !== slice) stage = new SliceStage(entered, adjusted, next);
    slice = next;
    recorded.push(new RecordedStep(step.key, active, before, stage, () => step.told(past)));
  }
  for (const step of cutStepsOf(steps, settings.order)) {
    const value = Number(settings[step.key]);
    const active = !step.isOff(value);
    const before = stage;
    const whole = slice;
    if (active) {
      const next = step.apply(slice, value, past);
      if (next !== slice) stage = new SliceStage(entered, adjusted, next);
      slice = next;
    }
    recorded.push(new RecordedStep(step.key, active, before, stage, () => step.told?.(whole, value, past) ?? ''));
  }
  return new Distribution(row, recorded, slice);
}

/** Appends their records and gives the row that the other steps work on. */
function applyRowSteps<N extends string>(
  steps: readonly RowStep<N>[],
  row: RankedRow,
  settings: Readonly<Record<string, unknown>>,
  past: Past,
  recorded: RecordedStep<N>[],
): RankedRow {
  const stageOf = ({ logits, finite }: RankedRow): Stage => new LogitStage({ logits }, NO_LINES, NO_LOGITS, finite);
  let [now, stage] = [row, stageOf(row)];
  for (const step of steps) {
    const value = Number(settings[step.key]);
    const made = step.isOff(value) ? null : step.apply(now.logits, value, past);
    const before = stage;
    if (made !== null) {
      now = rankRow(made);
      stage = stageOf(now);
    }
    recorded.push(new RecordedStep(step.key, made !== null, before, stage, () => ''));
  }
  return now;
}

const NO_LINES: ReadonlyMap<number, number> = new Map();
const NO_LOGITS = new Float64Array();

/** Appends the records of the logit steps and gives what they leave, at temperature 1. */
function recordLogitSteps<N extends string>(row: RankedRow, adjusted: Adjusted<N>, recorded: RecordedStep<N>[]): Slice {
  const untouched = adjusted.lines.size === 0;
  const rest = untouched ? row.finite : withoutTouched(row, adjusted.lines);
  let stage: Stage = new LogitStage(row, adjusted.lines, adjusted.raw, rest);
  let { raw: logits } = adjusted;
  for (const { name, active, logits: changed, tell } of adjusted.columns) {
    const before = stage;
    if (changed !== logits) stage = new LogitStage(row, adjusted.lines, changed, rest);
    logits = changed;
    recorded.push(new RecordedStep(name, active, before, stage, tell));
  }
  const ranking = untouched ? rest : withTouched(rest, adjusted.lines, logits);
  if (ranking.ids.length === 0) {
    throw new NucleusError('bad_settings', 'the logit bias and the ban on end-of-text leave no token to draw');
  }
  return new Slice(ranking, 0, ranking.ids.length, 1);
}
