// A SentencePiece model as the parts of a tokenizer.
import { NucleusError } from '../../lib/error.ts';
import type { GeneralSpec } from '../general/spec.ts';
import { byteIdsOf } from '../models/piece-model.ts';
import { Unigram } from '../models/unigram.ts';
import { type AddedToken, LONGEST_ADDED } from '../spec.ts';
import { SentencePieceBpe } from './bpe.ts';
import { readSentencePiece, type SentencePieceModel } from './model-file.ts';
import { SPACE_SIGN, sentencePieceNormaliser } from './normaliser.ts';

const utf8 = new TextEncoder();
const BYTE = /^<0x([0-9A-F]{2})>$/;
const UNKNOWN_PENALTY = 10;

function unigramOf({ pieces, byteFallback, unknownId }: SentencePieceModel): Unigram {
  const scored = pieces.flatMap(({ text, score, type }, id) =>
    type === 'normal' || type === 'user' ? [[text, score, id] as const] : [],
  );
  let worst = Number.POSITIVE_INFINITY;
  for (const { score, type } of pieces) if (type === 'normal') worst = Math.min(worst, score);
  const reserved = new Map(pieces.flatMap(({ text, type }, id) => (type === 'byte' ? [[text, id] as const] : [])));
  return new Unigram({
    tokens: scored,
    unknownId,
    unknownScore: Math.fround(worst - UNKNOWN_PENALTY),
    byteIds: byteFallback ? byteIdsOf(token => reserved.get(token)) : null,
    single: true,
    always: new Set(pieces.flatMap(({ type }, id) => (type === 'user' ? id : []))),
  });
}

/** Pieces of the person's own are found by the model itself, but for those that take the space beside them. */
const isFound = (type: string | undefined, { lstrip, rstrip }: AddedToken): boolean =>
  type === undefined || type === 'control' || (type === 'user' && (lstrip || rstrip));

/** Those that are looked for in the text, not made by the model. */
function assertFindable({ pieces }: SentencePieceModel): void {
  const long = pieces.findIndex(
    ({ text, type }) => (type === 'user' || type === 'control') && text.length > LONGEST_ADDED,
  );
  if (long < 0) return;
  const message = `the piece ${long} of its own has ${pieces[long]?.text.length} characters`;
  throw new NucleusError('bad_tokenizer', message, { file: 'tokenizer.model' });
}

/** `more` are the tokens that files beside the model add to it. Throws `bad_tokenizer`. */
export function sentencePieceSpec(bytes: Uint8Array, more: readonly AddedToken[]): GeneralSpec {
  const model = readSentencePiece(bytes);
  assertFindable(model);
  const { pieces, escapeSpaces, removeExtraSpaces, charsmap, dummyPrefix, unknownId } = model;
  const own = pieces.flatMap(({ text, type }, id) =>
    type === 'control'
      ? { id, content: text, special: true, lstrip: false, rstrip: false, singleWord: false, normalized: false }
      : [],
  );
  const extra = more.filter(token => isFound(pieces[token.id]?.type, token));
  const taken = new Set(extra.map(({ id }) => id));
  const sign = escapeSpaces ? SPACE_SIGN : ' ';
  return {
    vocab: new Map(pieces.map(({ text }, id) => [text, id])),
    merges: [],
    added: [...own.filter(({ id }) => !taken.has(id)), ...extra],
    normalizer: sentencePieceNormaliser(model),
    cut: piece => (piece.text === '' ? [] : [piece]),
    model: () => (model.kind === 'bpe' ? new SentencePieceBpe(model) : unigramOf(model)),
    faces: {
      dropsFirstSpace: dummyPrefix,
      bytesOf: token => {
        const byte = model.byteFallback ? BYTE.exec(token)?.[1] : undefined;
        return byte === undefined
          ? utf8.encode(escapeSpaces ? token.replaceAll(SPACE_SIGN, ' ') : token)
          : Uint8Array.of(Number.parseInt(byte, 16));
      },
    },
    unknownId,
    borders: { cutsAtSpaces: false, plain: charsmap.length === 0 && !removeExtraSpaces, none: false, space: sign },
    prefixed: dummyPrefix ? 'each' : 'never',
  };
}
