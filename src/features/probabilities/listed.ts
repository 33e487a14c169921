// Which ids the list shows, in which order, and how the keys walk through them.
import type { Tokenizer } from '../../tokenizer/tokenizer.ts';
import type { Ranked } from '../shared/ranked.ts';

/** Most results of a search. */
const MOST_FOUND = 500;

/**
 * The first `count` ids by rank, and the actual token at the end where it ranks lower; with a search its results, likeliest first
 * after the exact ones the tokenizer puts at the head.
 */
export function listedIds(
  ranked: Ranked,
  tokenizer: Pick<Tokenizer, 'search'> | null,
  search: string,
  count: number,
  actual: number | null,
): number[] {
  if (search !== '') return (tokenizer?.search(search, MOST_FOUND) ?? []).filter(id => ranked.rankOf(id) > 0);
  const ids = Array.from(ranked.ids.subarray(0, count));
  if (actual !== null && ranked.rankOf(actual) > ids.length) ids.push(actual);
  return ids;
}

/** Rows a page key moves. */
const PAGE = 10;

/** The index a key leads to from `index` (-1: none yet) in a list of `count`; null for other keys. */
export function stepIndex(key: string, index: number, count: number): number | null {
  if (count === 0) return null;
  const within = (to: number): number => Math.min(count - 1, Math.max(0, to));
  switch (key) {
    case 'ArrowDown':
      return within(index + 1);
    case 'ArrowUp':
      return within(index - 1);
    case 'PageDown':
      return within(index + PAGE);
    case 'PageUp':
      return within(index - PAGE);
    case 'Home':
      return 0;
    case 'End':
      return count - 1;
    default:
      return null;
  }
}

/** Height of a row in px: a finger needs 44. The same as in the style. */
export function rowHeight(): number {
  return matchMedia('(pointer: coarse), (max-width: 760px)').matches ? 44 : 25;
}
