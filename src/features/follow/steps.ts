// The seven steps of a decoder: their names, and where each can be looked at in full.
import type { FollowStep, InspectorPanel, Side } from '../../stores/view.ts';

interface StepLink {
  readonly side: Side;
  readonly panel?: InspectorPanel;
  readonly label: string;
}

export interface StepWords {
  /** On the stepper. */
  readonly short: string;
  readonly title: string;
  readonly links: readonly StepLink[];
}

export const STEP_WORDS: Readonly<Record<FollowStep, StepWords>> = {
  tokenise: {
    short: 'Tokenise',
    title: 'Tokenise',
    links: [{ side: 'text', label: 'All tokens of the text' }],
  },
  embed: {
    short: 'Embed',
    title: 'Embed and position',
    links: [{ side: 'lens', label: 'What the embedding alone would predict' }],
  },
  layers: {
    short: 'Layers',
    title: 'Layers',
    links: [
      { side: 'lens', label: 'What each layer would predict' },
      { side: 'ablation', label: 'Switch layers off' },
    ],
  },
  attention: {
    short: 'Attention',
    title: 'Attention',
    links: [
      { side: 'attention', label: 'All heads' },
      { side: 'ablation', label: 'Switch heads off' },
    ],
  },
  logits: {
    short: 'Logits',
    title: 'Logits',
    links: [{ side: 'token', panel: 'candidates', label: 'The whole vocabulary' }],
  },
  softmax: {
    short: 'Softmax',
    title: 'Softmax',
    links: [{ side: 'token', panel: 'candidates', label: 'All probabilities' }],
  },
  select: {
    short: 'Select',
    title: 'Select and repeat',
    links: [
      { side: 'token', panel: 'stages', label: 'All sampling steps' },
      { side: 'branches', label: 'The roads not taken' },
    ],
  },
};
