// An edit of the text as a change of tokens: only the touched span and the typed tokens directly beside it get new ids.
//
// How far a fresh tokenisation reaches. Let p be a place where a new piece surely starts (`BoundaryRule`), then
//   tokenise(left + right) = tokenise(left) + tokenise(right)
// for the texts left and right of p. So when all tokens of a text are typed and fresh, and the re-tokenised span ends on both sides at
// a place that is such a border before and after the edit, all tokens are fresh after it. The span grows over typed tokens until it finds these
// places. It may stop earlier, and the ids may then differ from a fresh tokenisation, in two cases: a neighbour was drawn, chosen or is special
// (it keeps its id), or there is no such place within REACH tokens (a word, or a run of white space, of more tokens than that).
// An edit therefore tokenises at most its insertion, what is left of the touched tokens, and 2 * REACH tokens.
import { defined } from '../lib/assert.ts';
import type { EditSpan, EditToken, EditTokens, Replacement, TextEdit, TokenizerBase } from './interface.ts';
import { placeBetween } from './place.ts';
import { concatBytes, groupEnd, layoutTokens, type TokenLayout, tokenAt } from './text.ts';

/** Most typed tokens re-tokenised on each side of the touched ones. */
export const REACH = 64;

type BorderTokenizer = Pick<TokenizerBase, 'isSpecial' | 'startsPretoken'>;
type EditTokenizer = BorderTokenizer & Pick<TokenizerBase, 'typed'>;

/** The tokens [from, to) that an edit touches. Tokens that share a character are touched together. */
function touched(layout: TokenLayout, start: number, end: number): { readonly from: number; readonly to: number } {
  const count = layout.groups.length;
  const first = tokenAt(layout, start);
  if (first === count) return { from: count, to: count };
  const from = layout.groups[first] ?? first;
  if (start < end) return { from, to: groupEnd(layout, tokenAt(layout, end - 1)) };
  const inside = (layout.starts[from] ?? 0) < start;
  return inside ? { from, to: groupEnd(layout, first) } : { from: first, to: first };
}

/** The code point that ends before `offset`, '' at the start. */
function charBefore(text: string, offset: number): string {
  const low = text.charAt(offset - 1);
  const pair = text.slice(Math.max(0, offset - 2), offset);
  return pair.length === 2 && pair.codePointAt(0) !== pair.charCodeAt(0) ? pair : low;
}

/** The code point at `offset`, '' at the end. */
function charAt(text: string, offset: number): string {
  const code = text.codePointAt(offset);
  return code === undefined ? '' : String.fromCodePoint(code);
}

/** What surrounds a place in the text as it was and as it will be. */
class Surroundings {
  readonly #text: string;
  readonly #edit: TextEdit;
  readonly #rule: BorderTokenizer['startsPretoken'];

  constructor(text: string, edit: TextEdit, rule: BorderTokenizer['startsPretoken']) {
    this.#text = text;
    this.#edit = edit;
    this.#rule = rule;
  }

  #starts(before: string, after: string): boolean {
    return before === '' || after === '' || this.#rule(before, after);
  }

  /** Whether a piece surely starts at `offset`, at or before the edit, in the old text and in the new one. */
  leftBorder(offset: number): boolean {
    const { start, end, insert } = this.#edit;
    const before = charBefore(this.#text, offset);
    const edited = offset < start ? this.#text.slice(offset, start).slice(0, 2) : '';
    const after = charAt(`${edited}${insert.slice(0, 2)}${this.#text.slice(end, end + 2)}`, 0);
    return this.#starts(before, charAt(this.#text, offset)) && this.#starts(before, after);
  }

  /** The same for `offset`, at or after the end of the edit in the old text. */
  rightBorder(offset: number): boolean {
    const { start, end, insert } = this.#edit;
    const after = charAt(this.#text, offset);
    const edited = `${this.#text.slice(Math.max(0, start - 2), start)}${insert.slice(-2)}${this.#text.slice(Math.max(end, offset - 2), offset)}`;
    const before = charBefore(edited, edited.length);
    return this.#starts(charBefore(this.#text, offset), after) && this.#starts(before, after);
  }
}

/**
 * What an edit makes anew. On both sides it ends at a place that a fresh tokenisation surely cuts at too, as far as such a place is in reach, so that
 * the tokens of `text` by themselves are those that it has among its neighbours.
 */
export function editSpan(
  tokens: EditTokens,
  layout: TokenLayout,
  edit: TextEdit,
  tokenizer: BorderTokenizer,
): EditSpan {
  const { text, starts, groups } = layout;
  const start = Math.max(0, Math.min(edit.start, text.length));
  const end = Math.max(start, Math.min(edit.end, text.length));
  const span = touched(layout, start, end);
  const around = new Surroundings(text, { start, end, insert: edit.insert }, tokenizer.startsPretoken);
  const free = (from: number, to: number) =>
    range(tokens, from, to).every(token => token.typed && !tokenizer.isSpecial(token.id));
  let from = span.from;
  while (from > 0 && !around.leftBorder(starts[from] ?? 0)) {
    const group = groups[from - 1] ?? 0;
    if (span.from - group > REACH || !free(group, from)) break;
    from = group;
  }
  let to = span.to;
  while (to < tokens.length && !around.rightBorder(starts[to] ?? 0)) {
    const next = groupEnd(layout, to);
    if (next - span.to > REACH || !free(to, next)) break;
    to = next;
  }
  // Tokens without text belong to the one behind them; at the end of all to the one before.
  const empty = (index: number): boolean => tokens.at(index)?.bytes.length === 0 && free(index, index + 1);
  const inserted = from === to;
  while (from > 0 && empty(from - 1)) from--;
  if (inserted) to = from;
  let last = to;
  while (empty(last)) last++;
  if (last === tokens.length) to = last;
  const [left, right] = [text.slice(starts[from] ?? 0, start), text.slice(end, starts[to] ?? text.length)];
  return { from, to, text: left + edit.insert + right };
}

/**
 * The change of tokens that an edit of their text makes. `layout` is `layoutTokens` of the tokens' bytes.
 * The new tokens' text is the edited text exactly (lone surrogates become U+FFFD; a tokenizer that is not `lossless` may lose more).
 * Typed tokens at the ends of the span that come out as they were are left out of the replacement.
 */
export function retokenise(
  tokens: EditTokens,
  layout: TokenLayout,
  edit: TextEdit,
  tokenizer: EditTokenizer,
): Replacement {
  const nothing = edit.insert === '' && Math.min(edit.end, layout.text.length) <= Math.max(edit.start, 0);
  if (nothing) {
    const at = touched(layout, Math.max(0, Math.min(edit.start, layout.text.length)), 0).to;
    return { from: at, to: at, ids: new Uint32Array(0), bytes: null };
  }
  const { from, to, text } = editSpan(tokens, layout, edit, tokenizer);
  const typed = (begin: number, end: number, whole: string) =>
    tokenizer.typed(whole, placeBetween(tokens, begin, end, tokenizer.isSpecial));
  const made = typed(from, to, text);
  if (made.ids.length > 0) return withoutUnchanged(tokens, { from, to, ...made });
  const joins = wouldJoin(tokens, layout, from, to);
  if (text === '' && !joins) return withoutUnchanged(tokens, { from, to, ...made });
  // Text without a token of its own goes to a neighbour that was typed.
  const { starts, groups } = layout;
  const left = groups[from - 1];
  const isFree = (index: number): boolean =>
    tokens.at(index)?.typed === true && !tokenizer.isSpecial(tokens.at(index)?.id ?? -1);
  if (left !== undefined && (joins || isFree(left))) {
    const whole = layout.text.slice(starts[left], starts[from]) + text;
    return withoutUnchanged(tokens, { from: left, to, ...typed(left, to, whole) });
  }
  const right = isFree(to) ? groupEnd(layout, to) : to;
  const whole = text + layout.text.slice(starts[to], starts[right]);
  return withoutUnchanged(tokens, { from, to: right, ...typed(from, right, whole) });
}

function range(tokens: EditTokens, from: number, to: number): EditToken[] {
  const found: EditToken[] = [];
  for (let i = from; i < to; i++) found.push(defined(tokens.at(i), 'a token of the range'));
  return found;
}

/** Whether bytes on both sides of a gap, each broken by itself, would make a character once the tokens between are gone. */
function wouldJoin(tokens: EditTokens, layout: TokenLayout, from: number, to: number): boolean {
  const right = tokens.at(to);
  if (from === 0 || right === undefined) return false;
  const left = concatBytes(range(tokens, layout.groups[from - 1] ?? 0, from).map(token => token.bytes));
  return layoutTokens([left, right.bytes]).groups[1] === 0;
}

/** Leaves out typed tokens at both ends that keep their id. */
function withoutUnchanged(tokens: EditTokens, replacement: Replacement): Replacement {
  let { from, to } = replacement;
  const { ids, bytes } = replacement;
  const same = (at: number, i: number): boolean => {
    const token = tokens.at(at);
    return token?.typed === true && token.id === ids[i] && (bytes === null || `${token.bytes}` === `${bytes[i]}`);
  };
  let start = 0;
  let end = ids.length;
  for (; from < to && start < end && same(from, start); from++) start++;
  for (; from < to && start < end && same(to - 1, end - 1); to--) end--;
  return { from, to, ids: ids.slice(start, end), bytes: bytes?.slice(start, end) ?? null };
}
