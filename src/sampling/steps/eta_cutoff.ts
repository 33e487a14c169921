// Eta cutoff, transformers' EtaLogitsWarper (Hewitt et al., "Truncation sampling as language model desmoothing", 2022).
import { formatProbability } from '../../lib/format.ts';
import type { Slice } from '../slice.ts';
import { cutStep } from './step.ts';

export const etaCutoff = cutStep({
  key: 'eta_cutoff',
  default: 0,
  off: 0,
  bounds: { min: 0, max: 1, whole: false },
  label: 'Eta cutoff',
  explanation: 'As the epsilon cutoff, but it cuts less where the model is unsure; 0 cuts none.',
  travel: { min: 0, max: 0.02, step: 0.0001 },
  unit: '',
  rare: true,
  place: { transformers: 70, 'llama.cpp': 44 },
  apply: (slice, epsilon) => slice.atLeast(leastFor(slice, epsilon)),
  told: (slice, epsilon) => `cuts below ${formatProbability(leastFor(slice, epsilon))}`,
});

/** epsilon, or sqrt(epsilon) e^-entropy where that is less. */
function leastFor(slice: Slice, epsilon: number): number {
  return Math.min(epsilon, Math.sqrt(epsilon) * Math.exp(-slice.entropy));
}
