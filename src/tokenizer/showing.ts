// Ids that were kept beside their text, as tokens of that text again.
import type { TokenizerBase } from './interface.ts';
import { concatBytes, tokenText } from './text.ts';

/** See `Tokenizer.showing`. */
export function showing(
  { spelling, typed, isSpecial }: Pick<TokenizerBase, 'spelling' | 'typed' | 'isSpecial'>,
  ids: readonly number[],
  text: string,
): readonly Uint8Array[] | null {
  const spelled = spelling(ids);
  if (tokenText(concatBytes(spelled)) === text) return spelled;
  // A tokenizer that rewrites text: the same ids of the same text show it as it is.
  const begin = ids.findIndex(id => !isSpecial(id));
  const first = begin < 0 ? spelled : spelled.slice(0, begin);
  const before = tokenText(concatBytes(first));
  if (begin < 0 || !text.startsWith(before)) return null;
  const made = typed(text.slice(before.length));
  const same = made.ids.length === ids.length - begin && made.ids.every((id, i) => id === ids[begin + i]);
  return same && made.bytes !== null ? [...first, ...made.bytes] : null;
}
