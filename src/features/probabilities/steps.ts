// The steps of sampling in words, and whether two settings would shape a distribution differently.
import { CONTROLS } from '../../sampling/controls.ts';
import type { StepRecord } from '../../sampling/pipeline.ts';
import type { GenerationSettings } from '../../sampling/settings.ts';
import { LOGIT_STEPS, type StepName } from '../../sampling/steps.ts';

export const STEP_WORDS: Readonly<Record<StepName, string>> = {
  end_of_text: 'end-of-text',
  logit_bias: 'logit bias',
  repetition_penalty: 'repetition penalty',
  frequency_penalty: 'frequency penalty',
  presence_penalty: 'presence penalty',
  temperature: 'temperature',
  top_k: 'top-k',
  top_p: 'top-p',
  min_p: 'min-p',
  typical_p: 'typical-p',
};

/** One line for people: what the step does. */
export function stepMeaning(name: StepName): string {
  if (name === 'end_of_text') return 'Cuts the end-of-text token, so that a run never draws it.';
  if (name === 'logit_bias') return 'Adds to the logits of single tokens; -100 bans one.';
  return CONTROLS.find(({ key }) => key === name)?.explanation ?? '';
}

const SHAPING = [
  'temperature',
  'top_k',
  'top_p',
  'min_p',
  'typical_p',
  'repetition_penalty',
  'frequency_penalty',
  'presence_penalty',
  'order',
] as const satisfies readonly (keyof GenerationSettings)[];

/** True when both give every row the same distribution: length and stop strings do not count. */
export function sameShape(a: GenerationSettings, b: GenerationSettings): boolean {
  if (a === b) return true;
  if (SHAPING.some(key => a[key] !== b[key])) return false;
  if ((a.end_of_text === 'never') !== (b.end_of_text === 'never')) return false;
  if (a.logit_bias.length !== b.logit_bias.length) return false;
  return a.logit_bias.every((entry, i) => entry.id === b.logit_bias[i]?.id && entry.bias === b.logit_bias[i]?.bias);
}

/** The setting of a step as a short text; '' where there is none to show. */
export function stepValue(name: StepName, settings: GenerationSettings): string {
  switch (name) {
    case 'end_of_text':
      return settings.end_of_text === 'never' ? 'never' : '';
    case 'logit_bias':
      return settings.logit_bias.length === 0 ? '' : `${settings.logit_bias.length}`;
    default:
      return String(settings[name]);
  }
}

/** The steps that do something, in order: what the chain shows. */
export function activeSteps(steps: readonly StepRecord[]): StepRecord[] {
  return steps.filter(step => step.active);
}

/** A line of the pipeline: a step, or the steps on single logits together where all of them are off. */
export type PipelineLine =
  | { readonly kind: 'step'; readonly step: StepRecord }
  | { readonly kind: 'off'; readonly name: StepName | 'logits' };

/** All steps in their real order, those that are off too. */
export function pipelineLines(steps: readonly StepRecord[]): PipelineLine[] {
  const onLogits = (step: StepRecord): boolean => LOGIT_STEPS.some(name => name === step.name);
  const logitsOff = steps.every(step => !onLogits(step) || !step.active);
  const shown = steps.filter(step => step.active || !onLogits(step));
  const lines = shown.map(
    (step): PipelineLine => (step.active ? { kind: 'step', step } : { kind: 'off', name: step.name }),
  );
  return logitsOff ? [{ kind: 'off', name: 'logits' }, ...lines] : lines;
}
