// Top-p, transformers' TopPLogitsWarper: the smallest set of likeliest tokens whose mass reaches it, at least one.
import type { Slice } from '../slice.ts';
import { cutStep } from './step.ts';

export const topP = cutStep({
  key: 'top_p',
  default: 0.95,
  off: 1,
  bounds: { min: 0.0001, max: 1, whole: false },
  label: 'Top-p',
  explanation: 'Keeps the smallest set of likeliest tokens that together reach this probability.',
  travel: { min: 0.01, max: 1, step: 0.01 },
  unit: '',
  place: { transformers: 30, 'llama.cpp': 30 },
  apply: (slice: Slice, mass: number): Slice => {
    const { weights } = slice;
    const enough = mass * slice.total;
    let count = 1;
    for (let reached = weights[0]!; count < slice.size && reached < enough; count++) reached += weights[count]!;
    return slice.head(count);
  },
});
