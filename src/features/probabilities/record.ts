// The record of a draw in one line: when its run began, its model, its seed, and every setting that did something.
import { CONTROLS, END_OF_TEXT_CHOICES, ORDER_CHOICES } from '../../sampling/controls.ts';
import { constraint } from '../../sampling/steps/constraint.ts';
import type { Draw } from '../../stores/document/types.ts';
import { nameInFormat } from '../shared/drawnBy.ts';

/** @param time a moment in words */
export function recordWords({ settings, seed, model, at }: Draw, time: (at: number) => string): string {
  const shaped = CONTROLS.filter(({ key, off }) => settings[key] !== off).map(
    ({ key, label }) => `${label} ${settings[key]}`,
  );
  const order = ORDER_CHOICES.find(({ value }) => value === settings.order)?.label;
  const end = END_OF_TEXT_CHOICES.find(({ value }) => value === settings.end_of_text)?.label;
  const { length: biases } = settings.logit_bias;
  const { length: stops } = settings.stop;
  const parts = [
    at === undefined ? 'When it was drawn is not known' : `Drawn by a run of ${time(at)}`,
    model === null ? 'model not named' : nameInFormat(model),
    `Seed ${seed}`,
    ...shaped,
    ...(constraint.isOff(settings.constraint) ? [] : [`Constrained by ${constraint.shown(settings.constraint)}`]),
    `Order of ${order}`,
    `End of text: ${end}`,
    ...(biases > 0 ? [`${biases} logit ${biases === 1 ? 'bias' : 'biases'}`] : []),
    ...(stops > 0 ? [`${stops} stop ${stops === 1 ? 'string' : 'strings'}`] : []),
  ];
  return `${parts.join(' · ')}.`;
}
