// A token's counterpart in another vocabulary.
import { tokenText } from './text.ts';
import type { Tokenizer } from './tokenizer.ts';

/** The id of the same bytes in the vocabulary of `after`; null where they are not one token there. */
export function sameToken(before: Tokenizer, after: Tokenizer, id: number): number | null {
  const text = tokenText(before.bytes(id));
  if (before.isSpecial(id)) return after.idOf(text) ?? null;
  const ids = after.encode(text);
  const [found] = ids;
  if (ids.length !== 1 || found === undefined) return null;
  // Bytes that are no text by themselves would all read as the same sign.
  return after.bytes(found).join() === before.bytes(id).join() ? found : null;
}
