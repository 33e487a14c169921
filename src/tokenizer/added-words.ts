// Added tokens in a text: they are found before it is cut into pieces, and what is found is one token whole.
// Source: `AddedVocabulary` of the `tokenizers` library of Hugging Face.
import type { AddedToken, NormalForm } from './spec.ts';

/**
 * A stretch of the text: an added token, or (id null) plain text, in its normal form where the tokenizer has one; with where it lies in the text, in UTF-16
 * units: a token of space may lie in the space that the token before has taken.
 */
interface Section {
  readonly id: number | null;
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

/** The characters of a word as Rust's `\w` has them. */
const WORD = '[\\p{Alphabetic}\\p{M}\\p{Nd}\\p{Pc}\\p{Join_Control}]';
const ENDS_IN_WORD = new RegExp(`${WORD}$`, 'u');
const STARTS_WITH_WORD = new RegExp(`^${WORD}`, 'u');
const SPACE = /^\p{White_Space}$/u;

/** Whether the spelling of a token in UTF-16 units [start, end) of the text is text all the same. */
export type IsPlain = (start: number, end: number) => boolean;

/** Finds tokens in a text, the longest where several start. */
type Finder = (text: string, isPlain?: IsPlain) => Iterable<Section>;

/** Where the white space before `at` starts, `least` or after. All of it is of one UTF-16 unit a character. */
function spaceBefore(text: string, at: number, least: number): number {
  let start = at;
  while (start > least && SPACE.test(text.charAt(start - 1))) start--;
  return start;
}

function spaceAfter(text: string, at: number): number {
  let end = at;
  while (end < text.length && SPACE.test(text.charAt(end))) end++;
  return end;
}

function isSingleWord(text: string, start: number, end: number): boolean {
  return (
    !ENDS_IN_WORD.test(text.slice(Math.max(0, start - 2), start)) && !STARTS_WITH_WORD.test(text.slice(end, end + 2))
  );
}

/** By the first UTF-16 unit: the spellings that begin with it, in the order of their units. */
function byFirstUnit(spellings: Iterable<string>): ReadonlyMap<number, readonly string[]> {
  const found = new Map<number, string[]>();
  for (const spelling of spellings) {
    const unit = spelling.charCodeAt(0);
    const list = found.get(unit);
    if (list) list.push(spelling);
    else found.set(unit, [spelling]);
  }
  for (const list of found.values()) list.sort();
  return found;
}

/**
 * The first of the sorted `spellings` in [first, end), all alike before `index`, whose unit at `index` is `unit` or more; `end` where there is none.
 * Looked for near the ends first, where it is when each unit of the text leaves few behind.
 */
function firstWith(spellings: readonly string[], first: number, end: number, index: number, unit: number): number {
  const isLess = (i: number): boolean => (spellings[i] as string).charCodeAt(index) < unit;
  if (first === end || !isLess(first)) return first;
  let [most, step] = [end, 1];
  for (; most - step > first && !isLess(most - step); step *= 2) most -= step;
  let least = Math.max(first, most - step) + 1;
  while (least < most) {
    const half = (least + most) >> 1;
    if (isLess(half)) least = half + 1;
    else most = half;
  }
  return least;
}

/**
 * The longest of the sorted `spellings` that the text has at `at`, where all begin with the unit that is there; '' where there is none.
 * Unit by unit the range of those that agree narrows, so the work grows with what agrees and not with how many lengths there are.
 */
function longestAt(text: string, at: number, spellings: readonly string[]): string {
  let longest = '';
  let [first, end] = [0, spellings.length];
  for (let length = 1; first < end; length++) {
    const spelling = spellings[first] as string;
    if (end - first === 1) return text.startsWith(spelling, at) ? spelling : longest;
    // It comes before those that go on after it.
    if (spelling.length === length) {
      longest = spelling;
      first++;
    }
    if (at + length === text.length) break;
    const unit = text.charCodeAt(at + length);
    first = firstWith(spellings, first, end, length, unit);
    end = firstWith(spellings, first, end, length, unit + 1);
  }
  return longest;
}

/** Of `tokens`, each by the spelling that it is looked for by; null where there is none. There may be a million of them. */
export function finder(tokens: readonly AddedToken[], spellingOf: (token: AddedToken) => string): Finder | null {
  const bySpelling = new Map<string, AddedToken>();
  for (const token of tokens) {
    const spelling = spellingOf(token);
    if (spelling !== '') bySpelling.set(spelling, token);
  }
  if (bySpelling.size === 0) return null;
  const spellings = byFirstUnit(bySpelling.keys());
  return function* find(text, isPlain) {
    let at = 0;
    // Where the space ends that was looked through last: tokens of space that take more of it would walk it once each.
    let spaceEnd = 0;
    for (let next = 0; next < text.length; ) {
      const found = longestAt(text, next, spellings.get(text.charCodeAt(next)) ?? []);
      const token = bySpelling.get(found);
      let start = next;
      next += token === undefined ? ((text.codePointAt(next) ?? 0) > 0xffff ? 2 : 1) : found.length;
      if (token === undefined) continue;
      let end = next;
      if (isPlain?.(start, end)) continue;
      if (token.singleWord && !isSingleWord(text, start, end)) continue;
      // Space that the token before has taken stays with that.
      if (token.lstrip) start = Math.max(spaceBefore(text, start, at), at);
      if (token.rstrip) {
        if (end > spaceEnd) spaceEnd = spaceAfter(text, end);
        end = spaceEnd;
      }
      // All of it was space, and gone.
      if (start >= end) continue;
      if (start > at) yield { id: null, text: text.slice(at, start), start: at, end: start };
      yield { id: token.id, text: text.slice(start, end), start, end };
      at = end;
    }
    if (at < text.length) yield { id: null, text: text.slice(at), start: at, end: text.length };
  };
}

/**
 * The sections of a text, each as soon as it is asked for. Tokens that are not `normalized` are found in the text as typed; the others in
 * the normal form of what is left, by the normal form of their content. Sections lie in the text as the normal form has it.
 */
export function sectionsOf(
  tokens: readonly AddedToken[],
  normalForm: NormalForm | null,
): (text: string, isPlain?: IsPlain) => Iterable<Section> {
  const normal = (text: string) => (normalForm === null ? text : text.normalize(normalForm));
  const typed = finder(
    tokens.filter(token => !token.normalized),
    token => token.content,
  );
  const normalised = finder(
    tokens.filter(token => token.normalized),
    token => normal(token.content),
  );
  return function* sections(text, isPlain) {
    const all = { id: null, text, start: 0, end: text.length };
    // UTF-16 units by which normal forms have moved what follows them.
    let moved = 0;
    for (const section of typed === null ? [all] : typed(text, isPlain)) {
      const from = section.start;
      const placed = (id: number | null, text: string, start: number, end: number): Section => {
        return { id, text, start: start + moved, end: end + moved };
      };
      if (section.id !== null) {
        yield placed(section.id, section.text, from, section.end);
        continue;
      }
      const form = normal(section.text);
      if (normalised === null) yield placed(null, form, from, from + form.length);
      else {
        const typedAt = (offset: number) =>
          from + (form === section.text ? offset : unitsOf(section.text, normal, offset));
        const plain: IsPlain | undefined = isPlain && ((start, end) => isPlain(typedAt(start), typedAt(end)));
        for (const { id, text, start, end } of normalised(form, plain))
          yield placed(id, text, from + start, from + end);
      }
      moved += form.length - section.text.length;
    }
  };
}

/** How many units of `text` its normal form up to `offset` comes from. */
function unitsOf(text: string, normal: (text: string) => string, offset: number): number {
  let [least, most] = [0, text.length];
  while (least < most) {
    const half = (least + most) >> 1;
    if (normal(text.slice(0, half)).length < offset) least = half + 1;
    else most = half;
  }
  return least;
}
