// What a tokenizer.json says, checked: the vocabulary, the merges, the added tokens and how text is cut before the merges.
// Format: the JSON that the `tokenizers` library of Hugging Face writes (`Tokenizer.save`).
import { NucleusError } from '../lib/error.ts';
import { BYTE_TO_CHAR } from './byte-alphabet.ts';
import { type PretokenStep, readPretokenizer } from './pretokens/steps.ts';

export interface AddedToken {
  readonly id: number;
  readonly content: string;
  /** A special token never comes out of typed text. An added token that is not special is a word like any other. */
  readonly special: boolean;
  /** White space before it, or after it, goes with it. */
  readonly lstrip: boolean;
  readonly rstrip: boolean;
  /** It is found only where no character of a word stands beside it. */
  readonly singleWord: boolean;
  /** It is found in the normal form of the text, else in the text as typed. */
  readonly normalized: boolean;
}

export interface TokenizerSpec {
  /** Vocabulary string -> id. Byte-level: one character a byte. */
  readonly vocab: ReadonlyMap<string, number>;
  /** The earlier, the sooner: the index is the rank. */
  readonly merges: readonly (readonly [string, string])[];
  readonly added: readonly AddedToken[];
  /** A piece that is a token as a whole is taken whole, without merges. */
  readonly ignoreMerges: boolean;
  /** What stands for bytes that the vocabulary lacks: one for each, or (fused) for a run of them. Null: they are left out. */
  readonly unknown: { readonly token: string; readonly id: number; readonly fused: boolean } | null;
  /** Characters of the longest vocabulary string. */
  readonly longest: number;
  /** Name of the Unicode normal form that text is brought to first, or null. */
  readonly normalForm: NormalForm | null;
  readonly pretokens: readonly PretokenStep[];
}

export type NormalForm = 'NFC' | 'NFD' | 'NFKC' | 'NFKD';

export type JsonObject = Readonly<Record<string, unknown>>;

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function bad(message: string): NucleusError {
  return new NucleusError('bad_tokenizer', message, { file: 'tokenizer.json' });
}

function isId(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0;
}

export function readVocab(vocab: unknown): Map<string, number> {
  if (!isJsonObject(vocab)) throw bad('model.vocab is not an object of token: id');
  const read = new Map<string, number>();
  const seen = new Set<number>();
  for (const [token, id] of Object.entries(vocab)) {
    if (!isId(id)) throw bad(`the id of token ${JSON.stringify(token)} is not a whole number from 0 on`);
    if (seen.has(id)) throw bad(`two tokens have the id ${id}`);
    seen.add(id);
    read.set(token, id);
  }
  if (read.size === 0) throw bad('model.vocab is empty');
  return read;
}

/** A merge is written `"a b"` or `["a", "b"]`. */
function readMerge(merge: unknown): readonly [string, string] | null {
  const parts: unknown = typeof merge === 'string' ? merge.split(' ') : merge;
  if (!Array.isArray(parts) || parts.length !== 2) return null;
  const [left, right]: unknown[] = parts;
  return typeof left === 'string' && typeof right === 'string' && left !== '' && right !== '' ? [left, right] : null;
}

/** `prefix` marks tokens that go on with a word; the token that a merge makes has it once. */
export function readMergesOf(
  merges: unknown,
  vocab: ReadonlyMap<string, number>,
  prefix = '',
): (readonly [string, string])[] {
  if (!Array.isArray(merges)) throw bad('model.merges is not a list');
  return merges.map((entry: unknown, rank) => {
    const merge = readMerge(entry);
    if (merge === null) throw bad(`merge ${rank} is not a pair of tokens`);
    for (const symbol of [...merge, merge[0] + merge[1].slice(prefix.length)]) {
      if (vocab.has(symbol)) continue;
      const does = merge.includes(symbol) ? 'joins' : 'makes';
      throw bad(`merge ${rank} ${does} ${JSON.stringify(symbol)}, which is not in the vocabulary`);
    }
    return merge;
  });
}

/** UTF-16 units of a token that is looked for in the text; at each place of the text as many are compared. The longest in use, of spaces, have about a hundred. */
export const LONGEST_ADDED = 1000;

export function readAdded(added: unknown, vocab: ReadonlyMap<string, number>): AddedToken[] {
  if (added === undefined || added === null) return [];
  if (!Array.isArray(added)) throw bad('added_tokens is not a list');
  return added.map((token: unknown, i) => {
    if (!isJsonObject(token) || !isId(token.id) || typeof token.content !== 'string') {
      throw bad(`added_tokens[${i}] lacks an id or its content`);
    }
    const { id, content } = token;
    if (content.length > LONGEST_ADDED)
      throw bad(`added_tokens[${i}], the token ${id}, has ${content.length} characters`);
    const known = vocab.get(content);
    if (known !== undefined && known !== id) {
      throw bad(`added_tokens[${i}], ${JSON.stringify(content)}, has the id ${id}, but ${known} in the vocabulary`);
    }
    const special = token.special === true;
    return {
      id,
      content,
      special,
      lstrip: token.lstrip === true,
      rstrip: token.rstrip === true,
      singleWord: token.single_word === true,
      normalized: typeof token.normalized === 'boolean' ? token.normalized : !special,
    };
  });
}

/** Two added tokens that are spelled alike where they are looked for: which of them is meant is anyone's guess. */
function assertDistinct(added: readonly AddedToken[], form: NormalForm | null): void {
  const seen = new Map<string, AddedToken>();
  for (const token of added) {
    const spelling = token.normalized && form !== null ? token.content.normalize(form) : token.content;
    const key = `${token.normalized} ${spelling}`;
    const other = seen.get(key);
    if (other !== undefined && other.id !== token.id) {
      throw bad(`the added tokens ${other.id} and ${token.id} are both spelled ${JSON.stringify(spelling)}`);
    }
    seen.set(key, token);
  }
}

const NORMAL_FORMS: readonly NormalForm[] = ['NFC', 'NFD', 'NFKC', 'NFKD'];

function readNormalForm(normalizer: unknown): NormalForm | null {
  if (normalizer === undefined || normalizer === null) return null;
  const type = isJsonObject(normalizer) ? normalizer.type : undefined;
  if (isJsonObject(normalizer) && type === 'Sequence' && Array.isArray(normalizer.normalizers)) {
    const inner: unknown[] = normalizer.normalizers;
    // Each is read, so that the one that is not done here is named.
    const forms = inner.map(readNormalForm);
    if (forms.length > 1) throw bad(`normal forms one after the other (${forms.join(', ')}) are not supported`);
    return forms[0] ?? null;
  }
  const form = NORMAL_FORMS.find(name => name === type);
  if (form === undefined) throw bad(`the normalizer ${JSON.stringify(type ?? normalizer)} is not supported`);
  return form;
}

function assertByteLevel(model: JsonObject, pretokens: readonly PretokenStep[]): void {
  const type = model.type ?? (Array.isArray(model.merges) ? 'BPE' : 'unknown');
  if (type !== 'BPE') throw bad(`tokenizers of type ${JSON.stringify(type)} are not supported, only byte-level BPE`);
  // The decoder decides nothing about ids.
  if (!pretokens.some(step => step.type === 'bytes')) {
    throw bad(
      'this BPE tokenizer does not work on bytes (its pre-tokenizer has no ByteLevel); only byte-level BPE is supported',
    );
  }
  for (const key of ['continuing_subword_prefix', 'end_of_word_suffix']) {
    const mark = model[key];
    if (mark !== undefined && mark !== null && mark !== '') throw bad(`model.${key} is not supported`);
  }
}

/** Parts of the model that would change ids in ways that are not done here. */
function assertPlain(model: JsonObject, vocab: ReadonlyMap<string, number>): void {
  if (typeof model.dropout === 'number' && model.dropout > 0) throw bad('model.dropout is not supported');
  if (model.byte_fallback === true && !BYTE_TO_CHAR.every(char => vocab.has(char))) {
    throw bad('model.byte_fallback is not supported with a vocabulary that lacks bytes');
  }
}

function readUnknown(model: JsonObject, vocab: ReadonlyMap<string, number>): TokenizerSpec['unknown'] {
  const { unk_token, fuse_unk } = model;
  if (typeof unk_token !== 'string') return null;
  const id = vocab.get(unk_token);
  return id === undefined ? null : { token: unk_token, id, fused: fuse_unk === true };
}

const specs = new WeakMap<object, TokenizerSpec>();

/**
 * Reads and checks a parsed tokenizer.json. Read once for each object.
 * Throws `bad_tokenizer`, naming what is wrong, for anything but a whole byte-level BPE tokenizer.
 */
export function readTokenizerSpec(tokenizerJson: unknown): TokenizerSpec {
  if (!isJsonObject(tokenizerJson)) throw bad('not an object');
  const known = specs.get(tokenizerJson);
  if (known !== undefined) return known;
  const { model, added_tokens, normalizer, pre_tokenizer } = tokenizerJson;
  if (!isJsonObject(model)) throw bad('it has no model');
  const pretokens = readPretokenizer(pre_tokenizer);
  assertByteLevel(model, pretokens);
  const vocab = readVocab(model.vocab);
  assertPlain(model, vocab);
  let longest = 0;
  for (const token of vocab.keys()) longest = Math.max(longest, token.length);
  const added = readAdded(added_tokens, vocab);
  const normalForm = readNormalForm(normalizer);
  assertDistinct(added, normalForm);
  const spec: TokenizerSpec = {
    vocab,
    merges: readMergesOf(model.merges, vocab),
    added,
    ignoreMerges: model.ignore_merges === true,
    unknown: readUnknown(model, vocab),
    longest,
    normalForm,
    pretokens,
  };
  specs.set(tokenizerJson, spec);
  return spec;
}
