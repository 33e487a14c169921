// What a search for the asked token finds: single tokens, and where the text is several of them, which.
import type { Tokenizer } from '../../tokenizer/tokenizer.ts';

export interface AskedSearch {
  /** Tokens to choose from, the best first. */
  readonly ids: readonly number[];
  /** The tokens that the text is, where no single one spells it; empty otherwise. */
  readonly pieces: readonly number[];
}

const MOST_FOUND = 6;
/** Longer texts are only named by their first tokens. */
const MOST_PIECES = 8;

const decoder = new TextDecoder();

export function searchAsked(tokenizer: Pick<Tokenizer, 'search' | 'encode' | 'bytes'>, text: string): AskedSearch {
  const found = tokenizer.search(text, MOST_FOUND);
  const spells = (id: number): boolean => decoder.decode(tokenizer.bytes(id)).trimStart() === text.trimStart();
  const isId = /^\d+$/.test(text.trim()) && found[0] === Number(text.trim());
  if (isId || found.some(spells)) return { ids: found, pieces: [] };
  const encoded = Array.from(tokenizer.encode(text));
  if (encoded.length < 2) return { ids: found, pieces: [] };
  const pieces = encoded.slice(0, MOST_PIECES);
  return { ids: [...new Set([...pieces, ...found])].slice(0, MOST_FOUND), pieces };
}
