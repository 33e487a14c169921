// Where tokens of a server lie in a text. Their bytes are those of each token by itself, which tokenizers that put a space before words leave out.
import { keyOf } from '../lib/byte-key.ts';

const SPACE = 0x20;
/** U+FFFD in UTF-8: a server writes it for bytes that are no text by themselves. */
const UNREADABLE = '\xef\xbf\xbd';
/** Bytes of a character. */
const MOST_BYTES = 4;

type Bytes = Uint8Array | null;

/**
 * Bytes of `text` that each token covers, as far as they can be told. A token at the beginning that is not in the text (what a server puts before it) covers none. Tokens whose bytes
 * are not known, `null` or unreadable, share what lies before the next one that is found: a byte each, the last of them the rest.
 */
export function lengthsIn(text: Uint8Array, pieces: readonly Bytes[]): number[] {
  const lengths: number[] = [];
  let at = 0;
  for (let i = 0; i < pieces.length; ) {
    const piece = pieces[i] ?? null;
    const length = piece === null ? -1 : lengthAt(text, at, piece);
    if (length >= 0 || (at === 0 && isReadable(piece))) {
      lengths.push(Math.max(0, length));
      at += Math.max(0, length);
      i += 1;
      continue;
    }
    if (isReadable(piece)) return lengths;
    let next = i + 1;
    while (next < pieces.length && !isReadable(pieces[next] ?? null)) next += 1;
    const count = next - i;
    const gap = gapBefore(text, at, count, pieces[next] ?? null);
    if (gap < count) return lengths;
    for (let each = 1; each < count; each++) lengths.push(1);
    lengths.push(gap - count + 1);
    at += gap;
    i = next;
  }
  return lengths;
}

const isReadable = (piece: Bytes): boolean => piece !== null && !keyOf(piece).includes(UNREADABLE);

/** Bytes that `count` unknown tokens cover before `next`, or before the end; -1 where that cannot be told. */
function gapBefore(text: Uint8Array, at: number, count: number, next: Bytes): number {
  const most = Math.min(text.length - at, MOST_BYTES * count);
  if (next === null) return text.length - at === most ? most : -1;
  for (let gap = count; gap <= most; gap++) if (lengthAt(text, at + gap, next) > 0) return gap;
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
