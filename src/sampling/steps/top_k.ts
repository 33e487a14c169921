// Top-k: keeps exactly the k likeliest; of equals the lower ids.
import { cutStep } from './step.ts';

export const topK = cutStep({
  key: 'top_k',
  default: 0,
  off: 0,
  bounds: { min: 0, max: 1_000_000, whole: true },
  label: 'Top-k',
  explanation: 'Keeps this many of the likeliest tokens; 0 keeps all.',
  travel: { min: 0, max: 100, step: 1 },
  unit: 'tokens',
  place: { transformers: 20, 'llama.cpp': 10 },
  apply: (slice, k) => slice.head(Math.max(1, k)),
});
