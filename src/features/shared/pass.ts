// One pass of a token through the model: which ids it reads, and which place it predicts.
import { sameIds } from '../../stores/document/sequence.ts';
import type { DocumentToken, TokenPlace } from '../../stores/document/types.ts';

/** One pass through the model: the row that reads the token at `position` and predicts the one at `place`. */
export interface Pass {
  readonly place: TokenPlace;
  readonly position: number;
  /** All ids it can see, the one it reads last. [position + 1] */
  readonly ids: Uint32Array;
}

/** The pass that predicts `place`. Nothing comes before the first token: its own pass is looked at. Null without a token. */
export function passTo(tokens: readonly DocumentToken[], place: TokenPlace): Pass | null {
  const end = place === 'end' ? tokens.length : Math.max(1, place);
  if (end === 0 || end > tokens.length) return null;
  return { place, position: end - 1, ids: Uint32Array.from(tokens.slice(0, end), token => token.id) };
}

export const samePass = (a: Pass, b: Pass): boolean => sameIds(a.ids, b.ids);
