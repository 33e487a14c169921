// What the files of a model contain, told by hashes: equal for equal bytes, wherever they came from and whatever they are called.

import { decidesNumbers } from '../checkpoint/formats.ts';
import { sha256 } from './hash.ts';

/** One whole file in pieces. */
export interface FileContent {
  readonly name: string;
  /** Bytes. */
  readonly size: number;
  readonly chunkBytes: number;
  /** SHA-256 of each piece of `chunkBytes`, in order. */
  readonly hashes: readonly string[];
}

/** True when every byte of the file is among the hashed ones. */
export function isWhole({ size, chunkBytes, hashes }: FileContent): boolean {
  return hashes.length * chunkBytes >= size;
}

/**
 * SHA-256, in hexadecimal, over the sizes and the hashes of what a model's numbers depend on: its configuration and its weights. Two models
 * of equal digest compute the same; the tokenizer is not part of it, it has a fingerprint of its own.
 */
export function digestOf(files: readonly FileContent[]): Promise<string> {
  const numeric = files.filter(({ name }) => decidesNumbers(name));
  const lines = numeric.map(({ name, size, hashes }) => [name, size, ...hashes].join(' ')).sort();
  return sha256(new TextEncoder().encode(lines.join('\n')));
}
