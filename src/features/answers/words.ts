// Words for answers: how one ended, and what came of all.
import { countWords } from '../shared/countWords.ts';
import type { Answer, AnswersState, Rank } from './types.ts';

export const RANK_WORDS: Readonly<Record<Rank, { readonly label: string; readonly meaning: string }>> = {
  total: {
    label: 'total',
    meaning: 'The log-probability of all its tokens together, before sampling: longer answers lose.',
  },
  mean: { label: 'mean', meaning: 'The log-probability a token, before sampling: the length does not count.' },
};

/** Behind "ended by". */
export function endWords({ end }: Answer, status: AnswersState['status']): string {
  if (end === null) return status === 'failed' ? 'a failure' : status === 'stopped' ? 'stopped' : 'growing';
  switch (end.reason) {
    case 'length':
      return 'length reached';
    case 'end_of_text':
      return 'end of text';
    case 'constraint_complete':
      return 'constraint complete';
    case 'stop_string':
      return `stop string ${JSON.stringify(end.stop)}`;
    case 'context_full':
      return 'context full';
    case 'cancelled':
      return 'stopped';
    default:
      return end.reason satisfies never;
  }
}

/** What stands above the answers. */
export function outcome({ round, status }: Pick<AnswersState, 'round' | 'status'>): string {
  if (round === null) return '';
  const tokens = round.answers.reduce((sum, { drawn }) => sum + drawn, 0);
  const count = `${countWords(round.answers.length, 'answer')}, ${countWords(tokens, 'token')}`;
  const shared = round.prefilled === null ? '' : `; the text before was computed once`;
  return status === 'stopped' ? `Stopped: ${count}.` : `${count}${shared}.`;
}
