// What a search for the asked token finds: single tokens, and where the text is several of them, which.
import { findTokens } from '../../tokenizer/find.ts';
import { tokenText } from '../../tokenizer/text.ts';
import type { Tokenizer } from '../../tokenizer/tokenizer.ts';

export interface AskedSearch {
  /** Tokens to choose from, the best first. */
  readonly ids: readonly number[];
  /** The tokens that the text is, where no single one spells it, the first of many; empty otherwise. */
  readonly pieces: readonly number[];
  /** How many those are in all. */
  readonly count: number;
}

const MOST_FOUND = 6;
/** Longer texts are only named by their first tokens. */
const MOST_PIECES = 8;

type Vocabulary = Pick<Tokenizer, 'search' | 'encodeWithSpecials' | 'decode' | 'bytes' | 'vocabSize'>;

export function searchAsked(tokenizer: Vocabulary, typed: string): AskedSearch {
  const { exact, parts, others } = findTokens(tokenizer, typed, MOST_FOUND);
  const text = tokenizer.decode(parts).trimStart();
  const spells = (id: number): boolean => tokenText(tokenizer.bytes(id)).trimStart() === text;
  const isId = /^\d+$/.test(typed.trim()) && others[0] === Number(typed.trim());
  const single = exact !== null || isId || parts.length === 0 || others.some(spells);
  const pieces = single ? [] : parts.slice(0, MOST_PIECES);
  // An id that is typed as one is meant as one, even where its digits are a token too.
  const first = exact === null ? [] : [exact];
  const ids = isId ? [...others.slice(0, 1), ...first, ...others.slice(1)] : [...first, ...pieces, ...others];
  return { ids: [...new Set(ids)].slice(0, MOST_FOUND), pieces, count: single ? 0 : parts.length };
}
