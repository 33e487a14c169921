// What the page shows of a sequence of tokens, or of plain text while there is no tokenizer: text, borders, caret, selected token.
import { endsInSpace } from '../../tokenizer/ends-in-space.ts';
import { layoutTokens, relayoutTokens, type TokenLayout, tokenAt } from '../../tokenizer/text.ts';
import type { Tokenizer } from '../../tokenizer/tokenizer.ts';
import { restOf } from './pending.ts';
import { changedTokens } from './sequence.ts';
import type { DocumentState, DocumentToken, Pending, Selection, TokenPlace } from './types.ts';

export const EMPTY_VIEW: TokenLayout = layoutTokens([]);

type Shown = Pick<
  DocumentState,
  'tokens' | 'pending' | 'text' | 'view' | 'selection' | 'selected' | 'divergence' | 'endsInSpace'
> & { readonly view: TokenLayout };

export function caretAt(offset: number): Selection {
  return { start: offset, end: offset, focus: 'end' };
}

export function placeAt(view: TokenLayout, count: number, offset: number): TokenPlace {
  const index = tokenAt(view, offset);
  return index >= count ? 'end' : index;
}

/** What the page showed before, so that only the change is laid out. */
export interface ShownBefore {
  readonly tokens: readonly DocumentToken[];
  readonly layout: TokenLayout;
}

/** Without a selection the caret stands at the end. */
export function shownTokens(
  tokens: readonly DocumentToken[],
  pending: Pending | null,
  tokenizer: Tokenizer | null,
  before: ShownBefore,
  selection?: Selection,
): Shown {
  const view = relayoutTokens(before.layout, tokens, changedTokens(before.tokens, tokens));
  const text = view.text + restOf(pending);
  const wanted = selection ?? caretAt(text.length);
  const end = Math.min(wanted.end, text.length);
  const start = Math.min(wanted.start, end);
  return {
    tokens,
    pending,
    text,
    view,
    selection: { start, end, focus: wanted.focus },
    selected: placeAt(view, tokens.length, start === end || wanted.focus === 'start' ? start : end - 1),
    divergence: null,
    endsInSpace:
      tokenizer !== null && pending === null && endsInSpace(text, tokenizer) && tokens.at(-1)?.special !== true,
  };
}

export function shownPlain(text: string, caret: number): Shown {
  return {
    tokens: [],
    pending: null,
    text,
    view: EMPTY_VIEW,
    selection: caretAt(caret),
    selected: 'end',
    divergence: null,
    endsInSpace: false,
  };
}
