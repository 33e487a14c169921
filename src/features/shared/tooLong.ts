// What is said where a text is longer than what can be taken over: it is never cut without a word.
import { formatCount } from '../../lib/format.ts';

/** Null where it is not too long. @param most UTF-16 units */
export function tooLongWords({ length }: string, most: number): string | null {
  if (length <= most) return null;
  return `${formatCount(length)} characters are more than ${formatCount(most)}: nothing was taken over. Take a shorter text.`;
}
