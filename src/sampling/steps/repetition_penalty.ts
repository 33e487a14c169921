// Repetition penalty, transformers' RepetitionPenaltyLogitsProcessor: looks at every earlier token, the prompt's too, or at those of the window.
import { repeatLastN, windowWords } from './penalty_window.ts';
import { penaltyStep } from './step.ts';

export const repetitionPenalty = penaltyStep({
  key: 'repetition_penalty',
  default: 1,
  off: 1,
  bounds: { min: 0.01, max: 2, whole: false },
  label: 'Repetition penalty',
  explanation: 'Above 1, scales down every token that occurs earlier, in the prompt too.',
  travel: { min: 0.5, max: 2, step: 0.01 },
  unit: '',
  beside: [repeatLastN],
  ids: past => past.seen.keys(),
  /** Above 1 it lowers the logit, whatever its sign. */
  apply: (penalty, past, change) => {
    for (const id of past.seen.keys()) change(id, logit => (logit < 0 ? logit * penalty : logit / penalty));
  },
  told: (_, past) => windowWords(past.of(repeatLastN)),
});
