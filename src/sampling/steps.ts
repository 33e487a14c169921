// The list of the steps of sampling. A new step is a file in `steps/` and a line here: settings, panel, stages and links read the list.
import type { Setting } from './setting.ts';
import { constraint } from './steps/constraint.ts';
import { dryMultiplier } from './steps/dry_multiplier.ts';
import { dynatempRange } from './steps/dynatemp_range.ts';
import { endOfText } from './steps/end_of_text.ts';
import { epsilonCutoff } from './steps/epsilon_cutoff.ts';
import { etaCutoff } from './steps/eta_cutoff.ts';
import { frequencyPenalty } from './steps/frequency_penalty.ts';
import { guidanceScale } from './steps/guidance_scale.ts';
import { logitBias } from './steps/logit_bias.ts';
import { minP } from './steps/min_p.ts';
import { mirostatTau } from './steps/mirostat_tau.ts';
import { presencePenalty } from './steps/presence_penalty.ts';
import { repetitionPenalty } from './steps/repetition_penalty.ts';
import type { CutStep, LogitStep, MaskStep, RowStep, SamplerOrder, Step, StepWords, ValuesOf } from './steps/step.ts';
import { temperature } from './steps/temperature.ts';
import { topK } from './steps/top_k.ts';
import { topNSigma } from './steps/top_n_sigma.ts';
import { topP } from './steps/top_p.ts';
import { typicalP } from './steps/typical_p.ts';
import { xtcProbability } from './steps/xtc_probability.ts';

/** Steps on single logits run in the order of this list; the others where their `place` says. Panels follow the list. */
export const STEPS = [
  temperature,
  topK,
  topP,
  minP,
  typicalP,
  topNSigma,
  epsilonCutoff,
  etaCutoff,
  dynatempRange,
  xtcProbability,
  mirostatTau,
  endOfText,
  logitBias,
  repetitionPenalty,
  frequencyPenalty,
  presencePenalty,
  dryMultiplier,
  guidanceScale,
  constraint,
] as const;

export type StepName = (typeof STEPS)[number]['key'];
export type StepValues = ValuesOf<typeof STEPS>;

/** Every setting of a list of steps once: their own, and those beside them. */
export function settingsOf(steps: readonly Step[]): readonly Setting[] {
  const all: readonly Setting[] = [...steps, ...steps.flatMap(step => step.beside)];
  return [...new Map(all.map(setting => [setting.key, setting])).values()];
}

export function rowStepsOf<K extends string>(steps: readonly Step<K>[]): RowStep<K>[] {
  return steps.filter(step => step.kind === 'row');
}

export function logitStepsOf<K extends string>(steps: readonly Step<K>[]): LogitStep<K>[] {
  return steps.filter(step => step.kind === 'logit');
}

/** What comes behind the steps on logits and before the cuts. */
export function maskStepsOf<K extends string>(steps: readonly Step<K>[]): MaskStep<K>[] {
  return steps.filter(step => step.kind === 'mask');
}

/** The steps after the logits are set, in the order in which they run. */
export function cutStepsOf<K extends string>(steps: readonly Step<K>[], order: SamplerOrder): CutStep<K>[] {
  return steps.filter(step => step.kind === 'cut').sort((a, b) => a.place[order] - b.place[order]);
}

/** All steps in the order in which they run. */
export function stepsInOrder(order: SamplerOrder): Step<StepName>[] {
  return [
    ...rowStepsOf<StepName>(STEPS),
    ...logitStepsOf<StepName>(STEPS),
    ...maskStepsOf<StepName>(STEPS),
    ...cutStepsOf<StepName>(STEPS, order),
  ];
}

/** What a step is called inside a sentence: `top-p`. */
export function wordsOf(step: Step): string {
  // `DRY` stays as it is.
  return step.label.replace(/^[A-Z](?![A-Z])/, first => first.toLowerCase());
}

/** Whether a step does nothing with these settings. A run may still cut its end-of-text ids: `acts` of that step knows. */
export function isOff(step: Step<StepName>, settings: StepValues): boolean {
  const { isOff: off }: StepWords<unknown> = step;
  return off(settings[step.key]);
}

/** True when a step does the same under both: it is off, or all its settings are alike. */
export function isSame(step: Step<StepName>, a: StepValues, b: StepValues): boolean {
  if (isOff(step, a) || isOff(step, b)) return isOff(step, a) && isOff(step, b);
  const [left, right] = [new Map<string, unknown>(Object.entries(a)), new Map<string, unknown>(Object.entries(b))];
  return settingsOf([step]).every(({ key }) => alike(left.get(key), right.get(key)));
}

/** Of two values of a setting. Lists are short, and made by its `clamp` alone. */
export function alike(a: unknown, b: unknown): boolean {
  return a === b || (typeof a === 'object' && JSON.stringify(a) === JSON.stringify(b));
}

/** The setting of a step as a short text; '' where there is none to show. */
export function shownValue(step: Step<StepName>, settings: StepValues): string {
  const { shown }: StepWords<unknown> = step;
  return shown(settings[step.key]);
}

const BY_NAME = new Map<string, Step<StepName>>(STEPS.map(step => [step.key, step]));

/** The record of a step. */
export function stepNamed(name: StepName): Step<StepName> {
  const step = BY_NAME.get(name);
  if (step === undefined) throw new Error(`no step ${name}`);
  return step;
}
