// Min-p: keeps what is at least so many times as likely as the likeliest.
import type { Slice } from '../slice.ts';
import { cutStep } from './step.ts';

export const minP = cutStep({
  key: 'min_p',
  default: 0,
  off: 0,
  bounds: { min: 0, max: 1, whole: false },
  label: 'Min-p',
  explanation: 'Cuts tokens less likely than this share of the likeliest one.',
  travel: { min: 0, max: 0.5, step: 0.01 },
  unit: '',
  place: { transformers: 40, 'llama.cpp': 40 },
  apply: (slice: Slice, share: number): Slice => {
    const { weights } = slice;
    let low = 1;
    let high = slice.size;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (weights[middle]! >= share) low = middle + 1;
      else high = middle;
    }
    return slice.head(low);
  },
});
