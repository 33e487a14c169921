// OpenAI's presence penalty, for a token that was drawn or chosen: once, however often.
import { penaltyStep } from './step.ts';

export const presencePenalty = penaltyStep({
  key: 'presence_penalty',
  default: 0,
  off: 0,
  bounds: { min: -2, max: 2, whole: false },
  label: 'Presence penalty',
  explanation: 'Lowers a token once if it was drawn or chosen before; below 0 it raises it.',
  travel: { min: -2, max: 2, step: 0.05 },
  unit: '',
  ids: past => past.drawn.keys(),
  apply: (penalty, past, change) => {
    for (const id of past.drawn.keys()) change(id, logit => logit - penalty);
  },
});
