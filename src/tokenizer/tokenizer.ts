// Text to ids and back for any byte-level BPE tokenizer.json.
import { NucleusError } from '../lib/error.ts';
import { BYTE_TO_CHAR } from './byte-alphabet.ts';
import { assertFits, countIds, decodeBytes, tokenBytesOfSpec } from './bytes.ts';
import { Encoder } from './encoder.ts';
import type { Tokenizer } from './interface.ts';
import { BytePairs } from './models/bpe.ts';
import { openingOf } from './opening.ts';
import { boundaryRule } from './pretokens/border.ts';
import { keepsAll } from './pretokens/steps.ts';
import { searchTokens } from './search.ts';
import { type AddedToken, readTokenizerSpec, type TokenizerSpec } from './spec.ts';
import { namedSpecials } from './special-names.ts';
import { withEdits } from './with-edits.ts';

/** Special tokens by id: flagged in tokenizer.json, or named in tokenizer_config.json and known to the vocabulary. */
export function readSpecials(
  spec: Pick<TokenizerSpec, 'added' | 'vocab'>,
  tokenizerConfig: unknown,
): Map<number, string> {
  const specials = new Map<number, string>();
  for (const token of spec.added) if (token.special) specials.set(token.id, token.content);
  const named = namedSpecials(tokenizerConfig);
  // The first of a content counts; there may be a million of them, and as many names.
  const ids = new Map(named.length === 0 ? [] : spec.added.toReversed().map(({ content, id }) => [content, id]));
  for (const content of named) {
    const id = ids.get(content) ?? spec.vocab.get(content);
    // A single byte is an ordinary token, whatever the file calls it: text could not be written without it.
    if (id !== undefined && !BYTE_TO_CHAR.includes(content)) specials.set(id, content);
  }
  return specials;
}

/** A hash of two 32-bit lanes over what gives ids their meaning. It tells vocabularies apart, it protects nothing. */
export function fingerprintOf(
  spec: Pick<TokenizerSpec, 'added' | 'vocab' | 'merges'>,
  specials: ReadonlyMap<number, string>,
): string {
  let a = 0xdeadbeef;
  let b = 0x41c6ce57;
  const mix = (string: string, number: number) => {
    for (let i = 0; i < string.length; i++) {
      a = Math.imul(a ^ string.charCodeAt(i), 0x9e3779b1);
      b = Math.imul(b ^ string.charCodeAt(i), 0x5f356495);
    }
    a = Math.imul(a ^ number ^ (a >>> 15), 0x85ebca77);
    b = Math.imul(b ^ number ^ (b >>> 13), 0xc2b2ae3d);
  };
  for (const [token, id] of spec.vocab) mix(token, id);
  for (const [left, right] of spec.merges) mix(`${left} ${right}`, -1);
  for (const token of spec.added) mix(token.content, token.id);
  for (const [id, content] of specials) mix(content, ~id);
  const hex = (scheduler: number) => ((scheduler ^ (scheduler >>> 16)) >>> 0).toString(16).padStart(8, '0');
  return `${hex(a)}${hex(b)}`;
}

const SPACE_BYTE = 0x20;

function startsWithSpaceAndLetter(bytes: Uint8Array): boolean {
  const [first, second] = bytes;
  return first === SPACE_BYTE && second !== undefined && /[A-Za-z]/.test(String.fromCharCode(second));
}

/** Whether words carry their leading space. */
export function hasLeadingSpace(table: readonly Uint8Array[], specials: ReadonlyMap<number, string>): boolean {
  return table.some((token, id) => !specials.has(id) && startsWithSpaceAndLetter(token));
}

/**
 * A tokenizer from the parsed tokenizer.json and tokenizer_config.json (the latter may be null). `size` is the model's; null: as many as there are ids.
 * Throws `bad_tokenizer` (not a whole byte-level BPE tokenizer) or `tokenizer_mismatch` (its ids do not fit the model).
 */
export function createTokenizer(tokenizerJson: unknown, tokenizerConfig: unknown, size: number | null): Tokenizer {
  const spec = readTokenizerSpec(tokenizerJson);
  if (size !== null) assertFits(spec, size);
  const vocabSize = size ?? countIds(spec);
  const specials = readSpecials(spec, tokenizerConfig);
  const table = tokenBytesOfSpec(spec, vocabSize);
  const specialIds = new Map(Array.from(specials, ([id, content]) => [content, id]));
  const words = spec.added.filter(token => !specials.has(token.id));
  const model = new BytePairs(spec, new Set(specials.keys()));
  const encoder = new Encoder(spec, words, model);
  let withSpecials: Encoder | null = null;

  const bytes = (id: number): Uint8Array => {
    const found = table[id];
    if (found === undefined) throw new NucleusError('bad_token', `${id} is no id in [0, ${vocabSize})`, { id });
    return found;
  };
  const lossless = isLossless(spec, words);
  const { normalForm } = spec;
  return withEdits({
    vocabSize,
    fingerprint: fingerprintOf(spec, specials),
    lossless,
    leadingSpace: hasLeadingSpace(table, specials),
    specials,
    opening: openingOf(tokenizerJson, tokenizerConfig, specials),
    encode: text => encoder.encode(text),
    typed: text => ({ ids: encoder.encode(text), bytes: null }),
    keepsPlaces: text =>
      lossless ||
      (normalForm !== null && isLossless({ ...spec, normalForm: null }, words) && text.normalize(normalForm) === text),
    encodeSlices: (text, steps = SLICE_STEPS) => encoder.slices(text, steps),
    encodeWithSpecials: (text, isPlain) => {
      withSpecials ??= new Encoder(spec, words.concat(specialTokens(spec, specials)), model);
      return withSpecials.encode(text, isPlain);
    },
    bytes,
    spelling: ids => Array.from(ids, bytes),
    isSpecial: id => specials.has(id),
    idOf: special => specialIds.get(special),
    decode: ids => decodeBytes(Array.from(ids, bytes)),
    search: (query, limit) => searchTokens(table, query, limit),
    startsPretoken: boundaryRule(spec.pretokens, {
      words: words.map(token => token.content),
      wordsLookAround: words.some(token => token.lstrip || token.rstrip || token.singleWord),
      normalised: spec.normalForm !== null,
    }),
  });
}

export type { Tokenizer };

export const SLICE_STEPS = 100_000;

/** All special tokens as added ones; the file may name some in its vocabulary alone. */
export function specialTokens(spec: Pick<TokenizerSpec, 'added'>, specials: ReadonlyMap<number, string>): AddedToken[] {
  // The first of an id counts; there may be very many.
  const byId = new Map(spec.added.toReversed().map(token => [token.id, token]));
  return Array.from(specials, ([id, content]) => {
    const plain = { id, content, special: true, lstrip: false, rstrip: false, singleWord: false, normalized: false };
    return byId.get(id) ?? plain;
  });
}

function isLossless(spec: TokenizerSpec, words: readonly AddedToken[]): boolean {
  return (
    spec.normalForm === null &&
    BYTE_TO_CHAR.every(char => spec.vocab.has(char)) &&
    keepsAll(spec.pretokens) &&
    !words.some(token => token.lstrip || token.rstrip)
  );
}
