// A tokenizer of any kind as its parts: from a tokenizer.json, or from a SentencePiece model.
// Format: the JSON that the `tokenizers` library of Hugging Face writes (`Tokenizer.save`).
import { NucleusError } from '../../lib/error.ts';
import { type Faces, readFaces } from '../faces.ts';
import { Characters } from '../models/characters.ts';
import { byteIdsOf, type PieceModel } from '../models/piece-model.ts';
import { Unigram } from '../models/unigram.ts';
import { WordLevel, WordPiece } from '../models/words.ts';
import type { Normalizer } from '../normal/aligned.ts';
import { readNormalizer } from '../normal/normalizers.ts';
import { type Cut, readCut } from '../pretokens/cuts.ts';
import { type AddedToken, isJsonObject, type JsonObject, readAdded, readMergesOf, readVocab } from '../spec.ts';
import { type Borders, readBorders } from './borders.ts';

export interface GeneralSpec {
  /** Vocabulary string -> id. */
  readonly vocab: ReadonlyMap<string, number>;
  readonly merges: readonly (readonly [string, string])[];
  readonly added: readonly AddedToken[];
  readonly normalizer: Normalizer;
  readonly cut: Cut;
  /** `special`: ids that text never becomes. */
  readonly model: (special: ReadonlySet<number>) => PieceModel;
  readonly faces: Faces;
  /** Id of what stands for text without a token; null for none. */
  readonly unknownId: number | null;
  readonly borders: Borders;
  /** Where a space is put before the text: nowhere, before all of it, or before each stretch between special tokens. */
  readonly prefixed: 'never' | 'first' | 'each';
}

function bad(message: string): NucleusError {
  return new NucleusError('bad_tokenizer', message, { file: 'tokenizer.json' });
}

interface ReadModel extends Pick<GeneralSpec, 'vocab' | 'merges' | 'model' | 'unknownId'> {}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function unknownOf(model: JsonObject, vocab: ReadonlyMap<string, number>): number | null {
  return typeof model.unk_token === 'string' ? (vocab.get(model.unk_token) ?? null) : null;
}

function readBpe(model: JsonObject): ReadModel {
  if (typeof model.dropout === 'number' && model.dropout > 0) throw bad('model.dropout is not supported');
  const vocab = readVocab(model.vocab);
  const prefix = textOf(model.continuing_subword_prefix);
  const merges = readMergesOf(model.merges, vocab, prefix);
  const unknownId = unknownOf(model, vocab);
  const spec = {
    vocab,
    merges,
    ignoreMerges: model.ignore_merges === true,
    unknown: unknownId === null ? null : { id: unknownId, fused: model.fuse_unk === true },
    byteFallback: model.byte_fallback === true,
    prefix,
    suffix: textOf(model.end_of_word_suffix),
  };
  return { vocab, merges, unknownId, model: special => new Characters(spec, special) };
}

function readScored(vocab: unknown): (readonly [string, number, number])[] {
  if (!Array.isArray(vocab) || vocab.length === 0) throw bad('model.vocab is not a list of tokens with scores');
  return vocab.map((entry: unknown, id) => {
    const [token, score]: unknown[] = Array.isArray(entry) ? entry : [];
    if (typeof token !== 'string' || typeof score !== 'number')
      throw bad(`model.vocab[${id}] is not a token with its score`);
    return [token, score, id];
  });
}

/** A character without a token costs so much more than the worst one. */
const UNKNOWN_PENALTY = 10;

function readUnigram(model: JsonObject): ReadModel {
  const tokens = readScored(model.vocab);
  const vocab = new Map(tokens.map(([token, , id]) => [token, id]));
  let worst = Number.POSITIVE_INFINITY;
  for (const [, score] of tokens) worst = Math.min(worst, score);
  const { unk_id } = model;
  const unknownId = typeof unk_id === 'number' ? unk_id : null;
  if (unknownId !== null && tokens[unknownId] === undefined)
    throw bad(`model.unk_id ${unknownId} is not in the vocabulary`);
  const spec = {
    tokens,
    unknownId,
    unknownScore: worst - UNKNOWN_PENALTY,
    byteIds: model.byte_fallback === true ? byteIdsOf(token => vocab.get(token)) : null,
    single: false,
    always: new Set<number>(),
  };
  return { vocab, merges: [], unknownId, model: () => new Unigram(spec) };
}

function readWordPiece(model: JsonObject): ReadModel {
  const vocab = readVocab(model.vocab);
  const unknown = unknownOf({ unk_token: '[UNK]', ...model }, vocab);
  const most = model.max_input_chars_per_word;
  const spec = {
    vocab,
    unknown,
    prefix: typeof model.continuing_subword_prefix === 'string' ? model.continuing_subword_prefix : '##',
    most: typeof most === 'number' ? most : 100,
  };
  return { vocab, merges: [], unknownId: unknown, model: () => new WordPiece(spec) };
}

function readWordLevel(model: JsonObject): ReadModel {
  const vocab = readVocab(model.vocab);
  const unknown = unknownOf({ unk_token: '<unk>', ...model }, vocab);
  return { vocab, merges: [], unknownId: unknown, model: () => new WordLevel(vocab, unknown) };
}

/** Files of before types were written. */
function typeOf(model: JsonObject): unknown {
  if (model.type !== undefined) return model.type;
  if (Array.isArray(model.merges)) return 'BPE';
  if (Array.isArray(model.vocab)) return 'Unigram';
  return 'continuing_subword_prefix' in model ? 'WordPiece' : 'WordLevel';
}

function readModel(model: JsonObject): ReadModel {
  const type = typeOf(model);
  switch (type) {
    case 'BPE':
      return readBpe(model);
    case 'Unigram':
      return readUnigram(model);
    case 'WordPiece':
      return readWordPiece(model);
    case 'WordLevel':
      return readWordLevel(model);
    default:
      throw bad(`tokenizers of type ${JSON.stringify(type)} are not supported`);
  }
}

/** Throws `bad_tokenizer` that names what is wrong or not done here. */
export function readGeneralSpec(tokenizerJson: JsonObject): GeneralSpec {
  const { model, added_tokens, normalizer, pre_tokenizer, decoder } = tokenizerJson;
  if (!isJsonObject(model)) throw bad('it has no model');
  const read = readModel(model);
  const faces = readFaces(decoder);
  const { borders, prefixed } = readBorders(normalizer, pre_tokenizer);
  return {
    ...read,
    added: readAdded(added_tokens, read.vocab),
    normalizer: readNormalizer(normalizer),
    cut: readCut(pre_tokenizer),
    faces: { ...faces, dropsFirstSpace: faces.dropsFirstSpace || prefixed !== 'never' },
    borders,
    prefixed,
  };
}
