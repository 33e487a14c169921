// Ids as text, for a model whose tokenizer is not there or cannot be read: `\[17\]` is the id 17, and nothing else is a token of the model.
import { NucleusError } from '../lib/error.ts';
import { decodeBytes } from './bytes.ts';
import type { TokenSlice } from './encoder.ts';
import { searchTokens } from './search.ts';
import type { Tokenizer } from './tokenizer.ts';
import { withEdits } from './with-edits.ts';

/** The text of an id. */
function idText(id: number): string {
  return `\\[${id}\\]`;
}

const WRITTEN_ID = /\\\[(0|[1-9]\d{0,8})\\\]/g;
const utf8 = new TextEncoder();

/** Bytes of every id, [vocabSize]. */
export function idBytesTable(vocabSize: number): Uint8Array[] {
  return Array.from({ length: vocabSize }, (_, id) => utf8.encode(idText(id)));
}

/**
 * A tokenizer of the ids [0, vocabSize). Text that is no id stays text: each of its bytes has an id from vocabSize on, which the model does not
 * know and refuses by name, so that nothing that a person wrote is lost and an id can be written key by key.
 */
export function createIdTokenizer(vocabSize: number): Tokenizer {
  const table = idBytesTable(vocabSize);
  const others = Array.from({ length: 256 }, (_, byte) => Uint8Array.of(byte));
  const bytes = (id: number): Uint8Array => {
    const found = table[id] ?? others[id - vocabSize];
    if (found === undefined) throw new NucleusError('bad_token', `${id} is no id in [0, ${vocabSize})`, { id });
    return found;
  };
  const idOf = (text: string): number | undefined => {
    const [whole, digits] = [...text.matchAll(WRITTEN_ID)][0] ?? [];
    return whole === text && Number(digits) < vocabSize ? Number(digits) : undefined;
  };
  const encode = (text: string): Uint32Array => {
    const ids: number[] = [];
    let at = 0;
    const other = (end: number): void => {
      for (const byte of utf8.encode(text.slice(at, end).toWellFormed())) ids.push(vocabSize + byte);
    };
    for (const { 0: written, index } of text.matchAll(WRITTEN_ID)) {
      const id = idOf(written);
      if (id === undefined) continue;
      other(index);
      ids.push(id);
      at = index + written.length;
    }
    other(text.length);
    return Uint32Array.from(ids);
  };
  return withEdits({
    vocabSize,
    fingerprint: `ids-${vocabSize}`,
    lossless: true,
    leadingSpace: false,
    specials: new Map(),
    opening: [],
    encode,
    typed: text => ({ ids: encode(text), bytes: null }),
    keepsPlaces: () => true,
    spelling: ids => Array.from(ids, bytes),
    encodeSlices: (text, steps = SLICE) => slices(text, steps, encode),
    encodeWithSpecials: encode,
    bytes,
    isSpecial: id => id < vocabSize,
    idOf,
    decode: ids => decodeBytes(Array.from(ids, bytes)),
    search: (query, limit) => searchTokens(table, query, limit),
    // The text around an edit may turn into an id, or out of one.
    startsPretoken: () => false,
  });
}

/** UTF-16 units of a slice. */
const SLICE = 100_000;
/** More than the longest id that can be written. */
const LONGEST = 16;

function* slices(text: string, steps: number, encode: (text: string) => Uint32Array): Generator<TokenSlice> {
  for (let start = 0; start < text.length; ) {
    const end = endOfSlice(text, Math.min(text.length, start + Math.max(1, steps)));
    yield { start, end, ids: encode(text.slice(start, end)), bytes: null };
    start = end;
  }
}

/** `at`, or the end of the id or of the pair of surrogates around it. */
function endOfSlice(text: string, at: number): number {
  const from = Math.max(0, at - LONGEST);
  for (const { 0: written, index } of text.slice(from, at + LONGEST).matchAll(WRITTEN_ID)) {
    if (from + index < at && at < from + index + written.length) return from + index + written.length;
  }
  const pair = text.codePointAt(at - 1) ?? 0;
  return pair > 0xffff ? at + 1 : at;
}
