// Text cut at the matches of a pattern, and what becomes of the matches.
// Source: `SplitDelimiterBehavior` and `Pattern` of the `tokenizers` library of Hugging Face.
import { assertGrowth } from '../growth.ts';

/** Whether a stretch (a match or the text between two) goes to the piece of the stretch before it. */
const JOINS = {
  Isolated: () => false,
  Removed: () => false,
  Contiguous: (before: boolean, now: boolean) => before === now,
  MergedWithPrevious: (before: boolean, now: boolean) => now && !before,
  MergedWithNext: (before: boolean, now: boolean) => before && !now,
} as const satisfies Record<string, (beforeMatches: boolean, matches: boolean) => boolean>;

export type Behavior = keyof typeof JOINS;

export function isBehavior(name: unknown): name is Behavior {
  return typeof name === 'string' && Object.hasOwn(JOINS, name);
}

/** What of a match is read. */
export interface Found {
  readonly index: number;
  readonly 0: string;
}

/** A regular expression with the flag `g`, or what finds as one does. */
export interface TextPattern {
  lastIndex: number;
  exec(text: string): Found | null;
}

export interface Stretch {
  readonly start: number;
  readonly end: number;
  readonly matches: boolean;
}

/** Matches and what is between them, in order. An empty match counts, unless it follows a match at once. */
export function* stretches(text: string, pattern: TextPattern): Generator<Stretch> {
  let end = 0;
  let matched = -1;
  pattern.lastIndex = 0;
  for (let search = 0; search <= text.length; ) {
    pattern.lastIndex = search;
    const found = pattern.exec(text);
    if (found === null) break;
    const start = found.index;
    const length = found[0].length;
    search = start + length;
    if (length === 0) {
      search += (text.codePointAt(start) ?? 0) > 0xffff ? 2 : 1;
      if (start === matched) continue;
    }
    if (start > end) yield { start: end, end: start, matches: false };
    end = matched = start + length;
    yield { start, end, matches: true };
  }
  if (end < text.length) yield { start: end, end: text.length, matches: false };
}

/** Where the pieces of a text lie, each as soon as it is found: what is left and right of a piece in the text depends on nothing before it. */
export function* rangesAt(
  text: string,
  pattern: TextPattern,
  behavior: Behavior,
  invert: boolean,
): Generator<readonly [start: number, end: number]> {
  const joins = JOINS[behavior];
  let start = 0;
  let end = 0;
  let before = false;
  for (const stretch of stretches(text, pattern)) {
    const matches = stretch.matches !== invert;
    const joined = end > 0 && joins(before, matches);
    if (!joined) {
      if (end > start) yield [start, end];
      start = stretch.start;
    }
    end = stretch.end;
    before = matches;
    if (behavior === 'Removed' && matches) start = end;
  }
  if (end > start) yield [start, end];
}

/** The pieces themselves. */
export function* splitAt(text: string, pattern: TextPattern, behavior: Behavior, invert: boolean): Generator<string> {
  for (const [start, end] of rangesAt(text, pattern, behavior, invert)) yield text.slice(start, end);
}

/** The text with `content` in the place of every match. `source`: units of what all rules began with. @throws NucleusError bad_tokenizer where it grows without measure */
export function withReplaced(text: string, pattern: TextPattern, content: string, source: number): string {
  let out = '';
  for (const { start, end, matches } of stretches(text, pattern)) {
    out += matches ? content : text.slice(start, end);
    assertGrowth(out.length, source);
  }
  return out;
}
