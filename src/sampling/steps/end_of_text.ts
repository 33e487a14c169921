// End-of-text: what happens when that token would be drawn; as a step, it cuts it before the draw.
import { choice } from '../setting.ts';
import type { LogitStep } from './step.ts';

/** End the run, draw it and go on, or cut it before the draw. */
export type EndOfText = 'stop' | 'continue' | 'never';

const WAYS: readonly EndOfText[] = ['stop', 'continue', 'never'];

/** Acts where the ids are cut at that place, which a run may ask for whatever the setting. */
export const endOfText: LogitStep<'end_of_text', EndOfText> & { readonly beside: readonly [] } = {
  ...choice('end_of_text', WAYS, 'stop'),
  kind: 'logit',
  beside: [],
  label: 'End-of-text',
  explanation: 'Cuts the end-of-text token, so that a run never draws it.',
  isOff: value => value !== 'never',
  shown: value => (value === 'never' ? 'never' : ''),
  acts: (_, past) => past.ends.length > 0,
  ids: (_, past) => past.ends,
  apply: (_, past, change) => {
    for (const id of past.ends) change(id, () => Number.NEGATIVE_INFINITY);
  },
};
