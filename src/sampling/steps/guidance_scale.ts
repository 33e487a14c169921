// Classifier-free guidance (Sanchez et al., "Stay on topic with classifier-free guidance", 2023), as transformers has it: away from what the model
// would say after a negative prompt. Comes before all other steps.
import { text } from '../setting.ts';
import { rowStep } from './step.ts';

/** UTF-16 units. */
export const NEGATIVE_PROMPT_LENGTH = 4000;

export const negativePrompt = text('negative_prompt', 'negative prompt', NEGATIVE_PROMPT_LENGTH);

export const guidanceScale = rowStep({
  key: 'guidance_scale',
  default: 1,
  off: 1,
  bounds: { min: 0, max: 20, whole: false },
  label: 'Guidance',
  explanation:
    'Above 1, moves away from what the model would say after a negative prompt; each token is computed twice. 1 is off.',
  travel: { min: 0, max: 5, step: 0.1 },
  unit: '',
  rare: true,
  beside: [negativePrompt],
  apply: (logits, scale, past) => past.guided(logits, scale),
});
