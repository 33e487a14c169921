// Counts of things with a regular plural.
import { formatCount } from '../../lib/format.ts';

/** `1 token`, `1,024 tokens`. */
export function countWords(count: number, one: string): string {
  return `${formatCount(count)} ${count === 1 ? one : `${one}s`}`;
}
