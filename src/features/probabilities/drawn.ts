// Which random number the line of a place shows, and why there is one or none.
import { uniform } from '../../lib/rng.ts';
import type { DocumentToken } from '../../stores/document/types.ts';

export type DrawMark =
  /** The token was drawn so, and this is how. */
  | { readonly kind: 'drawn'; readonly u: number; readonly seed: number }
  /** The random number of the draw, over what other settings would have left. */
  | { readonly kind: 'replayed'; readonly u: number; readonly seed: number }
  /** No draw yet: with a locked seed its random number is known. */
  | { readonly kind: 'coming'; readonly u: number; readonly seed: number }
  | { readonly kind: 'none'; readonly why: 'typed' | 'chosen' | 'external' | 'outdated' | 'unknown' | 'next' };

/**
 * @param token null at the end of the text.
 * @param asDrawn the line is that of the settings of the draw.
 * @param position of the token, or of the one to come.
 * @param locked the seed of the runs to come; null when each has its own.
 */
export function markOf(
  token: DocumentToken | null,
  asDrawn: boolean,
  position: number,
  locked: number | null,
): DrawMark {
  if (token === null) {
    if (locked === null) return { kind: 'none', why: 'next' };
    return { kind: 'coming', u: uniform(locked, position, 0), seed: locked };
  }
  const { draw, origin } = token;
  if (origin !== 'drawn') return { kind: 'none', why: origin };
  if (draw === undefined) return { kind: 'none', why: 'unknown' };
  if (draw.outdated) return { kind: 'none', why: 'outdated' };
  return { kind: asDrawn ? 'drawn' : 'replayed', u: draw.u, seed: draw.seed };
}

export const NO_DRAW: Readonly<Record<'typed' | 'chosen' | 'external' | 'outdated' | 'unknown' | 'next', string>> = {
  typed: 'This token was typed: there was no draw.',
  chosen: 'This token was chosen by you: there was no draw.',
  external: 'This token came from outside the model, as the answer to a command: there was no draw.',
  outdated: 'The text before this token, or the model, has changed since it was drawn: its draw cannot be made again.',
  unknown: 'How this token was drawn is not known any more.',
  next: 'No draw yet: Run or Step makes one, with a random number from its seed. Lock the seed to know it beforehand.',
};
