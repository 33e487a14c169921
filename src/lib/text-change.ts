// What two texts share at both ends, and what changed between them.

/** [start, end) of a text, UTF-16 units. */
export interface Stretch {
  readonly start: number;
  readonly end: number;
}

/** Of a stretch of the old text. */
export interface Replacement extends Stretch {
  readonly insert: string;
}

/** The same of `before`, with all of the stretch around it. */
export function widened(before: string, { start, end, insert }: Replacement, around: Stretch): Replacement {
  return { ...around, insert: before.slice(around.start, start) + insert + before.slice(end, around.end) };
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
export function wholePairs(before: string, change: Replacement): Replacement {
  const { start, end } = change;
  const first = start > 0 && HIGH.test(before.charAt(start - 1)) ? start - 1 : start;
  const last = end > 0 && end < before.length && HIGH.test(before.charAt(end - 1)) ? end + 1 : end;
  return widened(before, change, { start: first, end: last });
}

/** The one replacement that makes `after` of `before`, as short as it can be; surrogate pairs may be parted. */
export function between(before: string, after: string): Replacement {
  const shorter = Math.min(before.length, after.length);
  const start = sharedStart(before, after, shorter);
  const suffix = sharedEnd(before, after, shorter - start);
  return { start, end: before.length - suffix, insert: after.slice(start, after.length - suffix) };
}
