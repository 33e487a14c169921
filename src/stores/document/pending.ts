// A long text gets its tokens in turns: those of its beginning are there, those of the rest follow. Pure changes of such a text.
import type { EditSpan, TextEdit } from '../../tokenizer/interface.ts';
import { layoutTokens, type TokenLayout } from '../../tokenizer/text.ts';
import type { Tokenizer } from '../../tokenizer/tokenizer.ts';
import { aroundSpecials, type DocumentEdit, editedTokens, editTokens, withoutNumbers } from './change.ts';
import type { DocumentState, DocumentToken, Pending } from './types.ts';

/** UTF-16 units that are given tokens at once, while a key waits for them. */
const MOST_AT_ONCE = 16_000;

/** A text that is not given tokens at once. Some tokenizers that rewrite text cannot say where in it a turn has ended. */
export function isLong(tokenizer: Tokenizer, text: string): boolean {
  return text.length > MOST_AT_ONCE && tokenizer.keepsPlaces(text);
}

/** Tokens of the beginning of a text, where they lie in it, and what follows them. */
export interface Parts {
  readonly tokens: readonly DocumentToken[];
  readonly layout: TokenLayout;
  readonly pending: Pending | null;
}

/** The same after an edit, with the caret behind what was put in. */
export interface EditedParts {
  readonly tokens: readonly DocumentToken[];
  readonly pending: Pending | null;
  readonly caret: number;
}

/** What follows the tokens, as text. */
export function restOf(pending: Pending | null): string {
  return pending === null ? '' : pending.text + pending.tailText;
}

function withTail(text: string, tail: readonly DocumentToken[]): Pending {
  return { text, tail, tailText: layoutTokens(tail.map(({ bytes }) => bytes)).text };
}

/** A text of which nothing has tokens yet. */
export function allPending(text: string): Pending {
  return { text: text.toWellFormed(), tail: [], tailText: '' };
}

/** The same text in another vocabulary, or with another model's numbers. */
export function pendingOfToday(pending: Pending | null, sameVocabulary: boolean): Pending | null {
  if (pending === null || sameVocabulary) return pending;
  return allPending(restOf(pending));
}

/** An edit of UTF-16 units [start, end) of the whole text. A long one leaves most of its text without tokens for now. */
export function editedParts(tokenizer: Tokenizer, parts: Parts, edit: DocumentEdit): EditedParts {
  const { tokens, layout, pending } = parts;
  if (pending !== null) return editedWhilePending(tokenizer, parts, pending, edit);
  if (!isLong(tokenizer, edit.insert)) return { ...editedTokens(tokenizer, tokens, layout, edit), pending };
  const whole = aroundSpecials(tokens, layout, edit);
  const insert = whole.insert.toWellFormed();
  const span = tokenizer.editSpan(editTokens(tokens), layout, { ...whole, insert });
  return {
    tokens: tokens.slice(0, span.from),
    pending: withTail(span.text, tokens.slice(span.to).map(withoutNumbers)),
    caret: whole.start + insert.length,
  };
}

/** The text is the tokens' (up to `begin`), then what is pending (up to `end`), then the tail's. */
function editedWhilePending(tokenizer: Tokenizer, parts: Parts, pending: Pending, edit: DocumentEdit): EditedParts {
  const { tokens, layout } = parts;
  const begin = layout.text.length;
  const end = begin + pending.text.length;
  const insert = edit.insert.toWellFormed();
  const caret = edit.start + insert.length;
  const spanOf = (list: readonly DocumentToken[], of: TokenLayout, change: TextEdit): EditSpan =>
    tokenizer.editSpan(editTokens(list), of, change);
  if (edit.end < begin) {
    const whole = aroundSpecials(tokens, layout, { ...edit, insert });
    const span = spanOf(tokens, layout, whole);
    // What reaches up to the pending text goes on in it.
    if (span.to === tokens.length) {
      const text = span.text + pending.text;
      return { tokens: tokens.slice(0, span.from), pending: { ...pending, text }, caret: whole.start + insert.length };
    }
    return { ...editedTokens(tokenizer, tokens, layout, whole), pending };
  }
  const tailLayout = layoutTokens(pending.tail.map(({ bytes }) => bytes));
  if (edit.start > end) {
    const whole = aroundSpecials(pending.tail, tailLayout, { start: edit.start - end, end: edit.end - end, insert });
    const span = spanOf(pending.tail, tailLayout, whole);
    const after = end + whole.start + insert.length;
    if (span.from === 0)
      return { tokens, pending: withTail(pending.text + span.text, pending.tail.slice(span.to)), caret: after };
    const tail = editedTokens(tokenizer, pending.tail, tailLayout, whole).tokens.map(withoutNumbers);
    return { tokens, pending: withTail(pending.text, tail), caret: after };
  }
  // It touches what is pending: both borders are looked for anew.
  const text =
    pending.text.slice(0, Math.max(0, edit.start - begin)) + insert + pending.text.slice(Math.max(0, edit.end - begin));
  const left = spanOf(tokens, layout, { start: Math.min(edit.start, begin), end: begin, insert: text });
  const right = spanOf(pending.tail, tailLayout, { start: 0, end: Math.max(0, edit.end - end), insert: left.text });
  return { tokens: tokens.slice(0, left.from), pending: withTail(right.text, pending.tail.slice(right.to)), caret };
}

/** The first of the pending text has become `added`, up to UTF-16 unit `end` of it. */
export function advanced(
  tokens: readonly DocumentToken[],
  pending: Pending,
  added: readonly DocumentToken[],
  end: number,
): { readonly tokens: readonly DocumentToken[]; readonly pending: Pending | null } {
  const made = tokens.concat(added);
  const text = pending.text.slice(end);
  if (text !== '') return { tokens: made, pending: { ...pending, text } };
  return { tokens: made.concat(pending.tail), pending: null };
}

/** A long text gets its tokens turn by turn: nobody has changed it. */
export function isTurn(now: DocumentState, before: DocumentState): boolean {
  return (
    before.pending !== null &&
    now.pending !== before.pending &&
    now.text === before.text &&
    now.branch === before.branch &&
    now.tokens.length >= before.tokens.length
  );
}
