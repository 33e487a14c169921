// From one place of the text to the next: tokens in order, then the end.
import type { TokenPlace } from '../../stores/document/types.ts';

/** The place one token before or after `place`, of `count` tokens; stays at the borders. */
export function stepPlace(place: TokenPlace, direction: -1 | 1, count: number): TokenPlace {
  const index = Math.max(0, (place === 'end' ? count : place) + direction);
  return index >= count ? 'end' : index;
}
