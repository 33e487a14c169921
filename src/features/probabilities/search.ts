// What a search for a token means: the one token it spells, the several it would be cut into, and others that look like it.
import type { Tokenizer } from '../../tokenizer/tokenizer.ts';

export interface FoundTokens {
  /** The token with exactly this text; null when there is none. */
  readonly exact: number | null;
  /** The tokens the text is cut into, where it is several; else empty. */
  readonly parts: readonly number[];
  /** By id, and those that contain the text; not `exact`. */
  readonly others: readonly number[];
}

/** Parts shown of a long text. */
const MOST_PARTS = 24;

export function findTokens(
  tokenizer: Pick<Tokenizer, 'search' | 'encode' | 'idOf'>,
  query: string,
  most: number,
): FoundTokens {
  if (query === '') return { exact: null, parts: [], others: [] };
  const spelled = Array.from(tokenizer.encode(query.slice(0, 200)));
  const exact = tokenizer.idOf(query) ?? (spelled.length === 1 ? (spelled[0] ?? null) : null);
  return {
    exact,
    parts: exact === null && spelled.length > 1 ? spelled.slice(0, MOST_PARTS) : [],
    others: tokenizer
      .search(query, most + 1)
      .filter(id => id !== exact)
      .slice(0, most),
  };
}

/** The token Enter takes: the exact one, else the first that was found. */
export function bestOf({ exact, parts, others }: FoundTokens): number | null {
  return exact ?? others[0] ?? parts[0] ?? null;
}
