// A rendered prompt as tokens of the document: what the text already begins with keeps its ids, numbers and draws, all else is tokenised with its special tokens.
import { between } from '../../lib/text-change.ts';
import { plainToken } from '../../stores/document/sequence.ts';
import type { DocumentToken, TextView } from '../../stores/document/types.ts';
import { layoutTokens } from '../../tokenizer/text.ts';
import type { Tokenizer } from '../../tokenizer/tokenizer.ts';
import { type Guarded, plainIn } from './guard.ts';

export interface Joined {
  /** So many tokens of the text stay. */
  readonly kept: number;
  readonly added: readonly DocumentToken[];
  /** The whole text, as the tokens spell it. */
  readonly text: string;
}

/** Ids of a rendered template by itself, as transformers has them but for what turns only spell. */
export function promptTokens(tokenizer: Tokenizer, { text, marks }: Guarded): DocumentToken[] {
  const ids = tokenizer.encodeWithSpecials(text, plainIn({ marks }));
  const spelled = tokenizer.spelling(ids);
  return Array.from(ids, (id, i) => plainToken(tokenizer, id, 'typed', spelled[i]));
}

/** Where special tokens begin in the text from `from` on, UTF-16 units. */
export function controlsFrom(
  tokens: readonly DocumentToken[],
  { starts }: Pick<TextView, 'starts'>,
  from: number,
): readonly number[] {
  const found: number[] = [];
  for (let i = tokens.length - 1; i >= 0; i--) {
    const at = starts[i] ?? 0;
    if (at < from) break;
    if (tokens[i]?.special === true) found.push(at);
  }
  return found.reverse();
}

/** `whole` as a continuation of `tokens`: drawn ids stay as they were drawn as far as both spell the same. */
export function joined(tokens: readonly DocumentToken[], view: TextView, whole: readonly DocumentToken[]): Joined {
  const { text, starts } = layoutTokens(whole.map(({ bytes }) => bytes));
  let same = between(view.text, text).start;
  same = Math.min(same, firstOtherSpecial(tokens, view.starts, whole, starts));
  let from = whole.length;
  for (let kept = tokens.length; kept > 0; kept--) {
    const border = view.starts[kept] ?? 0;
    if (border > same) continue;
    while (from > 0 && (starts[from] ?? 0) > border) from--;
    if (starts[from] === border) return { kept, added: whole.slice(from), text };
  }
  return { kept: 0, added: whole, text };
}

/** Where a special token of one is none of the other: the spelling of one in typed text is text. */
function firstOtherSpecial(
  a: readonly DocumentToken[],
  aStarts: ArrayLike<number>,
  b: readonly DocumentToken[],
  bStarts: ArrayLike<number>,
): number {
  const specials = (tokens: readonly DocumentToken[], starts: ArrayLike<number>) =>
    tokens.flatMap(({ special, id }, i) => (special ? [{ id, at: starts[i] ?? 0 }] : []));
  const left = specials(a, aStarts);
  const right = specials(b, bStarts);
  for (let i = 0; i < Math.max(left.length, right.length); i++) {
    const [one, other] = [left[i], right[i]];
    if (one?.at === other?.at && one?.id === other?.id) continue;
    return Math.min(one?.at ?? Number.POSITIVE_INFINITY, other?.at ?? Number.POSITIVE_INFINITY);
  }
  return Number.POSITIVE_INFINITY;
}
