// The presence penalty, for a token that was drawn or chosen: once, however often. As OpenAI has it, or as llama.cpp does: see `penalty_window`.
import { penaltiesCount, repeatLastN, windowWords } from './penalty_window.ts';
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
  beside: [repeatLastN, penaltiesCount],
  ids: past => past.counted.keys(),
  apply: (penalty, past, change) => {
    for (const id of past.counted.keys()) change(id, logit => logit - penalty);
  },
  told: (_, past) => windowWords(past.of(repeatLastN)),
});
