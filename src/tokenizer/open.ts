// Opens a tokenizer of whatever kind. Byte-level BPE in its plain form is at hand; the code of all others comes when one is asked for.
import { asNucleusError } from '../lib/error.ts';
import { tokenBytesTable } from './bytes.ts';
import { isJsonObject, readTokenizerSpec } from './spec.ts';
import { createTokenizer, type Tokenizer } from './tokenizer.ts';

/** What `readTokenizerFiles` gives: the object of a tokenizer.json, or of a SentencePiece model. */
export type TokenizerSource = unknown;

/** Byte-level BPE as most models have it. */
function isPlain(source: TokenizerSource): boolean {
  if (isJsonObject(source) && source.sentencepiece !== undefined) return false;
  try {
    readTokenizerSpec(source);
    return true;
  } catch (thrown) {
    if (asNucleusError(thrown).code === 'bad_tokenizer') return false;
    throw thrown;
  }
}

/**
 * @param tokenizerConfig tokenizer_config.json, parsed; null where there is none.
 * @param vocabSize rows of the model's embedding; null: as many as the tokenizer has ids.
 * Rejects with `bad_tokenizer` that names what is wrong or not done here, and `tokenizer_mismatch`.
 */
export async function openTokenizer(
  source: TokenizerSource,
  tokenizerConfig: unknown,
  vocabSize: number | null,
): Promise<Tokenizer> {
  if (isPlain(source)) return createTokenizer(source, tokenizerConfig, vocabSize);
  const { openGeneral } = await import('./general/open.ts');
  return openGeneral(source, tokenizerConfig, vocabSize);
}

/** The bytes of every id, [vocabSize]. Rejects as `openTokenizer` does. */
export async function tokenBytes(source: TokenizerSource, vocabSize: number): Promise<Uint8Array[]> {
  if (isPlain(source)) return tokenBytesTable(source, vocabSize);
  const { generalBytes } = await import('./general/open.ts');
  return generalBytes(source, vocabSize);
}
