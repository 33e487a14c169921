// Opens a tokenizer of any kind; what it needs is loaded with the first one of such a kind.
import { NucleusError } from '../../lib/error.ts';
import { assertFits } from '../bytes.ts';
import { sentencePieceSpec } from '../sentencepiece/spec.ts';
import { isJsonObject, readAdded } from '../spec.ts';
import type { Tokenizer } from '../tokenizer.ts';
import { type GeneralSpec, readGeneralSpec } from './spec.ts';
import { createGeneral, tableOf } from './tokenizer.ts';

function specOf(source: unknown): GeneralSpec {
  if (!isJsonObject(source)) throw new NucleusError('bad_tokenizer', 'not an object', { file: 'tokenizer.json' });
  const { sentencepiece, added_tokens } = source;
  if (sentencepiece instanceof Uint8Array) return sentencePieceSpec(sentencepiece, readAdded(added_tokens, new Map()));
  return readGeneralSpec(source);
}

/** Throws `bad_tokenizer` that names what is wrong, `tokenizer_mismatch` where its ids do not fit the model. */
export function openGeneral(source: unknown, tokenizerConfig: unknown, vocabSize: number | null): Tokenizer {
  return createGeneral(specOf(source), source, tokenizerConfig, vocabSize);
}

/** Bytes of every id, [vocabSize]. Throws as `openGeneral` does. */
export function generalBytes(source: unknown, vocabSize: number): Uint8Array[] {
  const spec = specOf(source);
  assertFits(spec, vocabSize);
  return tableOf(spec, vocabSize);
}
