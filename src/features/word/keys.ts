// Keys of the card of a token, once the focus is in it.
import type { BoundKeys } from '../../ui/controls/chord.ts';

export const CARD_KEYS = {
  before: { keys: ['Up'], does: 'The line before' },
  after: { keys: ['Down'], does: 'The next line; Enter continues from there' },
  close: { keys: ['Esc'], does: 'Close the card and go back to the text' },
} as const satisfies Record<string, BoundKeys>;
