// Min-p: keeps what is at least so many times as likely as the likeliest.
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
  apply: (slice, share) => {
    const { weights } = slice;
    return slice.leading(i => weights[i]! >= share);
  },
});
