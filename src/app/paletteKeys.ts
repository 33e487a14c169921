// Keys of the palette.
import type { BoundKeys } from '../ui/controls/chord.ts';

export const PALETTE_KEYS = {
  down: { keys: ['Down'], does: 'The next action' },
  up: { keys: ['Up'], does: 'The one before' },
  take: { keys: ['Enter'], does: 'Do it' },
} as const satisfies Record<string, BoundKeys>;
