// The frequency penalty: the more often a token was drawn or chosen, the lower. As OpenAI has it, or as llama.cpp does: see `penalty_window`.
import { penaltiesCount, repeatLastN, windowWords } from './penalty_window.ts';
import { penaltyStep } from './step.ts';

export const frequencyPenalty = penaltyStep({
  key: 'frequency_penalty',
  default: 0,
  off: 0,
  bounds: { min: -2, max: 2, whole: false },
  label: 'Frequency penalty',
  explanation: 'Lowers a token each time it was drawn or chosen before; below 0 it raises it.',
  travel: { min: -2, max: 2, step: 0.05 },
  unit: '',
  beside: [repeatLastN, penaltiesCount],
  ids: past => past.counted.keys(),
  apply: (penalty, past, change) => {
    for (const [id, count] of past.counted) change(id, logit => logit - penalty * count);
  },
  told: (_, past) => windowWords(past.of(repeatLastN)),
});
