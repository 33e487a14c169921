// What changed in the field, as one replacement near the caret, and as a change of what the text has become meanwhile.
import { between, type Replacement, type Stretch, sharedEnd, sharedStart } from '../../lib/text-change.ts';

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
  let suffix = sharedEnd(before, next, tail);
  let prefix = sharedStart(before, next, shorter - suffix);
  if (suffix === tail) suffix = sharedEnd(before, next, shorter - prefix);
  if (partsPair(before, prefix) || partsPair(next, prefix)) prefix--;
  if (partsPair(before, before.length - suffix) || partsPair(next, next.length - suffix)) suffix--;
  return { start: prefix, end: before.length - suffix, insert: next.slice(prefix, next.length - suffix) };
}

/**
 * As far as here what a person wrote may be the same as what it takes the place of: what was selected before, where all around it is as it was; all of the
 * text where something took the place of something else without that; undefined for what is only typed or only removed.
 */
export function writtenAround(
  before: string,
  next: string,
  selected: Stretch,
  change: Replacement,
): Stretch | undefined {
  const { start, end } = selected;
  const rest = before.length - end;
  const fits = start < end && start + rest <= next.length;
  if (fits && sharedStart(before, next, start) === start && sharedEnd(before, next, rest) === rest)
    return { start, end };
  return change.insert !== '' && change.start < change.end ? { start: 0, end: before.length } : undefined;
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
