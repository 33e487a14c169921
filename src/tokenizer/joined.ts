// The texts of all tokens of a vocabulary one after the other, so that one search goes over all of them: a string a token would take longer to
// make than to search.

/** Token i is `text.slice(starts[i], starts[i + 1])`. UTF-16 units. */
export interface Joined {
  readonly text: string;
  /** [tokens + 1] */
  readonly starts: Uint32Array;
}

export interface JoinedTexts {
  readonly text: Joined;
  /** In lower case, at the same places; of the tokens in `odd` it says nothing. */
  readonly lower: Joined;
  /** Tokens whose lower case is longer, or another one at the end of a word: each is to be looked at by itself. */
  readonly odd: readonly number[];
}

const UTF8 = new TextDecoder('utf-8', { ignoreBOM: true });
const TO_UTF8 = new TextEncoder();
/** A character a byte, another for every byte. */
const BYTES = new TextDecoder('windows-1252');

/** Every byte of the tokens as a character of its own. */
export function joinBytes(tokens: readonly Uint8Array[]): Joined {
  const starts = startsOf(tokens);
  return { text: BYTES.decode(joined(tokens, starts)), starts };
}

/** The text of every token on its own, partial characters as U+FFFD. */
export function joinTexts(tokens: readonly Uint8Array[]): JoinedTexts {
  const starts = new Uint32Array(tokens.length + 1);
  const whole: Uint8Array[] = new Array<Uint8Array>(tokens.length);
  for (let i = 0; i < tokens.length; i++) {
    let token = tokens[i]!;
    let units = wholeUnits(token);
    if (units < 0) {
      // Beside its neighbours it could make characters that it is no part of.
      token = TO_UTF8.encode(UTF8.decode(token));
      units = wholeUnits(token);
    }
    whole[i] = token;
    starts[i + 1] = starts[i]! + units;
  }
  const text = UTF8.decode(joined(whole, startsOf(whole)));
  // Only these two are not one unit for one unit, whatever stands beside them.
  const lower = text.replaceAll('İ', 'i').replaceAll('Σ', 'σ').toLowerCase();
  const odd = [...new Set([...tokensWith('İ', text, starts), ...tokensWith('Σ', text, starts)])];
  return { text: { text, starts }, lower: { text: lower, starts }, odd };
}

/** UTF-16 units of bytes that are whole characters, or -1 (Unicode 16.0, table 3-7). */
function wholeUnits(bytes: Uint8Array): number {
  let units = 0;
  for (let i = 0; i < bytes.length; ) {
    const first = bytes[i]!;
    units++;
    if (first < 0x80) {
      i++;
      continue;
    }
    const follow = first >= 0xf0 ? 3 : first >= 0xe0 ? 2 : 1;
    const second = bytes[i + 1] ?? 0;
    const low = first === 0xe0 ? 0xa0 : first === 0xf0 ? 0x90 : 0x80;
    const high = first === 0xed ? 0x9f : first === 0xf4 ? 0x8f : 0xbf;
    if (first < 0xc2 || first > 0xf4 || second < low || second > high) return -1;
    for (let k = 2; k <= follow; k++) if (((bytes[i + k] ?? 0) & 0xc0) !== 0x80) return -1;
    if (follow === 3) units++;
    i += follow + 1;
  }
  return units;
}

/** Where the bytes of each token begin, and the end of all. */
function startsOf(tokens: readonly Uint8Array[]): Uint32Array {
  const starts = new Uint32Array(tokens.length + 1);
  for (let i = 0; i < tokens.length; i++) starts[i + 1] = starts[i]! + tokens[i]!.length;
  return starts;
}

function joined(tokens: readonly Uint8Array[], starts: Uint32Array): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(starts[tokens.length]!);
  for (let i = 0; i < tokens.length; i++) {
    const token = tokens[i]!;
    const at = starts[i]!;
    // Tokens are short: a call for each would take longer than their bytes.
    for (let k = 0; k < token.length; k++) all[at + k] = token[k]!;
  }
  return all;
}

/** The tokens that hold a character. */
function tokensWith(character: string, text: string, starts: Uint32Array): number[] {
  const found: number[] = [];
  let token = 0;
  for (let at = text.indexOf(character); at >= 0; at = text.indexOf(character, starts[token + 1])) {
    while ((starts[token + 1] ?? at + 1) <= at) token++;
    found.push(token);
  }
  return found;
}
