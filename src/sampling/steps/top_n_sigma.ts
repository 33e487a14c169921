// Top-n-sigma, llama.cpp's top_n_sigma: keeps what lies within n standard deviations of the largest logit, whatever the temperature.
import type { Slice } from '../slice.ts';
import { cutStep } from './step.ts';

export const topNSigma = cutStep({
  key: 'top_n_sigma',
  default: 0,
  off: 0,
  bounds: { min: 0, max: 20, whole: false },
  label: 'Top-n-sigma',
  explanation: 'Keeps tokens whose logit is within this many standard deviations of the largest; 0 keeps all.',
  travel: { min: 0, max: 5, step: 0.05 },
  unit: 'σ',
  rare: true,
  place: { transformers: 5, 'llama.cpp': 5 },
  apply: (slice, n) => {
    const { lo } = slice;
    const { logits } = slice.ranking;
    const least = logits[lo]! - n * deviation(slice);
    return slice.leading(i => logits[lo + i]! >= least);
  },
});

/** Of the logits that are left, none of them -Infinity. */
function deviation({ ranking: { logits }, lo, hi, size }: Slice): number {
  let total = 0;
  for (let i = lo; i < hi; i++) total += logits[i]!;
  const mean = total / size;
  let squares = 0;
  for (let i = lo; i < hi; i++) squares += (logits[i]! - mean) ** 2;
  return Math.sqrt(squares / size);
}
