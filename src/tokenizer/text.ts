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
const UTF8 = new TextDecoder('utf-8', { ignoreBOM: true });

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
      byte += character.bytes;
      units += character.codePoint > 0xffff ? 2 : 1;
    }
  }
  starts[tokens.length] = units;
  return { text: tokenText(all), starts, groups, whole: whole < 0 ? units : whole };
}

/** Tokens `[from, to)` of a layout have given way to `added` others. */
export interface TokenChange {
  readonly from: number;
  readonly to: number;
  readonly added: number;
}

/** Tokens laid out beyond a change to find a border that both layouts have: a character has at most four bytes. */
const LOOK = 8;

/**
 * `layoutTokens` of `tokens`, which are those of `before` but for a change. Decodes the change and what is beside it; all else is copied.
 */
export function relayoutTokens(
  before: TokenLayout,
  tokens: readonly { readonly bytes: Uint8Array }[],
  { from, to, added }: TokenChange,
): TokenLayout {
  const first = soundStart(before, tokens, from);
  const shift = added - (to - from);
  for (let look = LOOK; ; look *= 4) {
    const end = Math.min(tokens.length, from + added + look);
    const part = layoutTokens(tokens.slice(first, end).map(token => token.bytes));
    const resume = end === tokens.length ? end : soundEnd(before, part, { first, least: from + added, shift });
    if (resume !== null) return joined(before, part, { first, resume, shift });
  }
}

/**
 * A token at or before `from` whose first byte begins a character, and does so after any change from `from` on: a byte that stays stands between
 * them, and no character looks further than the first byte that is not its own.
 */
function soundStart(before: TokenLayout, tokens: readonly { readonly bytes: Uint8Array }[], from: number): number {
  let first = from;
  let bytes = 0;
  while (first > 0 && bytes === 0) {
    const end = first;
    first = before.groups[first - 1] ?? 0;
    for (let i = first; i < end; i++) bytes += tokens[i]?.bytes.length ?? 0;
  }
  return first;
}

/** Where in `part` lies in the whole: its first token, the first one after the change, and how far indices have moved. */
interface PartPlace {
  readonly first: number;
  readonly least: number;
  readonly shift: number;
}

/** The first token after the change that begins with a character in both layouts, with text of its own in `part`; null where there is none. */
function soundEnd(before: TokenLayout, part: TokenLayout, { first, least, shift }: PartPlace): number | null {
  for (let k = least - first; k < part.groups.length; k++) {
    const old = first + k - shift;
    const both = part.groups[k] === k && before.groups[old] === old;
    // What `part` ends with may go on behind it: a token with a whole character must follow.
    if (both && (part.starts[k + 1] ?? 0) > (part.starts[k] ?? 0)) return first + k;
  }
  return null;
}

interface Joint {
  readonly first: number;
  /** The first token that is taken over from the old layout again. */
  readonly resume: number;
  readonly shift: number;
}

/** The old layout up to `first`, then `part` up to `resume`, then the old one again. */
function joined(before: TokenLayout, part: TokenLayout, { first, resume, shift }: Joint): TokenLayout {
  const count = before.groups.length + shift;
  const units = before.starts[first] ?? 0;
  const partUnits = part.starts[resume - first] ?? 0;
  const oldUnits = before.starts[resume - shift] ?? before.text.length;
  const moved = units + partUnits - oldUnits;
  const starts = new Uint32Array(count + 1);
  const groups = new Uint32Array(count);
  starts.set(before.starts.subarray(0, first));
  groups.set(before.groups.subarray(0, first));
  for (let i = first; i < resume; i++) {
    starts[i] = units + (part.starts[i - first] ?? 0);
    groups[i] = first + (part.groups[i - first] ?? 0);
  }
  for (let i = resume; i < count; i++) {
    starts[i] = (before.starts[i - shift] ?? 0) + moved;
    groups[i] = (before.groups[i - shift] ?? 0) + shift;
  }
  const text = before.text.slice(0, units) + part.text.slice(0, partUnits) + before.text.slice(oldUnits);
  starts[count] = text.length;
  return { text, starts, groups, whole: resume === count ? units + part.whole : before.whole + moved };
}

/** The token that covers the UTF-16 unit at `offset`: the last one that starts at or before it and is not empty; n at the end of the text. */
export function tokenAt({ starts }: { readonly starts: ArrayLike<number> }, offset: number): number {
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
  return UTF8.decode(bytes);
}
