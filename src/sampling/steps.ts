// The list of the steps of sampling. A new step is a file in `steps/` and a line here: settings, panel, stages and links read the list.
import { endOfText } from './steps/end_of_text.ts';
import { frequencyPenalty } from './steps/frequency_penalty.ts';
import { logitBias } from './steps/logit_bias.ts';
import { minP } from './steps/min_p.ts';
import { presencePenalty } from './steps/presence_penalty.ts';
import { repetitionPenalty } from './steps/repetition_penalty.ts';
import type { CutStep, LogitStep, SamplerOrder, Step, StepWords, ValuesOf } from './steps/step.ts';
import { temperature } from './steps/temperature.ts';
import { topK } from './steps/top_k.ts';
import { topP } from './steps/top_p.ts';
import { typicalP } from './steps/typical_p.ts';

/** Steps on single logits run in the order of this list; the others where their `place` says. Panels follow the list. */
export const STEPS = [
  temperature,
  topK,
  topP,
  minP,
  typicalP,
  endOfText,
  logitBias,
  repetitionPenalty,
  frequencyPenalty,
  presencePenalty,
] as const;

export type StepName = (typeof STEPS)[number]['key'];
export type StepValues = ValuesOf<typeof STEPS>;

export function logitStepsOf<K extends string>(steps: readonly Step<K>[]): LogitStep<K>[] {
  return steps.filter(step => step.kind === 'logit');
}

/** The steps after the logits are set, in the order in which they run. */
export function cutStepsOf<K extends string>(steps: readonly Step<K>[], order: SamplerOrder): CutStep<K>[] {
  return steps.filter(step => step.kind === 'cut').sort((a, b) => a.place[order] - b.place[order]);
}

/** All steps in the order in which they run. */
export function stepsInOrder(order: SamplerOrder): Step<StepName>[] {
  return [...logitStepsOf<StepName>(STEPS), ...cutStepsOf<StepName>(STEPS, order)];
}

/** What a step is called inside a sentence: `top-p`. */
export function wordsOf(step: Step): string {
  return step.label.toLowerCase();
}

/** Whether a step does nothing with these settings. A run may still cut its end-of-text ids: `acts` of that step knows. */
export function isOff(step: Step<StepName>, settings: StepValues): boolean {
  const { isOff: off }: StepWords<unknown> = step;
  return off(settings[step.key]);
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
