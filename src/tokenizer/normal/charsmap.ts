// The compiled rules of a SentencePiece normaliser: UTF-8 prefixes in a double-array trie, and what each becomes.
// Format: u32 length of the trie in bytes (little endian), the trie (darts-clone: one u32 a unit), then texts that end in a zero byte.
import { NucleusError } from '../../lib/error.ts';

export interface Charsmap {
  /** Every rule for the beginning of `bytes`, the shortest first: its length in bytes, and the place of its text. */
  prefixes(bytes: Uint8Array): Rule[];
  /** Whether some rule begins with these bytes. */
  begins(bytes: Uint8Array): boolean;
  /** What a rule writes. */
  textAt(place: number): string;
}

interface Rule {
  readonly length: number;
  readonly place: number;
}

/** A leaf's value stands in the unit that the zero label leads to. */
const VALUE = 0x7fffffff;
/** No byte is its label. */
const NO_UNIT = 0xffffffff;

function offsetOf(unit: number): number {
  return (unit >>> 10) << ((unit & 0x200) >>> 6);
}

/** Throws `bad_tokenizer` for what is no such table. */
export function readCharsmap(blob: Uint8Array, file: string): Charsmap {
  const bad = (why: string) => new NucleusError('bad_tokenizer', `the rules of the normaliser ${why}`, { file });
  const view = new DataView(blob.buffer, blob.byteOffset, blob.byteLength);
  if (blob.length < 8) throw bad('are cut off');
  const size = view.getUint32(0, true);
  if (size % 4 !== 0 || size < 4 || size > blob.length - 4) throw bad('have a trie of a wrong size');
  const units = Uint32Array.from({ length: size / 4 }, (_, i) => view.getUint32(4 + 4 * i, true));
  const texts = blob.subarray(4 + size);
  const known = new Map<number, string>();
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  /** The rules met on the way, and how many of the bytes that way has. */
  const walk = (bytes: Uint8Array): { readonly rules: Rule[]; readonly length: number } => {
    const rules: Rule[] = [];
    let node = offsetOf(units[0] ?? 0);
    let length = 0;
    for (const byte of bytes) {
      node ^= byte;
      const unit = units[node] ?? NO_UNIT;
      // The label, with the mark of a leaf beside it.
      if ((unit & 0x800000ff) !== byte || byte === 0) break;
      length++;
      node ^= offsetOf(unit);
      if (((unit >>> 8) & 1) === 1) rules.push({ length, place: (units[node] ?? 0) & VALUE });
    }
    return { rules, length };
  };
  return {
    prefixes: bytes => walk(bytes).rules,
    begins: bytes => walk(bytes).length === bytes.length,
    textAt: place => {
      const before = known.get(place);
      if (before !== undefined) return before;
      const end = texts.indexOf(0, place);
      const text = decoder.decode(texts.subarray(place, end < 0 ? texts.length : end));
      known.set(place, text);
      return text;
    },
  };
}
