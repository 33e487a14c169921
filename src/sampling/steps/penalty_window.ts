// What the three penalties share: how far back they look, and which tokens frequency and presence count.
import { choice, numeric } from '../setting.ts';

/** llama.cpp's word and meaning: -1 looks at the whole text, 0 at none of it. */
export const repeatLastN = numeric({
  key: 'repeat_last_n',
  default: -1,
  off: -1,
  bounds: { min: -1, max: 1_000_000, whole: true },
  label: 'Penalty window',
  explanation: 'How many of the last tokens the three penalties look at; -1 is the whole text.',
  travel: { min: -1, max: 512, step: 1 },
  unit: 'tokens',
});

/** OpenAI's penalties count what was drawn or chosen, those of llama.cpp the prompt too. */
export type PenaltiesCount = 'drawn' | 'all';

const COUNTS: readonly PenaltiesCount[] = ['drawn', 'all'];

export const penaltiesCount = choice('penalties_count', COUNTS, 'drawn');

/** What of it is set, in words; '' where all is as usual. */
export function windowWords(last: number): string {
  return last < 0 ? '' : `of the last ${last} tokens`;
}
