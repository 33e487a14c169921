// Ranges of code points as ranges of UTF-8 bytes.
import type { Range } from './pattern.ts';

/** Bytes one after the other, each within its range. */
export type ByteRanges = readonly (readonly [number, number])[];

/** Last code point of each length. */
const LENGTHS = [0x7f, 0x7ff, 0xffff, 0x10ffff] as const;

/** The code points [lo, hi] as sequences of byte ranges that have no text in common. No surrogates. */
export function utf8Ranges([lo, hi]: Range): ByteRanges[] {
  for (const last of LENGTHS)
    if (lo <= last && hi > last) return [...utf8Ranges([lo, last]), ...utf8Ranges([last + 1, hi])];
  if (hi <= 0x7f) return [[[lo, hi]]];
  // Cut where the bytes behind do not go over their whole range.
  for (let bits = 6; bits <= 18; bits += 6) {
    const mask = (1 << bits) - 1;
    if (lo >> bits === hi >> bits) continue;
    if ((lo & mask) !== 0) return [...utf8Ranges([lo, lo | mask]), ...utf8Ranges([(lo | mask) + 1, hi])];
    if ((hi & mask) !== mask) return [...utf8Ranges([lo, (hi & ~mask) - 1]), ...utf8Ranges([hi & ~mask, hi])];
  }
  const [from, to] = [utf8(lo), utf8(hi)];
  return [from.map((byte, i) => [byte, to[i] ?? byte] as const)];
}

function utf8(code: number): number[] {
  return [...new TextEncoder().encode(String.fromCodePoint(code))];
}
