// The byte alphabet of byte-level BPE: a vocabulary writes each byte as one printable character.

/** Bytes that stand for themselves, as the ranges of the GPT-2 encoder (`bytes_to_unicode` of encoder.py): `!`-`~`, `¡`-`¬`, `®`-`ÿ`. */
const PRINTABLE: readonly (readonly [number, number])[] = [
  [0x21, 0x7e],
  [0xa1, 0xac],
  [0xae, 0xff],
];

function buildAlphabet(): string[] {
  let next = 0x100;
  return Array.from({ length: 256 }, (_, byte) => {
    const printable = PRINTABLE.some(([low, high]) => byte >= low && byte <= high);
    return String.fromCodePoint(printable ? byte : next++);
  });
}

/** The character that stands for each byte. [256] */
export const BYTE_TO_CHAR: readonly string[] = buildAlphabet();

const CHAR_TO_BYTE: ReadonlyMap<string, number> = new Map(BYTE_TO_CHAR.map((char, byte) => [char, byte]));

/** Bytes as a vocabulary string: one character of the alphabet a byte. */
export function bytesToVocabulary(bytes: Uint8Array): string {
  let out = '';
  for (const byte of bytes) out += BYTE_TO_CHAR[byte];
  return out;
}

/** The bytes of a vocabulary string, or null when a character is not of the alphabet. */
export function vocabularyToBytes(string: string): Uint8Array | null {
  const out = new Uint8Array(string.length);
  for (let i = 0; i < string.length; i++) {
    const byte = CHAR_TO_BYTE.get(string.charAt(i));
    if (byte === undefined) return null;
    out[i] = byte;
  }
  return out;
}
