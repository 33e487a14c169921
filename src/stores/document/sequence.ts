// Tokens of the document as the model sees them.
import type { EventOf } from '../../protocol/events.ts';
import type { GenerationSettings } from '../../sampling/settings.ts';
import type { Tokenizer } from '../../tokenizer/tokenizer.ts';
import type { DocumentToken } from './types.ts';

/** [T] */
export function idsOf(tokens: readonly DocumentToken[]): Uint32Array<ArrayBuffer> {
  return Uint32Array.from(tokens, token => token.id);
}

/** 1 where a token was drawn or chosen, 0 where it was typed. [T] */
export function drawnFlags(tokens: readonly DocumentToken[]): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(tokens, token => (token.origin === 'typed' ? 0 : 1));
}

/** How many leading ids two sequences share. */
export function sharedLength(a: Uint32Array, b: Uint32Array): number {
  const most = Math.min(a.length, b.length);
  let shared = 0;
  while (shared < most && a[shared] === b[shared]) shared++;
  return shared;
}

/** A typed or chosen token without numbers. */
export function plainToken(tokenizer: Tokenizer, id: number, origin: 'typed' | 'chosen'): DocumentToken {
  return { id, bytes: tokenizer.bytes(id), special: tokenizer.isSpecial(id), origin };
}

/** A token event as the document keeps it. */
export function drawnToken(
  tokenizer: Tokenizer,
  event: EventOf<'token'>,
  settings: GenerationSettings,
  seed: number,
): DocumentToken {
  return {
    id: event.id,
    bytes: tokenizer.bytes(event.id),
    special: tokenizer.isSpecial(event.id),
    origin: 'drawn',
    draw: { settings, seed, u: event.u, pAfter: event.pAfter, outdated: false },
    stats: { logprob: event.logit - event.logZ, rank: event.rank, entropy: event.entropy, logZ: event.logZ },
    top: { ids: event.topIds, logits: event.topLogits },
  };
}
