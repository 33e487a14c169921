// Bytes of tokens as text: where each token lies in it, and text that arrives in pieces without broken characters.
//
// One character can be split over several tokens. It stands in the text once and belongs to the token that holds its first byte; a token
// that only goes on with it covers no text. Invalid UTF-8 becomes U+FFFD as the WHATWG Encoding Standard has it (one for each maximal
// part of a character), and belongs to the token of its first byte in the same way.

export interface TokenLayout {
  readonly text: string;
  /** Token i covers UTF-16 units [starts[i], starts[i + 1]) of the text. [n + 1] */
  readonly starts: Uint32Array;
  /**
   * The first token of the group that each token belongs to: tokens that share characters, directly or through one between them.
   * Tokens with whole characters are groups of their own. [n]
   */
  readonly groups: Uint32Array;
  /** Where the text ends for a reader of a stream: before a character that the last bytes began and did not finish, else at its end. */
  readonly whole: number;
}

/** What the first byte of a character says: bytes that follow, and the range of the second one (Encoding Standard, 8.1.1). */
function expectation(first: number): { readonly follow: number; readonly low: number; readonly high: number } {
  if (first >= 0xc2 && first <= 0xdf) return { follow: 1, low: 0x80, high: 0xbf };
  if (first >= 0xe0 && first <= 0xef) {
    return { follow: 2, low: first === 0xe0 ? 0xa0 : 0x80, high: first === 0xed ? 0x9f : 0xbf };
  }
  if (first >= 0xf0 && first <= 0xf4) {
    return { follow: 3, low: first === 0xf0 ? 0x90 : 0x80, high: first === 0xf4 ? 0x8f : 0xbf };
  }
  return { follow: 0, low: 0, high: 0 };
}

/** One character of the text, or a part of one that failed. Lengths in bytes. */
interface DecodedCharacter {
  readonly bytes: number;
  readonly codePoint: number;
  /** The bytes end before the character does. */
  readonly unfinished: boolean;
}

const REPLACEMENT = 0xfffd;

/** The character at `at`. An invalid one takes the bytes that could have begun a valid one, at least one byte. */
function decodeCharacter(bytes: Uint8Array, at: number): DecodedCharacter {
  const first = bytes[at] ?? 0;
  if (first < 0x80) return { bytes: 1, codePoint: first, unfinished: false };
  const { follow, low, high } = expectation(first);
  let codePoint = first & (follow === 1 ? 0x1f : follow === 2 ? 0x0f : 0x07);
  for (let i = 1; i <= follow; i++) {
    const next = bytes[at + i];
    if (next === undefined) return { bytes: i, codePoint: REPLACEMENT, unfinished: true };
    const valid = i === 1 ? next >= low && next <= high : next >= 0x80 && next <= 0xbf;
    if (!valid) return { bytes: i, codePoint: REPLACEMENT, unfinished: false };
    codePoint = (codePoint << 6) | (next & 0x3f);
  }
  return { bytes: 1 + follow, codePoint: follow === 0 ? REPLACEMENT : codePoint, unfinished: false };
}

/** All bytes in one array. */
export function concatBytes(parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

/** The text of tokens and their place in it; see the head of this file. Takes time in proportion to the bytes. */
export function layoutTokens(tokens: readonly Uint8Array[]): TokenLayout {
  const all = concatBytes(tokens);
  const starts = new Uint32Array(tokens.length + 1);
  const groups = new Uint32Array(tokens.length);
  const parts: string[] = [];
  let byte = 0; // where the character being decoded starts
  let units = 0; // UTF-16 units before it
  let whole = -1;
  let tokenEnd = 0; // in bytes, of token i
  for (let i = 0; i < tokens.length; i++) {
    const tokenStart = tokenEnd;
    tokenEnd += tokens[i]?.length ?? 0;
    // `byte` is past the start when a character of an earlier token reaches into this one; bytes of no length share nothing.
    groups[i] = byte > tokenStart ? (groups[i - 1] ?? i) : i;
    starts[i] = units;
    while (byte < tokenEnd) {
      const character = decodeCharacter(all, byte);
      if (character.unfinished) whole = units;
      parts.push(String.fromCodePoint(character.codePoint));
      byte += character.bytes;
      units += character.codePoint > 0xffff ? 2 : 1;
    }
  }
  starts[tokens.length] = units;
  return { text: parts.join(''), starts, groups, whole: whole < 0 ? units : whole };
}

/** The token that covers the UTF-16 unit at `offset`: the last one that starts at or before it and is not empty; n at the end of the text. */
export function tokenAt(layout: TokenLayout, offset: number): number {
  const { starts } = layout;
  const count = starts.length - 1;
  let low = 0;
  let high = count;
  // The first token that ends after `offset`: it covers the unit, since tokens leave no gap.
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((starts[middle + 1] ?? 0) > offset) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** One past the last token of the group of `token`. */
export function groupEnd(layout: TokenLayout, token: number): number {
  let end = token + 1;
  while (end < layout.groups.length && layout.groups[end] !== end) end++;
  return end;
}

/** The text of one token's bytes by itself; parts of characters show as U+FFFD. */
export function tokenText(bytes: Uint8Array): string {
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
}

/** Text of bytes that arrive token by token. What has been given out never changes: an unfinished character is held back. */
export class Utf8Stream {
  #decoder = new TextDecoder('utf-8', { ignoreBOM: true });

  /** The characters that these bytes finish. */
  push(bytes: Uint8Array): string {
    return this.#decoder.decode(bytes, { stream: true });
  }

  /** U+FFFD when a character was left unfinished, else nothing. The stream can be used anew. */
  flush(): string {
    return this.#decoder.decode();
  }
}
