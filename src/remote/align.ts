// Where tokens of a server lie in a text. Their bytes are those of each token by itself, which tokenizers that put a space before words leave out.
import { keyOf } from './vocabulary.ts';

const SPACE = 0x20;

/**
 * Bytes of `text` that each token covers, as far as they can be told. A token at the beginning that is not in the text (what a server puts before it) covers none; `null` is a
 * token whose bytes are not known, and covers what lies before the next one that is found.
 */
export function lengthsIn(text: Uint8Array, pieces: readonly (Uint8Array | null)[]): number[] {
  const lengths: number[] = [];
  let at = 0;
  for (const [i, piece] of pieces.entries()) {
    const length = piece === null ? -1 : lengthAt(text, at, piece);
    if (length >= 0) {
      lengths.push(length);
      at += length;
    } else if (at === 0 && lengths.every(each => each === 0)) lengths.push(0);
    else {
      // Bytes that are no text by themselves: what is left for this one when the next is found a few bytes on.
      const [next] = pieces.slice(i + 1);
      const gap = next ? gapBefore(text, at, next) : text.length - at <= MOST_GAP ? text.length - at : -1;
      if (gap < 0) return lengths;
      lengths.push(gap);
      at += gap;
    }
  }
  return lengths;
}

/** Bytes of a character. */
const MOST_GAP = 4;

function gapBefore(text: Uint8Array, at: number, next: Uint8Array): number {
  for (let gap = 1; gap <= MOST_GAP; gap++) if (lengthAt(text, at + gap, next) > 0) return gap;
  return -1;
}

function lengthAt(text: Uint8Array, at: number, piece: Uint8Array): number {
  if (startsWith(text, at, piece)) return piece.length;
  if (text[at] === SPACE && piece.length > 0 && startsWith(text, at + 1, piece)) return 1 + piece.length;
  // The space is the token's own, and the text begins without it.
  if (at === 0 && piece[0] === SPACE && startsWith(text, 0, piece.subarray(1))) return piece.length - 1;
  return -1;
}

function startsWith(text: Uint8Array, at: number, piece: Uint8Array): boolean {
  return at + piece.length <= text.length && keyOf(text.subarray(at, at + piece.length)) === keyOf(piece);
}
