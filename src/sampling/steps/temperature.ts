// Temperature: divides the logits; 0 keeps the likeliest alone.
import { cutStep } from './step.ts';

export const temperature = cutStep({
  key: 'temperature',
  default: 0.8,
  off: 1,
  // Below 0.001 a quotient of logits can no longer be told from greedy.
  bounds: { min: 0, max: 5, whole: false, least: 0.001 },
  label: 'Temperature',
  explanation: 'Flattens the distribution above 1, sharpens it below; 0 always takes the likeliest token.',
  travel: { min: 0, max: 2, step: 0.01 },
  unit: '',
  place: { transformers: 10, 'llama.cpp': 50 },
  /** 0 keeps the likeliest, of equals the one with the lowest id. */
  apply: (slice, value) => (value === 0 ? slice.head(1) : slice.at(value)),
});
