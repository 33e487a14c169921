// The steps of sampling in words, and whether two settings would shape a distribution differently.
import type { StepRecord } from '../../sampling/pipeline.ts';
import type { GenerationSettings } from '../../sampling/settings.ts';
import type { StepName } from '../../sampling/steps.ts';

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
