// Words for searches: what each kind does, what its numbers mean, why it ended and why a path fell.
import { formatLogit } from '../../lib/format.ts';
import type { FallenPath, SearchEnd } from '../../protocol/search.ts';
import type { Kind, NumberKey, SearchSetup } from './types.ts';

export const KIND_WORDS: Readonly<Record<Kind, { readonly label: string; readonly meaning: string }>> = {
  greedy: { label: 'Greedy', meaning: 'The likeliest token at each place.' },
  nucleus: { label: 'Nucleus', meaning: "Draws with the page's settings, each text with a seed of its own." },
  beam: {
    label: 'Beam',
    meaning: 'The likeliest beginnings go on together; a step keeps the best of all their continuations.',
  },
  contrastive: {
    label: 'Contrastive',
    meaning: 'A likely token whose final state is unlike those before: fluent, and it does not repeat itself.',
  },
  best_first: {
    label: 'Best first',
    meaning: 'The beginning that could still become the best goes on first, until no open one can win.',
  },
};

export interface NumberWords {
  readonly label: string;
  readonly meaning: string;
  readonly min: number;
  readonly max: number;
  readonly step: number;
}

export const NUMBER_WORDS: Readonly<Record<NumberKey, NumberWords>> = {
  max_new_tokens: { label: 'Length', meaning: 'Tokens of a continuation at most.', min: 1, max: 512, step: 1 },
  beams: { label: 'Beams', meaning: 'Beginnings that go on at each step.', min: 1, max: 16, step: 1 },
  length_penalty: {
    label: 'Length penalty',
    meaning:
      'A score is the log-probability over the length to this power: 0 takes it as it is, more favours longer texts.',
    min: -4,
    max: 4,
    step: 0.1,
  },
  alpha: {
    label: 'Penalty alpha',
    meaning: 'How much being unlike what came before counts: 0 is greedy, 1 leaves probability out.',
    min: 0,
    max: 1,
    step: 0.05,
  },
  top_k: {
    label: 'Candidates',
    meaning: 'The likeliest tokens that are tried at each place (top-k).',
    min: 1,
    max: 16,
    step: 1,
  },
  children: {
    label: 'Children',
    meaning: 'The likeliest tokens that a beginning goes on with.',
    min: 1,
    max: 50,
    step: 1,
  },
  answers: { label: 'Answers', meaning: 'Complete texts that are looked for.', min: 1, max: 8, step: 1 },
  most: {
    label: 'Rows at most',
    meaning: 'The search ends, unproven, after so many steps of the model.',
    min: 1,
    max: 5000,
    step: 50,
  },
  count: { label: 'Texts', meaning: 'Texts that are drawn, to compare how varied they are.', min: 1, max: 8, step: 1 },
};

/** Numbers of a kind, in the order of its fields. */
export const NUMBERS_OF: Readonly<Record<Kind, readonly NumberKey[]>> = {
  greedy: ['max_new_tokens'],
  nucleus: ['max_new_tokens', 'count'],
  beam: ['max_new_tokens', 'beams', 'length_penalty'],
  contrastive: ['max_new_tokens', 'alpha', 'top_k'],
  best_first: ['max_new_tokens', 'children', 'answers', 'length_penalty', 'most'],
};

/** One line: what was asked. */
export function setupWords(setup: SearchSetup): string {
  const numbers = NUMBERS_OF[setup.kind].map(key => `${NUMBER_WORDS[key].label.toLowerCase()} ${setup[key]}`);
  const stopping = setup.kind === 'beam' ? [`early stopping ${setup.early_stopping}`] : [];
  return [KIND_WORDS[setup.kind].label, ...numbers, ...stopping].join(' · ');
}

export const END_WORDS: Readonly<Record<SearchEnd, string>> = {
  full: 'as many complete texts as beams',
  no_better: 'no open beginning would become better',
  length: 'length reached',
  end_of_text: 'end of text',
  most: 'as many rows as were allowed, so a better text may be left',
  nothing_open: 'nothing left to go on with',
};

/** Why a path does not go on, with the number that it missed. */
export function fallenWords({ why, bar, total, score }: FallenPath): string {
  switch (why) {
    case 'outscored':
      return `${formatLogit(total)} nats, and the last that goes on has ${formatLogit(bar)}`;
    case 'ended_low':
      return `ended at ${formatLogit(total)} nats, below the beams of its step (${formatLogit(bar)})`;
    case 'beaten':
      return `complete with ${formatLogit(score)}, and the least that stays has ${formatLogit(bar)}`;
    case 'cannot_win':
      return `${formatLogit(total)} nats: even if all that follows were certain, not above ${formatLogit(bar)}`;
    default:
      return why satisfies never;
  }
}
