// Keys of the search in the text, while the focus is in its bar.
import type { BoundKeys } from '../../ui/controls/chord.ts';

export const FIND_KEYS = {
  next: { keys: ['Enter', 'F3', 'Mod+G'], does: 'The next match' },
  previous: { keys: ['Shift+Enter', 'Shift+F3', 'Mod+Shift+G'], does: 'The match before' },
  cased: { keys: ['Own+C'], does: 'Capitals count, or not' },
  back: { keys: ['Esc'], does: 'Close; selection and focus are what they were' },
} as const satisfies Record<string, BoundKeys>;
