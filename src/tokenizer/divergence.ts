// Where the ids of a text differ from those of a fresh tokenisation of it.
import type { EditToken, Replacement, TokenizerBase } from './interface.ts';
import { placeBetween } from './place.ts';
import { groupEnd, layoutTokens } from './text.ts';

type DivergenceTokenizer = Pick<TokenizerBase, 'typed' | 'bytes' | 'isSpecial'>;

/**
 * The ranges of tokens whose ids are not those of a fresh tokenisation, in order, each with the fresh ids: replacing them all gives the
 * tokenisation of the text as it stands. Special tokens stay; the text between them is tokenised by itself. Two ranges
 * have at least one token between them. Takes time in proportion to the whole text.
 */
export function divergence(tokens: readonly EditToken[], tokenizer: DivergenceTokenizer): Replacement[] {
  const found: Replacement[] = [];
  let from = 0;
  for (let i = 0; i <= tokens.length; i++) {
    const token = tokens[i];
    if (token !== undefined && !tokenizer.isSpecial(token.id)) continue;
    if (i > from) for (const range of stretchDivergence(tokens, from, i, tokenizer)) found.push(range);
    from = i + 1;
  }
  return found;
}

/** The ranges within the stretch [offset, stop), which holds no special tokens. */
function stretchDivergence(
  all: readonly EditToken[],
  offset: number,
  stop: number,
  tokenizer: DivergenceTokenizer,
): Replacement[] {
  const tokens = all.slice(offset, stop);
  const old = layoutTokens(tokens.map(token => token.bytes));
  const { ids, bytes } = tokenizer.typed(old.text, placeBetween(all, offset, stop, tokenizer.isSpecial));
  const fresh = layoutTokens(bytes ?? Array.from(ids, id => tokenizer.bytes(id)));
  const found: Replacement[] = [];
  // Both walk the same text, group by group, so that no range cuts a character. [from, i) and [freshFrom, k) are the tokens since the
  // last group that both have.
  let from = 0;
  let freshFrom = 0;
  let i = 0;
  let k = 0;
  const close = () => {
    if (i > from || k > freshFrom) {
      const part = bytes?.slice(freshFrom, k) ?? null;
      found.push({ from: offset + from, to: offset + i, ids: ids.slice(freshFrom, k), bytes: part });
    }
  };
  while (i < tokens.length && k < ids.length) {
    const next = groupEnd(old, i);
    const freshNext = groupEnd(fresh, k);
    const end = old.starts[next] ?? 0;
    const freshEnd = fresh.starts[freshNext] ?? 0;
    const sameStart = old.starts[i] === fresh.starts[k] && next - i === freshNext - k;
    if (sameStart && tokens.slice(i, next).every((token, at) => token.id === ids[k + at])) {
      close();
      from = i = next;
      freshFrom = k = freshNext;
    } else {
      // The one that is behind in the text goes on; both when neither is.
      if (end <= freshEnd) i = next;
      if (freshEnd <= end) k = freshNext;
    }
  }
  i = tokens.length;
  k = ids.length;
  close();
  return found;
}
