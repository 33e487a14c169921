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

/**
 * The replacement that makes `next` of `before`, null when they are equal. `caret` is where the caret stands in `next`:
 * of several readings of the change ("aa" after a third "a") the one that ends at the caret is taken. Surrogate pairs stay whole.
 */
export function diffAround(before: string, next: string, caret: number): Replacement | null {
  if (before === next) return null;
  const shorter = Math.min(before.length, next.length);
  // What lies after the caret was not touched by typing, so the suffix is found first, the prefix in what remains.
  const tail = Math.min(next.length - caret, shorter);
  let suffix = 0;
  while (suffix < tail && before[before.length - 1 - suffix] === next[next.length - 1 - suffix]) suffix++;
  let prefix = 0;
  while (prefix < shorter - suffix && before[prefix] === next[prefix]) prefix++;
  if (prefix + suffix < shorter && suffix === tail) {
    while (prefix + suffix < shorter && before[before.length - 1 - suffix] === next[next.length - 1 - suffix]) suffix++;
  }
  if (partsPair(before, prefix) || partsPair(next, prefix)) prefix--;
  if (partsPair(before, before.length - suffix) || partsPair(next, next.length - suffix)) suffix--;
  return { start: prefix, end: before.length - suffix, insert: next.slice(prefix, next.length - suffix) };
}
