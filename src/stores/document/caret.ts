// A run that goes on from the caret: where it begins, and what becomes of the text behind it.
import { layoutTokens } from '../../tokenizer/text.ts';
import { forked, sharedTokens } from './branches.ts';
import { editedTokens } from './change.ts';
import type { Birth, BranchSet, DocumentState, TextView } from './types.ts';

export interface CaretPlace {
  /** UTF-16 units that stay. */
  readonly offset: number;
  /** Tokens behind it, one that the caret cuts among them. */
  readonly behind: number;
}

type Shown = Pick<DocumentState, 'text' | 'view' | 'tokens' | 'selection' | 'pending' | 'tokenizer'>;

/** The first of the tokens that show the character at `offset`; their number where none does. */
function firstAt({ starts }: TextView, offset: number): number {
  const count = starts.length - 1;
  let [low, high] = [0, count];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((starts[middle + 1] ?? 0) > offset) high = middle;
    else low = middle + 1;
  }
  // Tokens without text of their own are part of the character that follows.
  while (low > 0 && low < count && starts[low - 1] === starts[low]) low--;
  return low;
}

/** Null where the caret stands before or behind everything, and while not all of the text has its tokens. */
export function caretPlace({ text, view, tokens, selection, pending, tokenizer }: Shown): CaretPlace | null {
  if (tokenizer === null || pending !== null) return null;
  const caret = selection.focus === 'start' ? selection.start : selection.end;
  const at = firstAt(view, caret);
  const start = view.starts[at] ?? text.length;
  // A space that a token begins with is the model's to draw: without it the text would end as no text of the vocabulary goes on.
  const offset = text.slice(start, caret) === ' ' ? start : caret;
  return offset <= 0 || offset >= text.length ? null : { offset, behind: tokens.length - at };
}

/** The text up to the caret on a branch of its own, as if what stands behind it were deleted; that stays as the other branch. */
export function endedAtCaret(state: DocumentState, birth: () => Birth): BranchSet | null {
  const { tokenizer, tokens, text, branch } = state;
  const place = caretPlace(state);
  if (place === null || tokenizer === null) return null;
  const layout = layoutTokens(tokens.map(({ bytes }) => bytes));
  const left = editedTokens(tokenizer, tokens, layout, { start: place.offset, end: text.length, insert: '' }).tokens;
  const same = sharedTokens(tokens, left);
  return forked(state, branch, same, left.slice(same), birth);
}
