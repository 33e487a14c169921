// Keys of the list of candidates.
import type { BoundKeys } from '../../ui/controls/chord.ts';

export const CANDIDATE_KEYS = {
  walk: { keys: ['Up', 'Down', 'PageUp', 'PageDown', 'Home', 'End'], does: 'Walk through the candidates' },
  take: { keys: ['Enter'], does: 'Continue from the selected candidate' },
  pin: { keys: ['P'], does: 'Pin the selected candidate, or take its pin off' },
} as const satisfies Record<string, BoundKeys>;
