// Text to ids and back for any byte-level BPE tokenizer.json; the npm package `@huggingface/tokenizers` does the merges.
import { Tokenizer as HuggingFaceTokenizer } from '@huggingface/tokenizers';
import { defined } from '../lib/assert.ts';
import { NucleusError } from '../lib/error.ts';
import { assertFits, BYTE_TO_CHAR, tokenBytesOfSpec } from './bytes.ts';
import { type BoundaryRule, boundaryRule } from './pretokens.ts';
import { searchTokens } from './search.ts';
import { type AddedToken, isJsonObject, type JsonObject, readTokenizerSpec, type TokenizerSpec } from './spec.ts';
import { splitter } from './split.ts';

export interface Tokenizer {
  /** Rows of the model's embedding: ids are in [0, vocabSize). Some at the end may have no token. */
  readonly vocabSize: number;
  /** Equal for equal vocabularies, merges and special tokens: ids of one mean the same to the other. */
  readonly fingerprint: string;
  /** True when `decode(encode(text)) === text` for every well-formed text: all 256 bytes are tokens and no normal form is applied. */
  readonly lossless: boolean;
  /** True when words carry their leading space (` the`), so that a text should not end in one. */
  readonly leadingSpace: boolean;
  /** Id to content of every special token. */
  readonly specials: ReadonlyMap<number, string>;
  /** Ids of a text. Typed text never becomes a special token. Lone surrogates count as U+FFFD. */
  encode(text: string): Uint32Array;
  /** As `encode`, but the spelling of a special token becomes that token; of several at one place the longest. */
  encodeWithSpecials(text: string): Uint32Array;
  /** The bytes of a token (do not change them); none for an id without a token. Throws `bad_token` outside [0, vocabSize). */
  bytes(id: number): Uint8Array;
  isSpecial(id: number): boolean;
  /** The id of a special token by its content. */
  idOf(special: string): number | undefined;
  /** The text of the concatenated bytes; invalid UTF-8 becomes U+FFFD. Throws `bad_token` as `bytes` does. */
  decode(ids: Iterable<number>): string;
  /**
   * At most `limit` ids, the best first: the id that the query spells, tokens equal to the query (but for leading space), tokens that start with it,
   * tokens that contain it; in each of these the exact case first. No result for an empty query.
   */
  search(query: string, limit: number): number[];
  /** Whether a new piece surely starts between two code points; see `BoundaryRule`. */
  readonly startsPretoken: BoundaryRule;
}

/** The keys of tokenizer_config.json that name a special token, as a string or as `{ content }`. */
const SPECIAL_KEYS = ['bos_token', 'eos_token', 'pad_token', 'unk_token', 'sep_token', 'cls_token', 'mask_token'];

function contentOf(value: unknown): string | null {
  if (typeof value === 'string') return value;
  return isJsonObject(value) && typeof value.content === 'string' ? value.content : null;
}

/** Special tokens by id: flagged in tokenizer.json, or named in tokenizer_config.json and known to the vocabulary. */
function readSpecials(spec: TokenizerSpec, tokenizerConfig: unknown): Map<number, string> {
  const specials = new Map<number, string>();
  for (const token of spec.added) if (token.special) specials.set(token.id, token.content);
  if (!isJsonObject(tokenizerConfig)) return specials;
  const extra = tokenizerConfig.additional_special_tokens;
  const named: unknown[] = [...SPECIAL_KEYS.map(key => tokenizerConfig[key]), ...(Array.isArray(extra) ? extra : [])];
  for (const value of named) {
    const content = contentOf(value);
    if (content === null) continue;
    const id = spec.added.find(token => token.content === content)?.id ?? spec.vocab.get(content);
    // A single byte is an ordinary token, whatever the file calls it: text could not be written without it.
    if (id !== undefined && !BYTE_TO_CHAR.includes(content)) specials.set(id, content);
  }
  return specials;
}

/** The library's pre_tokenizer with `add_prefix_space` off wherever it stands: tokens spell the text that was typed. */
function withoutPrefixSpace(pretokenizer: unknown): unknown {
  if (!isJsonObject(pretokenizer)) return null;
  const inner = pretokenizer.pretokenizers;
  return {
    ...pretokenizer,
    add_prefix_space: false,
    ...(Array.isArray(inner) ? { pretokenizers: inner.map(withoutPrefixSpace) } : {}),
  };
}

/**
 * The library, given no added tokens (it would find special ones in typed text), no post-processor (it would add tokens) and no decoder.
 * With `ignore_merges` a whole piece may be any token of the vocabulary: the special ones are taken out of it.
 */
function openLibrary(tokenizerJson: JsonObject, spec: TokenizerSpec, specials: ReadonlyMap<number, string>) {
  const model = isJsonObject(tokenizerJson.model) ? tokenizerJson.model : {};
  const vocab = spec.ignoreMerges ? [...spec.vocab].filter(([, id]) => !specials.has(id)) : null;
  const json = {
    normalizer: tokenizerJson.normalizer ?? null,
    pre_tokenizer: withoutPrefixSpace(tokenizerJson.pre_tokenizer),
    model: { ...model, type: 'BPE', ...(vocab === null ? {} : { vocab: Object.fromEntries(vocab) }) },
    post_processor: null,
    decoder: null,
    added_tokens: [],
  };
  try {
    return new HuggingFaceTokenizer(json, { clean_up_tokenization_spaces: false });
  } catch (thrown) {
    const message = thrown instanceof Error ? thrown.message : String(thrown);
    throw new NucleusError('bad_tokenizer', message, { file: 'tokenizer.json' }, { cause: thrown });
  }
}

/** A hash of two 32-bit lanes over what gives ids their meaning. It tells vocabularies apart, it protects nothing. */
function fingerprintOf(spec: TokenizerSpec, specials: ReadonlyMap<number, string>): string {
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

/**
 * A tokenizer from the parsed tokenizer.json and tokenizer_config.json (the latter may be null). `vocabSize` is the model's.
 * Throws `bad_tokenizer` (not a whole byte-level BPE tokenizer) or `tokenizer_mismatch` (its ids do not fit the model).
 */
export function createTokenizer(tokenizerJson: unknown, tokenizerConfig: unknown, vocabSize: number): Tokenizer {
  const spec = readTokenizerSpec(tokenizerJson);
  if (!isJsonObject(tokenizerJson)) throw new NucleusError('bad_tokenizer', 'not an object');
  assertFits(spec, vocabSize);
  const specials = readSpecials(spec, tokenizerConfig);
  const table = tokenBytesOfSpec(spec, vocabSize);
  const library = openLibrary(tokenizerJson, spec, specials);
  const ordinary = spec.added.filter(token => !specials.has(token.id));
  const plain = plainEncoder(library, ordinary);
  const splitSpecials = splitter(specials.values());
  const specialIds = new Map(Array.from(specials, ([id, content]) => [content, id]));

  const bytes = (id: number): Uint8Array => {
    const found = table[id];
    if (found === undefined) throw new NucleusError('bad_token', `${id} is no id in [0, ${vocabSize})`, { id });
    return found;
  };
  return {
    vocabSize,
    fingerprint: fingerprintOf(spec, specials),
    lossless:
      spec.normalForm === null &&
      BYTE_TO_CHAR.every(char => spec.vocab.has(char)) &&
      !spec.pretokens.some(step => step.type === 'split' && step.keep !== 'all'),
    leadingSpace: table.some((token, id) => !specials.has(id) && startsWithSpaceAndLetter(token)),
    specials,
    encode: text => Uint32Array.from(plain(text.toWellFormed())),
    encodeWithSpecials: text => {
      const wellFormed = text.toWellFormed();
      if (splitSpecials === null) return Uint32Array.from(plain(wellFormed));
      const ids: number[] = [];
      splitSpecials(wellFormed).forEach((part, i) => {
        if (i % 2 === 1) ids.push(defined(specialIds.get(part), 'id of a special token'));
        else for (const id of plain(part)) ids.push(id);
      });
      return Uint32Array.from(ids);
    },
    bytes,
    isSpecial: id => specials.has(id),
    idOf: special => specialIds.get(special),
    decode: ids => decodeBytes(Array.from(ids, bytes)),
    search: (query, limit) => searchTokens(table, query, limit),
    startsPretoken: boundaryRule(
      spec.pretokens,
      ordinary.map(token => token.content),
    ),
  };
}

/** The library over the text between added tokens that are ordinary words (runs of spaces, say), which are found first. */
function plainEncoder(
  library: HuggingFaceTokenizer,
  words: readonly AddedToken[],
): (text: string) => readonly number[] {
  const ids = new Map(words.map(word => [word.content, word.id]));
  const split = splitter(ids.keys());
  // The library gives undefined for a byte that a small vocabulary does not have; such a tokenizer is not `lossless`.
  const encode = (text: string): number[] => {
    const encoded: readonly (number | undefined)[] = library.encode(text, { add_special_tokens: false }).ids;
    return encoded.filter(id => id !== undefined);
  };
  if (split === null) return encode;
  return text =>
    split(text).flatMap((part, i) => (i % 2 === 1 ? defined(ids.get(part), 'id of a word') : encode(part)));
}

function decodeBytes(tokens: readonly Uint8Array[]): string {
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  let text = '';
  for (const token of tokens) text += decoder.decode(token, { stream: true });
  return text + decoder.decode();
}
