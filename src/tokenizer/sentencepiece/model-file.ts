// A SentencePiece model file: its pieces, and how text is brought to its normal form.
// Format: sentencepiece_model.proto of google/sentencepiece.
import { NucleusError } from '../../lib/error.ts';
import { BadMessage, type Field, fieldsOf } from './protobuf.ts';

/** NORMAL, UNKNOWN, CONTROL, USER_DEFINED, UNUSED, BYTE. */
const PIECE_TYPES = ['normal', 'unknown', 'control', 'user', 'unused', 'byte'] as const;
type PieceType = (typeof PIECE_TYPES)[number];

interface Piece {
  readonly text: string;
  /** f32 */
  readonly score: number;
  readonly type: PieceType;
}

export interface SentencePieceModel {
  readonly kind: 'bpe' | 'unigram';
  /** By id. */
  readonly pieces: readonly Piece[];
  readonly byteFallback: boolean;
  /** The dummy space goes behind the text instead of before it. */
  readonly suffixSpace: boolean;
  readonly dummyPrefix: boolean;
  readonly removeExtraSpaces: boolean;
  readonly escapeSpaces: boolean;
  /** Compiled rules; empty: none. */
  readonly charsmap: Uint8Array;
  /** Id of each, -1 for none, as the trainer was told; it need not be the id of such a piece. */
  readonly bosId: number;
  readonly unknownId: number;
}

const FILE = 'tokenizer.model';
/** More pieces than any model has. */
const MOST_PIECES = 4_000_000;

function bad(message: string): NucleusError {
  return new NucleusError('bad_tokenizer', message, { file: FILE });
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function integer({ number, value }: Field): number {
  if (!('integer' in value)) throw new BadMessage(`field ${number} is no number`);
  // Negative numbers are written as 64-bit complements.
  return value.integer >= 2 ** 63 ? value.integer - 2 ** 64 : value.integer;
}

function bytesOf({ number, value }: Field): Uint8Array {
  if (!('bytes' in value)) throw new BadMessage(`field ${number} is no text`);
  return value.bytes;
}

function textOf(field: Field): string {
  try {
    return utf8.decode(bytesOf(field));
  } catch (thrown) {
    throw thrown instanceof BadMessage ? thrown : new BadMessage('a piece is not UTF-8');
  }
}

function readPiece(bytes: Uint8Array): Piece {
  let [text, score, type] = ['', 0, 1];
  for (const field of fieldsOf(bytes)) {
    if (field.number === 1) text = textOf(field);
    else if (field.number === 2 && 'float' in field.value) score = field.value.float;
    else if (field.number === 3) type = integer(field);
  }
  const named = PIECE_TYPES[type - 1];
  if (named === undefined) throw new BadMessage(`a piece of type ${type}`);
  if (text === '') throw new BadMessage('a piece is empty');
  if (!Number.isFinite(score)) throw new BadMessage('a score is not finite');
  return { text, score, type: named };
}

interface Trainer {
  kind: number;
  byteFallback: boolean;
  suffixSpace: boolean;
  bosId: number;
}

function readTrainer(bytes: Uint8Array, spec: Trainer): void {
  for (const field of fieldsOf(bytes)) {
    if (field.number === 3) spec.kind = integer(field);
    else if (field.number === 24) spec.suffixSpace = integer(field) !== 0;
    else if (field.number === 35) spec.byteFallback = integer(field) !== 0;
    else if (field.number === 41) spec.bosId = integer(field);
  }
}

interface Normaliser {
  charsmap: Uint8Array;
  dummyPrefix: boolean;
  removeExtraSpaces: boolean;
  escapeSpaces: boolean;
}

function readNormaliser(bytes: Uint8Array, spec: Normaliser): void {
  for (const field of fieldsOf(bytes)) {
    if (field.number === 2) spec.charsmap = bytesOf(field);
    else if (field.number === 3) spec.dummyPrefix = integer(field) !== 0;
    else if (field.number === 4) spec.removeExtraSpaces = integer(field) !== 0;
    else if (field.number === 5) spec.escapeSpaces = integer(field) !== 0;
  }
}

const KINDS: readonly string[] = ['unigram', 'bpe', 'word', 'char'];

/** Throws `bad_tokenizer` for what is no such file, and for kinds of models that are not done here, by name. */
export function readSentencePiece(bytes: Uint8Array): SentencePieceModel {
  const pieces: Piece[] = [];
  const trainer: Trainer = { kind: 1, byteFallback: false, suffixSpace: false, bosId: 1 };
  const normaliser: Normaliser = {
    charsmap: new Uint8Array(0),
    dummyPrefix: true,
    removeExtraSpaces: true,
    escapeSpaces: true,
  };
  try {
    for (const field of fieldsOf(bytes)) {
      if (field.number === 1) {
        if (pieces.push(readPiece(bytesOf(field))) > MOST_PIECES) throw new BadMessage('there are too many pieces');
      } else if (field.number === 2) readTrainer(bytesOf(field), trainer);
      else if (field.number === 3) readNormaliser(bytesOf(field), normaliser);
    }
  } catch (thrown) {
    if (!(thrown instanceof BadMessage)) throw thrown;
    throw bad(`it is no SentencePiece model: ${thrown.message}`);
  }
  const kind = KINDS[trainer.kind - 1];
  if (kind !== 'bpe' && kind !== 'unigram') {
    throw bad(`SentencePiece models of type ${JSON.stringify(kind ?? trainer.kind)} are not supported`);
  }
  return { kind, pieces, ...checked(pieces, trainer), ...normaliser };
}

function checked(pieces: readonly Piece[], { byteFallback, suffixSpace, bosId }: Trainer) {
  if (pieces.length === 0) throw bad('it is no SentencePiece model: it has no pieces');
  const seen = new Set<string>();
  for (const { text } of pieces) {
    if (seen.has(text)) throw bad(`it is no SentencePiece model: the piece ${JSON.stringify(text)} is there twice`);
    seen.add(text);
  }
  const unknown = pieces.flatMap(({ type }, id) => (type === 'unknown' ? [id] : []));
  const [unknownId] = unknown;
  if (unknownId === undefined || unknown.length > 1)
    throw bad('it is no SentencePiece model: it needs one unknown piece');
  return { byteFallback, suffixSpace, bosId, unknownId };
}
