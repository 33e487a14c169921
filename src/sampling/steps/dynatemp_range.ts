// Dynamic temperature, llama.cpp's dynatemp: colder where the model is sure, hotter where it is not, around the temperature that is set.
import { numeric } from '../setting.ts';
import type { Slice } from '../slice.ts';
import { cutStep } from './step.ts';

const dynatempExponent = numeric({
  key: 'dynatemp_exponent',
  default: 1,
  off: null,
  bounds: { min: 0, max: 10, whole: false },
  label: 'Dynamic temperature exponent',
  explanation: 'Above 1 the temperature rises late, close to full uncertainty; below 1 early.',
  travel: { min: 0, max: 4, step: 0.1 },
  unit: '',
});

export const dynatempRange = cutStep({
  key: 'dynatemp_range',
  default: 0,
  off: 0,
  bounds: { min: 0, max: 5, whole: false },
  label: 'Dynamic temperature',
  explanation:
    'Moves the temperature by up to this much: down where the model is sure, up where it is not; 0 leaves it.',
  travel: { min: 0, max: 2, step: 0.05 },
  unit: '',
  rare: true,
  beside: [dynatempExponent],
  // Right behind the temperature, which it replaces.
  place: { transformers: 15, 'llama.cpp': 55 },
  apply: (slice, range, past) => {
    const made = temperatureFor(slice, range, past.of(dynatempExponent));
    return made === 0 ? slice.head(1) : slice.at(made);
  },
  told: (slice, range, past) => `temperature ${temperatureFor(slice, range, past.of(dynatempExponent)).toFixed(3)}`,
});

/** By the entropy at temperature 1 as a share of the most that so many tokens can have. A single token keeps its temperature. */
function temperatureFor(slice: Slice, range: number, exponent: number): number {
  const { size, temperature } = slice;
  if (size <= 1) return temperature;
  const least = Math.max(0, temperature - range);
  const share = Math.min(1, slice.at(1).entropy / Math.log(size));
  return least + (temperature + range - least) * share ** exponent;
}
