// Epsilon cutoff, transformers' EpsilonLogitsWarper (Hewitt et al., "Truncation sampling as language model desmoothing", 2022).
import { cutStep } from './step.ts';

export const epsilonCutoff = cutStep({
  key: 'epsilon_cutoff',
  default: 0,
  off: 0,
  bounds: { min: 0, max: 1, whole: false },
  label: 'Epsilon cutoff',
  explanation: 'Cuts tokens less likely than this, whatever the others are; 0 cuts none.',
  travel: { min: 0, max: 0.02, step: 0.0001 },
  unit: '',
  rare: true,
  place: { transformers: 60, 'llama.cpp': 42 },
  apply: (slice, epsilon) => slice.atLeast(epsilon),
});
