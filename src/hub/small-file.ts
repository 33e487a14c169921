// The largest size of what is read whole: configurations, indices, tokenizers. A size is what a listing says before a byte has come.
import { damaged } from '../checkpoint/first-bytes.ts';
import { NucleusError } from '../lib/error.ts';

/** Bytes; the largest tokenizers in use have a sixth of it. */
export const MOST_SMALL = 256 * 2 ** 20;

/** @throws NucleusError bad_json, bad_tokenizer or as the file is named */
export function assertSmall(name: string, size: number): void {
  if (size <= MOST_SMALL) return;
  const message = `${name} has ${size} bytes, more than any file of its kind`;
  throw new NucleusError(damaged(name), message, { file: name });
}
