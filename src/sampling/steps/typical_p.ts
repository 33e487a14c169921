// Typical-p: keeps tokens about as surprising as the model expects.
import type { Slice } from '../slice.ts';
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
  apply: nearest,
});

/**
 * transformers' TypicalLogitsWarper (Meister et al., "Locally typical sampling", 2022): tokens by the distance of their surprisal
 * from the entropy, the nearest first, until their mass reaches `mass`; what is exactly as far as the last one stays too.
 * With a = (logit - top) / temperature, surprisal - entropy = mean(a) - a: the walk goes outward from the mean of a.
 */
function nearest(slice: Slice, mass: number): Slice {
  const { lo, hi, weights, total } = slice;
  const { logits } = slice.ranking;
  const top = logits[lo]!;
  const scaled = (i: number): number => (logits[i]! - top) / slice.temperature;
  let mean = 0;
  for (let i = lo; i < hi; i++) {
    const weight = weights[i - lo]!;
    if (weight === 0) break;
    mean += (weight / total) * scaled(i);
  }
  let right = lo; // first entry below the mean
  while (right < hi && scaled(right) >= mean) right++;
  let left = right - 1;
  const enough = mass * total;
  let reached = 0;
  let radius = 0;
  while (reached < enough && (left >= lo || right < hi)) {
    const above = left >= lo ? scaled(left) - mean : Number.POSITIVE_INFINITY;
    const below = right < hi ? mean - scaled(right) : Number.POSITIVE_INFINITY;
    const goLeft = right >= hi || (left >= lo && above <= below);
    radius = goLeft ? above : below;
    reached += weights[(goLeft ? left-- : right++) - lo]!;
  }
  while (left >= lo && scaled(left) - mean <= radius) left--;
  while (right < hi && mean - scaled(right) <= radius) right++;
  return slice.window(left + 1, right);
}
