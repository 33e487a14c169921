// What changed between two texts, as one replacement near the caret.

export interface Replacement {
  /** [start, end) of the old text, UTF-16 units. */
  readonly start: number;
  readonly end: number;
  readonly insert: string;
}

const isLow = (code: number): boolean => code >= 0xdc00 && code <= 0xdfff;

/** True where a cut at `at` would part the two halves of a surrogate pair. */
const partsPair = (text: string, at: number): boolean => at > 0 && at < text.length && isLow(text.charCodeAt(at));

/** Units that two texts share at their beginning, at most `most`. Stretches are compared as strings: long texts cost little. */
function commonPrefix(a: string, b: string, most: number): number {
  if (a.slice(0, most) === b.slice(0, most)) return most;
  let low = 0; // as far as they are equal
  let high = most; // before it they are not
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (a.slice(low, middle) === b.slice(low, middle)) low = middle;
    else high = middle;
  }
  return low;
}

/** The same at their end. */
function commonSuffix(a: string, b: string, most: number): number {
  const before = (text: string, from: number, to: number): string => text.slice(text.length - from, text.length - to);
  if (before(a, most, 0) === before(b, most, 0)) return most;
  let low = 0;
  let high = most;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (before(a, middle, low) === before(b, middle, low)) low = middle;
    else high = middle;
  }
  return low;
}

/**
 * The replacement that makes `next` of `before`, null when they are equal. `caret` is where the caret stands in `next`:
 * of several readings of the change ("aa" after a third "a") the one that ends at the caret is taken. Surrogate pairs stay whole.
 */
export function diffAround(before: string, next: string, caret: number): Replacement | null {
  if (before === next) return null;
  const shorter = Math.min(before.length, next.length);
  // What lies after the caret was not touched by typing, so the suffix is found first, the prefix in what remains.
  const tail = Math.min(next.length - caret, shorter);
  let suffix = commonSuffix(before, next, tail);
  let prefix = commonPrefix(before, next, shorter - suffix);
  if (suffix === tail) suffix = commonSuffix(before, next, shorter - prefix);
  if (partsPair(before, prefix) || partsPair(next, prefix)) prefix--;
  if (partsPair(before, before.length - suffix) || partsPair(next, next.length - suffix)) suffix--;
  return { start: prefix, end: before.length - suffix, insert: next.slice(prefix, next.length - suffix) };
}

/** The one replacement that makes `after` of `before`, as short as it can be; surrogate pairs may be parted. */
export function between(before: string, after: string): Replacement {
  const shorter = Math.min(before.length, after.length);
  const start = commonPrefix(before, after, shorter);
  const suffix = commonSuffix(before, after, shorter - start);
  return { start, end: before.length - suffix, insert: after.slice(start, after.length - suffix) };
}

/**
 * `change`, made of the text `before`, as a change of `now`, which is `before` after some other change. An insertion takes nothing away of
 * the other; a removal takes along what has come between its ends.
 */
export function rebased(change: Replacement, before: string, now: string): Replacement {
  const other = between(before, now);
  const moved = (at: number): number => {
    if (at <= other.start) return at;
    return at >= other.end ? at + now.length - before.length : other.start;
  };
  const start = moved(change.start);
  return { start, end: Math.max(start, moved(change.end)), insert: change.insert };
}
