// Pure changes of a token sequence: what an edit, a cut or another model does to ids, numbers and draws.

import { defined } from '../../lib/assert.ts';
import { type Stretch, widened } from '../../lib/text-change.ts';
import type { EditToken, EditTokens, Replacement, TextEdit } from '../../tokenizer/interface.ts';
import type { Place } from '../../tokenizer/place.ts';
import { concatBytes, type TokenLayout, tokenAt, tokenText } from '../../tokenizer/text.ts';
import type { Tokenizer } from '../../tokenizer/tokenizer.ts';
import { mapTokens } from './branches.ts';
import { plainToken, typedFrom } from './sequence.ts';
import type { Branch, Divergence, DocumentToken, SameModel, Snapshot, TokenStats } from './types.ts';
import { wordStart } from './word-start.ts';

/** Fresh typed tokens of a text. */
export function typedTokens(tokenizer: Tokenizer, text: string, place?: Place): DocumentToken[] {
  return typedFrom(tokenizer, tokenizer.typed(text, place));
}

/** The tokens that a text begins with, as the tokenizer says. */
export function openingTokens(tokenizer: Tokenizer): DocumentToken[] {
  return tokenizer.opening.map(id => plainToken(tokenizer, id, 'typed'));
}

/** A whole text with what it begins with. */
export function wholeText(tokenizer: Tokenizer, text: string): DocumentToken[] {
  return text === '' ? [] : [...openingTokens(tokenizer), ...typedTokens(tokenizer, text)];
}

/** How many tokens of a text are those that texts begin with: all of `opening`, or none. */
function openedLength(opening: readonly number[], tokens: readonly DocumentToken[]): number {
  return opening.every((id, i) => tokens[i]?.id === id) ? opening.length : 0;
}

/** The last tokens of a text behind those that texts begin with, `count` of both at most: the cut comes at the next word, as far as one is near. */
export function keptTail(
  tokenizer: Tokenizer,
  tokens: readonly DocumentToken[],
  layout: TokenLayout,
  count: number,
): DocumentToken[] {
  const opened = openedLength(tokenizer.opening, tokens);
  const room = count - opened;
  if (room < 0) return [];
  const from = room === 0 ? tokens.length : wordStart(tokens.length - room, layout, tokenizer);
  return tokens.slice(0, opened).concat(tokens.slice(from).map(withoutNumbers));
}

/** Without the numbers, which depend on what stands before; the record of a draw stays, marked. */
export function withoutNumbers(token: DocumentToken): DocumentToken {
  const { id, bytes, special, origin, draw, told } = token;
  if (!hasNumbers(token)) return token;
  const bare = told === undefined ? { id, bytes, special, origin } : { id, bytes, special, origin, told };
  return draw === undefined ? bare : { ...bare, draw: draw.outdated ? draw : { ...draw, outdated: true } };
}

/** Something about it depends on what stands before. */
function hasNumbers({ draw, stats, top }: DocumentToken): boolean {
  return stats !== undefined || top !== undefined || draw?.outdated === false;
}

/** One past the last token with numbers, where it is known: a text has them at its beginning, as far as the context reaches. */
const numbersEnd = new WeakMap<readonly DocumentToken[], number>();

function endOfNumbers(tokens: readonly DocumentToken[]): number {
  return numbersEnd.get(tokens) ?? tokens.findLastIndex(hasNumbers) + 1;
}

/** Tokens [from, to) give way to `added`, and those behind lose their numbers. All others are taken over unseen. */
function spliced(
  tokens: readonly DocumentToken[],
  { from, to }: Pick<Replacement, 'from' | 'to'>,
  added: readonly DocumentToken[],
): DocumentToken[] {
  const made = tokens.slice(0, from).concat(added, tokens.slice(to));
  const end = endOfNumbers(tokens);
  for (let i = to; i < end; i++) {
    const at = i + added.length - (to - from);
    made[at] = withoutNumbers(defined(tokens[i], 'a token behind the change'));
  }
  numbersEnd.set(made, Math.min(end, from));
  return made;
}

/**
 * `after`, with the tokens of `before` as far as the ids agree from the start (their numbers and origins stay), and without numbers
 * from the first difference on.
 */
export function keepNumbers(before: readonly DocumentToken[], after: readonly DocumentToken[]): DocumentToken[] {
  let same = 0;
  while (same < after.length && before[same]?.id === after[same]?.id) same++;
  return after.map((token, i) => {
    if (i < same) return before[i] ?? token;
    return withoutNumbers(token);
  });
}

/** `added` for the same text as tokens [from, to). */
export function respelled(
  tokens: readonly DocumentToken[],
  from: number,
  to: number,
  added: readonly DocumentToken[],
): DocumentToken[] {
  return keepNumbers(tokens, tokens.slice(0, from).concat(added, tokens.slice(to)));
}

/** Numbers for tokens `from...` that have none; null when `ids` are not what stands there. */
export function filledStats(
  tokens: readonly DocumentToken[],
  ids: Uint32Array,
  from: number,
  stats: readonly TokenStats[],
): DocumentToken[] | null {
  const end = from + stats.length;
  if (end > tokens.length || end > ids.length) return null;
  for (let i = 0; i < end; i++) if (tokens[i]?.id !== ids[i]) return null;
  const filled = tokens.slice();
  for (const [i, found] of stats.entries()) {
    const token = filled[from + i];
    if (token !== undefined && token.stats === undefined) filled[from + i] = { ...token, stats: found };
  }
  numbersEnd.set(filled, Math.max(endOfNumbers(tokens), end));
  return filled;
}

/** As the tokenizer's functions take them. */
function editToken({ id, bytes, origin }: DocumentToken): EditToken {
  return { id, bytes, typed: origin === 'typed' };
}

/** The same for the few that an edit looks at. */
export function editTokens(tokens: readonly DocumentToken[]): EditTokens {
  return {
    length: tokens.length,
    at: index => {
      const token = tokens[index];
      return token === undefined ? undefined : editToken(token);
    },
  };
}

/** `ids` as typed tokens in the places of [from, to), for several replacements in order. */
function replaceTokens(
  tokenizer: Tokenizer,
  tokens: readonly DocumentToken[],
  replacements: readonly Replacement[],
): DocumentToken[] {
  const made: DocumentToken[] = [];
  let at = 0;
  for (const replacement of replacements) {
    for (const token of tokens.slice(at, replacement.from)) made.push(token);
    for (const token of typedFrom(tokenizer, replacement)) made.push(token);
    at = replacement.to;
  }
  for (const token of tokens.slice(at)) made.push(token);
  return keepNumbers(tokens, made);
}

/** Ids of the text between special tokens made anew; special tokens, and tokens that come out as they were, stay. */
export function freshTokens(tokenizer: Tokenizer, tokens: readonly DocumentToken[]): DocumentToken[] {
  return replaceTokens(tokenizer, tokens, tokenizer.divergence(tokens.map(editToken)));
}

/** Longer texts are not compared: it would be felt while typing. */
const MOST_COMPARED = 20_000;

/**
 * From the first to the last token whose id is not that of a fresh tokenisation; null when all agree, and when fresh ids would not spell
 * the same text (a character that a run left unfinished, a tokenizer that rewrites text).
 */
export function findDivergence(tokenizer: Tokenizer, tokens: readonly DocumentToken[]): Divergence | null {
  if (tokens.length === 0 || tokens.length > MOST_COMPARED) return null;
  const found = tokenizer.divergence(tokens.map(editToken));
  const [first] = found;
  const last = found.at(-1);
  if (first === undefined || last === undefined) return null;
  const spelled = (list: readonly { readonly bytes: Uint8Array }[]): string =>
    concatBytes(list.map(t => t.bytes)).join();
  const same = found.every(made => spelled(tokens.slice(made.from, made.to)) === spelled(typedFrom(tokenizer, made)));
  return same ? { from: first.from, to: last.to } : null;
}

/** An edit of UTF-16 units [start, end), with the caret after what was put in. A special token goes or stays as a whole. */
export function editedTokens(
  tokenizer: Tokenizer,
  tokens: readonly DocumentToken[],
  layout: TokenLayout,
  edit: DocumentEdit,
): { readonly tokens: DocumentToken[]; readonly caret: number } {
  const whole = aroundSpecials(tokens, layout, edit);
  const made = tokenizer.retokenise(editTokens(tokens), layout, whole);
  return {
    tokens: spliced(tokens, made, typedFrom(tokenizer, made)),
    caret: whole.start + whole.insert.toWellFormed().length,
  };
}

/** An edit of a document. */
export interface DocumentEdit extends TextEdit {
  /** Where it was found by comparing texts: letters around it that are the same may have been written anew, as far as here. */
  readonly around?: Stretch | undefined;
}

/** One that begins or ends within a special token, by letters that this shares with what takes its place, brings those along: they were written, too. */
function withShared(
  tokens: readonly DocumentToken[],
  layout: TokenLayout,
  { around, ...edit }: DocumentEdit,
): TextEdit {
  if (around === undefined) return edit;
  const special = (at: number): readonly [number, number] => {
    const index = tokenAt(layout, at);
    const [from = at, to = at] = [layout.starts[index], layout.starts[index + 1]];
    return tokens[index]?.special === true && from < at && at < to ? [from, to] : [at, at];
  };
  const start = Math.min(edit.start, Math.max(around.start, special(edit.start)[0]));
  const end = Math.max(edit.end, Math.min(around.end, special(edit.end)[1]));
  return widened(layout.text, edit, { start, end });
}

/** An edit that reaches into a special token takes all of it; text put into one goes behind it. */
export function aroundSpecials(tokens: readonly DocumentToken[], layout: TokenLayout, asked: DocumentEdit): TextEdit {
  const edit = withShared(tokens, layout, asked);
  const border = (index: number): number => layout.starts[index] ?? 0;
  const special = (index: number): boolean => tokens[index]?.special === true;
  const first = tokenAt(layout, edit.start);
  const inside = special(first) && border(first) < edit.start;
  if (edit.start === edit.end) {
    const at = inside ? border(first + 1) : edit.start;
    return { ...edit, start: at, end: at };
  }
  const last = tokenAt(layout, edit.end - 1);
  return {
    insert: edit.insert,
    start: inside ? border(first) : edit.start,
    end: special(last) ? border(last + 1) : edit.end,
  };
}

/** A special token at `offset`; ordinary tokens around the place are parted there. */
export function withSpecial(
  tokenizer: Tokenizer,
  tokens: readonly DocumentToken[],
  layout: TokenLayout,
  offset: number,
  id: number,
): { readonly tokens: DocumentToken[]; readonly caret: number } {
  const chip = plainToken(tokenizer, id, 'typed');
  const at = tokenAt(layout, offset);
  const from = layout.groups[at] ?? at;
  let to = at;
  if ((layout.starts[from] ?? 0) < offset) {
    to = at + 1;
    while (to < tokens.length && layout.groups[to] !== to) to++;
  }
  const parted = tokens.slice(from, to);
  const start = layout.starts[from] ?? 0;
  const end = layout.starts[to] ?? layout.text.length;
  const untouched = parted.length === 0 || parted.some(token => token.special);
  const place = tokenizer.placeBetween(tokens, from, to);
  const typed = (text: string, at: Partial<Place>) => typedTokens(tokenizer, text, { ...place, ...at });
  const left = untouched ? parted : typed(layout.text.slice(start, offset), { right: 'end' });
  const right = untouched ? [] : typed(layout.text.slice(offset, end), { left: 'special' });
  const caret = (untouched ? end : offset) + tokenText(chip.bytes).length;
  return { tokens: spliced(tokens, { from, to }, [...left, chip, ...right]), caret };
}

/**
 * The same text in another vocabulary; special tokens that both spell alike stay special, others become their text.
 * @param opening ids that texts of the vocabulary before begin with
 */
function translateTokens(
  tokenizer: Tokenizer,
  opening: readonly number[],
  tokens: readonly DocumentToken[],
): DocumentToken[] {
  const opened = openedLength(opening, tokens);
  const translated: DocumentToken[] = [];
  let pending: Uint8Array[] = [];
  const close = (): void => {
    if (pending.length > 0) {
      const { left } = tokenizer.placeBetween(translated, translated.length, translated.length);
      for (const token of typedTokens(tokenizer, tokenText(concatBytes(pending)), { left, right: 'end' }))
        translated.push(token);
    }
    pending = [];
  };
  for (const [i, token] of tokens.entries()) {
    const id = token.special ? tokenizer.idOf(tokenText(token.bytes)) : undefined;
    // What the other tokenizer began its texts with; this one has its own.
    if (id === undefined && i < opened) continue;
    if (id === undefined) pending.push(token.bytes);
    else {
      close();
      translated.push(plainToken(tokenizer, id, 'typed'));
    }
  }
  close();
  const first = openingTokens(tokenizer);
  const has = first.every(({ id }, i) => translated[i]?.id === id);
  return has || translated.length === 0 ? translated : [...first, ...translated];
}

/**
 * Branches of the vocabulary `before` in the one of `tokenizer`. Where it is the same one, ids stay, but what another model thought of them goes; of
 * rounded numbers those of drawn tokens stay, as they were drawn.
 */
export function branchesOfToday(
  branches: readonly Branch[],
  tokenizer: Tokenizer,
  before: Pick<Tokenizer, 'fingerprint' | 'opening'>,
  sameModel: SameModel,
): readonly Branch[] {
  if (before.fingerprint !== tokenizer.fingerprint)
    return mapTokens(branches, tokens => translateTokens(tokenizer, before.opening, tokens));
  if (sameModel === true) return branches;
  const stays = (token: DocumentToken): boolean => sameModel === 'rounded' && token.draw !== undefined;
  return mapTokens(branches, tokens => tokens.map(token => (stays(token) ? token : withoutNumbers(token))));
}

/** A state of the past without the numbers that were rounded; one of another vocabulary is left as it is. */
export function roundedOf(past: Snapshot, tokenizer: Tokenizer): Snapshot {
  if (past.fingerprint !== tokenizer.fingerprint) return past;
  return { ...past, branches: branchesOfToday(past.branches, tokenizer, past, 'rounded') };
}
