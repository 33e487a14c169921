// What two texts share at both ends, and what changed between them.

export interface Replacement {
  /** [start, end) of the old text, UTF-16 units. */
  readonly start: number;
  readonly end: number;
  readonly insert: string;
}

/** How far two texts are the same, at most `most`; `same` compares [from, to) of them. */
function longest(most: number, same: (from: number, to: number) => boolean): number {
  let low = 0; // as far as they are equal
  let high = most + 1; // before it they are not
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (same(low, middle)) low = middle;
    else high = middle;
  }
  return low;
}

/** Units that two texts share at their beginning, at most `most`. Stretches are compared as strings: long texts cost little. */
export function sharedStart(a: string, b: string, most: number): number {
  return longest(most, (from, to) => a.slice(from, to) === b.slice(from, to));
}

/** The same at their end. */
export function sharedEnd(a: string, b: string, most: number): number {
  const stretch = (text: string, from: number, to: number): string => text.slice(text.length - to, text.length - from);
  return longest(most, (from, to) => stretch(a, from, to) === stretch(b, from, to));
}

const HIGH = /[\uD800-\uDBFF]$/;

/** The same of `before`, widened where it parts a surrogate pair of it. */
export function wholePairs(before: string, { start, end, insert }: Replacement): Replacement {
  const first = start > 0 && HIGH.test(before.charAt(start - 1)) ? start - 1 : start;
  const last = end > 0 && end < before.length && HIGH.test(before.charAt(end - 1)) ? end + 1 : end;
  return { start: first, end: last, insert: before.slice(first, start) + insert + before.slice(end, last) };
}

/** The one replacement that makes `after` of `before`, as short as it can be; surrogate pairs may be parted. */
export function between(before: string, after: string): Replacement {
  const shorter = Math.min(before.length, after.length);
  const start = sharedStart(before, after, shorter);
  const suffix = sharedEnd(before, after, shorter - start);
  return { start, end: before.length - suffix, insert: after.slice(start, after.length - suffix) };
}
