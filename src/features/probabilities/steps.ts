// The steps of sampling in words, and whether two settings would shape a distribution differently.
import type { StepRecord } from '../../sampling/pipeline.ts';
import type { GenerationSettings } from '../../sampling/settings.ts';
import { isSame, STEPS, type StepName, shownValue, stepNamed, wordsOf } from '../../sampling/steps.ts';

/** What a step is called in a line of text: `top-p`. */
export const STEP_WORDS = Object.fromEntries(STEPS.map(step => [step.key, wordsOf(step)])) as Readonly<
  Record<StepName, string>
>;

/** One line for people: what the step does. */
export function stepMeaning(name: StepName): string {
  return stepNamed(name).explanation;
}

/** True when both give every row the same distribution: length and stop strings do not count. */
export function sameShape(a: GenerationSettings, b: GenerationSettings): boolean {
  if (a === b) return true;
  return a.order === b.order && STEPS.every(step => isSame(step, a, b));
}

/** The setting of a step as a short text; '' where there is none to show. */
export function stepValue(name: StepName, settings: GenerationSettings): string {
  return shownValue(stepNamed(name), settings);
}

/** The steps that do something, in order: what the chain shows. */
export function activeSteps(steps: readonly StepRecord[]): StepRecord[] {
  return steps.filter(step => step.active);
}

/** A line of the pipeline: a step; the steps on single logits together where all of them are off; the rare ones that are off together. */
export type PipelineLine =
  | { readonly kind: 'step'; readonly step: StepRecord }
  | { readonly kind: 'off'; readonly name: StepName | 'logits' | 'rare' };

/** All steps in their real order, those that are off too. */
export function pipelineLines(steps: readonly StepRecord[]): PipelineLine[] {
  const onLogits = (step: StepRecord): boolean => stepNamed(step.name).kind === 'logit';
  const isRare = (step: StepRecord): boolean => stepNamed(step.name).rare === true;
  const logitsOff = steps.every(step => !onLogits(step) || !step.active);
  const rareOff = steps.some(step => isRare(step) && !onLogits(step) && !step.active);
  const shown = steps.filter(step => step.active || !(onLogits(step) || isRare(step)));
  const lines = shown.map(
    (step): PipelineLine => (step.active ? { kind: 'step', step } : { kind: 'off', name: step.name }),
  );
  return [
    ...(logitsOff ? [{ kind: 'off', name: 'logits' } as const] : []),
    ...lines,
    ...(rareOff ? [{ kind: 'off', name: 'rare' } as const] : []),
  ];
}

/** What a line of steps that are off is called. */
export function offWords(name: StepName | 'logits' | 'rare'): string {
  if (name === 'logits') return 'bias and penalties';
  return name === 'rare' ? 'other steps' : STEP_WORDS[name];
}
