// Keys of the chat: of the message, and of a turn that is edited.
import type { BoundKeys } from '../../ui/controls/chord.ts';

export const MESSAGE_KEYS = {
  send: { keys: ['Enter', 'Mod+Enter'], does: 'Send the message' },
  line: { keys: ['Shift+Enter'], does: 'Begin a line' },
  stop: { keys: ['Esc'], does: 'Stop the reply' },
} as const satisfies Record<string, BoundKeys>;

export const TURN_KEYS = {
  put: { keys: ['Mod+Enter'], does: 'Put the new text of the turn' },
  leave: { keys: ['Esc'], does: 'Leave the turn as it was' },
} as const satisfies Record<string, BoundKeys>;
