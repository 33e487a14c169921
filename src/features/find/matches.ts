// Where a text has what is looked for: plain text, in order, none over another. In steps, so that a long text holds nothing up.

/** UTF-16 units that are looked at in one step. */
const UNITS_A_STEP = 65_536;

/** What is looked for. */
export interface Query {
  readonly words: string;
  /** Capitals count. */
  readonly cased: boolean;
}

/** Plain text as a pattern. Letters of both cases have as many units, so that every match is as long as the words. */
function patternOf({ words, cased }: Query): RegExp {
  return new RegExp(words.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&'), cased ? 'gu' : 'giu');
}

/**
 * Appends the starts of all matches that begin at `from` or later to `starts`, UTF-16 units, and takes a step for each stretch of the text. Takes time in
 * proportion to the text.
 */
export function* matchesIn(text: string, query: Query, from: number, starts: number[]): Generator<void> {
  const { length } = query.words;
  if (length === 0) return;
  const pattern = patternOf(query);
  let at = from;
  while (at + length <= text.length) {
    // What begins in the stretch may end behind it.
    const end = Math.min(text.length, at + UNITS_A_STEP + length - 1);
    const stretch = text.slice(at, end);
    pattern.lastIndex = 0;
    let next = at + UNITS_A_STEP;
    for (let found = pattern.exec(stretch); found !== null; found = pattern.exec(stretch)) {
      starts.push(at + found.index);
      next = Math.max(next, at + found.index + length);
    }
    at = next;
    yield;
  }
}

/** The first match that begins at `offset` or behind it; the first of all where there is none. -1 without any. */
export function matchFrom(starts: readonly number[], offset: number): number {
  if (starts.length === 0) return -1;
  let [low, high] = [0, starts.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((starts[middle] ?? 0) >= offset) high = middle;
    else low = middle + 1;
  }
  return low % starts.length;
}
