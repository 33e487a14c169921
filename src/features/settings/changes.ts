// What of the settings is not as it comes, in a few words each.
import { type Choice, CONTROLS, END_OF_TEXT_CHOICES, ORDER_CHOICES } from '../../sampling/controls.ts';
import type { GenerationSettings } from '../../sampling/settings.ts';
import { isOff, STEPS } from '../../sampling/steps.ts';

/** `one string`, `3 strings`. */
const counted = (count: number, one: string): string => (count === 1 ? `one ${one}` : `${count} ${one}s`);

/** Settings that stand beside steps which are off. */
function idle(settings: GenerationSettings): ReadonlySet<string> {
  const keys = (off: boolean) =>
    STEPS.filter(step => isOff(step, settings) === off).flatMap(({ beside }) => beside.map(({ key }) => key));
  const working = new Set<string>(keys(false));
  return new Set<string>(keys(true).filter(key => !working.has(key)));
}

function numbers(settings: GenerationSettings, defaults: GenerationSettings): string[] {
  const without = idle(settings);
  return CONTROLS.filter(({ key }) => settings[key] !== defaults[key] && !without.has(key)).map(
    ({ key, label, off }) => {
      const value = settings[key];
      if (key === 'max_new_tokens') return counted(value, 'token');
      const name = /^[A-Z][a-z]/.test(label) ? label.charAt(0).toLowerCase() + label.slice(1) : label;
      return `${name} ${off !== null && value === off ? 'off' : value}`;
    },
  );
}

const labelOf = <T extends string>(choices: readonly Choice<T>[], value: T): string =>
  choices.find(choice => choice.value === value)?.label ?? value;

/** In the order of the panel; empty where all is as it comes. */
export function changedWords(
  settings: GenerationSettings,
  defaults: GenerationSettings,
  seed: string,
): readonly string[] {
  const { order, end_of_text: end, stop, logit_bias: biases } = settings;
  return [
    ...numbers(settings, defaults),
    ...(order === defaults.order ? [] : [`order of ${labelOf(ORDER_CHOICES, order)}`]),
    ...(end === defaults.end_of_text ? [] : [`end-of-text: ${labelOf(END_OF_TEXT_CHOICES, end).toLowerCase()}`]),
    ...(stop.length === 0 ? [] : [counted(stop.length, 'stop string')]),
    ...(biases.length === 0 ? [] : [counted(biases.length, 'bias').replace('biass', 'biases')]),
    ...(seed === '' ? [] : [`seed ${seed}`]),
  ];
}
