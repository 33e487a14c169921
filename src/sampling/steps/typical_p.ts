// Typical-p: keeps tokens about as surprising as the model expects.
import { cutStep } from './step.ts';

export const typicalP = cutStep({
  key: 'typical_p',
  default: 1,
  off: 1,
  bounds: { min: 0.0001, max: 1, whole: false },
  label: 'Typical-p',
  explanation: 'Keeps tokens about as surprising as the model expects, until they reach this probability.',
  travel: { min: 0.01, max: 1, step: 0.01 },
  unit: '',
  place: { transformers: 50, 'llama.cpp': 20 },
  apply: (slice, mass) => slice.nearestToEntropy(mass),
});
