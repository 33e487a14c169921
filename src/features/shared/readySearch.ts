// The first search of a vocabulary lays all its tokens side by side (some 50 ms for 262,144): done when a field is entered, not with the first key.
import type { Tokenizer } from '../../tokenizer/tokenizer.ts';

/** For `SearchField.onEnter`. */
export function readySearch(tokenizer: Pick<Tokenizer, 'search'> | null): () => void {
  return () => void setTimeout(() => tokenizer?.search(' ', 1));
}
