// What a text typed to find a token to pin means: an id, one token, or several. Pure.
import type { Tokenizer } from '../../tokenizer/tokenizer.ts';

/** Most results of a search in the vocabulary. */
const MOST_FOUND = 6;

export interface Sought {
  /** The token that the text spells, or that `#123` names; null where there is none. */
  readonly exact: number | null;
  /** The ids of a text that is several tokens; empty otherwise. */
  readonly several: readonly number[];
  /** Other tokens that the text finds, the best first. */
  readonly found: readonly number[];
}

const NOTHING: Sought = { exact: null, several: [], found: [] };

type Vocabulary = Pick<Tokenizer, 'encodeWithSpecials' | 'search' | 'bytes' | 'vocabSize'>;

/** `text` as it was typed, escapes read. */
export function sought(text: string, vocabulary: Vocabulary): Sought {
  if (text === '') return NOTHING;
  const id = /^\s*#(\d+)\s*$/.exec(text)?.[1];
  if (id !== undefined) {
    const number = Number(id);
    const known = number < vocabulary.vocabSize && vocabulary.bytes(number).length > 0;
    return { ...NOTHING, exact: known ? number : null };
  }
  const ids = Array.from(vocabulary.encodeWithSpecials(text));
  const exact = ids.length === 1 ? (ids[0] ?? null) : null;
  const found = vocabulary
    .search(text, MOST_FOUND + 1)
    .filter(each => each !== exact && vocabulary.bytes(each).length > 0);
  return { exact, several: exact === null ? ids : [], found: found.slice(0, MOST_FOUND) };
}
