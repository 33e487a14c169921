// How far a round of answers has come.
import type { Round } from './types.ts';

/** Of all the tokens that may be drawn, those that need no more drawing, 0 to 1: an answer that has ended needs none. Null until the text before is computed. */
export function shareGrown({ answers, most, prefilled }: Pick<Round, 'answers' | 'most' | 'prefilled'>): number | null {
  if (prefilled === null) return null;
  const grown = answers.reduce((sum, { drawn, end }) => sum + (end === null ? drawn : most), 0);
  return grown / (answers.length * most);
}
