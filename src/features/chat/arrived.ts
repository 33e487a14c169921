// When words that a person sent stand in the conversation: at once, once a plan for the context is chosen, or never where they are refused.
import { turnsOf } from './prompts.ts';
import type { ChatStore, Shown } from './types.ts';

type Says = (shown: Shown) => boolean;

/** Turn `index` is `content`. */
export const turnSays =
  (index: number, content: string): Says =>
  shown =>
    turnsOf(shown)[index]?.content === content;

/** `content` stands in the place of the oldest turns. */
export const summarySays =
  (content: string): Says =>
  ({ prompt }) =>
    prompt.summary === content;

/** A result `content` has come in behind the turns that are there now. */
export function resultSays(chat: ChatStore, content: string): Says {
  const before = chat.getState().shown?.prompt.turns.length ?? 0;
  return ({ prompt }) => prompt.turns.slice(before).some(turn => turn.role === 'tool' && turn.content === content);
}

/** Does `act`, and calls `arrived` when the conversation `says` what was sent, before a reply to it is drawn. */
export async function send(chat: ChatStore, act: () => Promise<void>, says: Says, arrived: () => void): Promise<void> {
  const end = chat.subscribe(({ shown }) => {
    if (shown === null || !says(shown)) return;
    end();
    arrived();
  });
  await act();
  const { plan, call, status } = chat.getState();
  // Nothing is left that could still bring them in.
  if (plan === null && call === null && status === 'idle') end();
}
