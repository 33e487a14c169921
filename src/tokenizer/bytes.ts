// The bytes of every token of a tokenizer.json, and the text that bytes are.
import { NucleusError } from '../lib/error.ts';
import { vocabularyToBytes } from './byte-alphabet.ts';
import { readTokenizerSpec, type TokenizerSpec } from './spec.ts';

const utf8 = new TextEncoder();

/**
 * The bytes of every id, [vocabSize]. Added tokens give the UTF-8 of their content, ids that the tokenizer does not name (padding of
 * the embedding matrix) give no bytes.
 */
export function tokenBytesOfSpec(spec: TokenizerSpec, vocabSize: number): Uint8Array[] {
  const table: Uint8Array[] = Array.from({ length: vocabSize }, () => NO_BYTES);
  for (const [string, id] of spec.vocab) table[id] = vocabularyToBytes(string) ?? utf8.encode(string);
  for (const token of spec.added) table[token.id] = utf8.encode(token.content);
  return table;
}

const NO_BYTES = new Uint8Array(0);

/**
 * The bytes of every id of a tokenizer.json, [vocabSize]; see `tokenBytesOfSpec`.
 * Throws `bad_tokenizer` for what is no byte-level BPE tokenizer, `tokenizer_mismatch` when its ids do not fit `vocabSize`.
 */
export function tokenBytesTable(tokenizerJson: unknown, vocabSize: number): Uint8Array[] {
  const spec = readTokenizerSpec(tokenizerJson);
  assertFits(spec, vocabSize);
  return tokenBytesOfSpec(spec, vocabSize);
}

/** Rows of an embedding matrix that no token names are common (padding to a multiple of 64 and more), but they are few. */
const PADDING_SHARE = 0.05;
const PADDING_ALWAYS_ALLOWED = 256;

type Ids = Pick<TokenizerSpec, 'vocab' | 'added'>;

function idsOf(spec: Ids): Set<number> {
  const ids = new Set<number>(spec.vocab.values());
  for (const token of spec.added) ids.add(token.id);
  return ids;
}

/** One past the highest id. */
export function countIds(spec: Ids): number {
  let highest = -1;
  for (const id of idsOf(spec)) highest = Math.max(highest, id);
  return highest + 1;
}

/**
 * Throws `tokenizer_mismatch` when the tokenizer has ids that the model lacks, or far fewer ids than the model:
 * more than 256 and more than 5 % of `vocabSize` without a token.
 */
export function assertFits(spec: Ids, vocabSize: number): void {
  const ids = idsOf(spec);
  const highest = countIds(spec) - 1;
  if (highest >= vocabSize) {
    throw new NucleusError(
      'tokenizer_mismatch',
      `the tokenizer has ids up to ${highest}, the model only ${vocabSize} (ids 0 to ${vocabSize - 1})`,
      { tokenizer_ids: highest + 1, vocab_size: vocabSize },
    );
  }
  const unnamed = vocabSize - ids.size;
  if (unnamed > Math.max(PADDING_ALWAYS_ALLOWED, Math.floor(vocabSize * PADDING_SHARE))) {
    throw new NucleusError(
      'tokenizer_mismatch',
      `the tokenizer has ${ids.size} tokens, the model expects ${vocabSize}: they were not made for each other`,
      { tokenizer_ids: ids.size, vocab_size: vocabSize },
    );
  }
}

/** The text of tokens that are bytes; a character may be cut between two of them. */
export function decodeBytes(tokens: readonly Uint8Array[]): string {
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  const parts = tokens.map(token => decoder.decode(token, { stream: true }));
  return parts.join('') + decoder.decode();
}
