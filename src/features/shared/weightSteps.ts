// Attention weights on the text: six steps of the ramp with their words, and the name of what they are of.
import type { HeadChoice } from '../../stores/run/attention-tint.ts';

/** 0 is next to nothing (no tint), 5 the most. */
export type WeightStep = 0 | 1 | 2 | 3 | 4 | 5;

export const WEIGHT_STEPS: readonly WeightStep[] = [0, 1, 2, 3, 4, 5];

/** Lower ends of steps 1 to 5: each about three times the one before, since weights spread over orders of magnitude. */
const ENDS = [0.005, 0.02, 0.05, 0.15, 0.4];

export const WEIGHT_LABELS: readonly string[] = [
  'under 0.5 %',
  '0.5 to 2 %',
  '2 to 5 %',
  '5 to 15 %',
  '15 to 40 %',
  '40 % or more',
];

export const WEIGHT_ENDS: readonly [string, string] = ['0 %', '≥ 40 %'];

export function weightStep(weight: number): WeightStep {
  return WEIGHT_STEPS[ENDS.filter(end => weight >= end).length] ?? 5;
}

/** The same as short as it goes: `L3 H5`, `L3 mean`, `mean`. */
export function shortChoiceName({ layer, head }: HeadChoice): string {
  return layer === null ? 'mean' : `L${layer} ${head === null ? 'mean' : `H${head}`}`;
}

/** `layer 3, head 5`, `layer 3, mean of its heads`, `mean of all heads`. Layers and heads count from 0, as in the checkpoint. */
export function choiceName({ layer, head }: HeadChoice): string {
  if (layer === null) return 'mean of all heads';
  return head === null ? `layer ${layer}, mean of its heads` : `layer ${layer}, head ${head}`;
}
