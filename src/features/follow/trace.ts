// A merge trace as it is walked through: all merges of all pieces in one row, and what stands there after some of them.
import { vocabularyToBytes } from '../../tokenizer/byte-alphabet.ts';
import { type MergeStep, type MergeTrace, symbolsAfter } from '../../tokenizer/merges.ts';

/** A merge and the piece it belongs to. */
export interface WalkedMerge extends MergeStep {
  readonly piece: number;
}

export function mergesOf(trace: MergeTrace): WalkedMerge[] {
  return trace.pieces.flatMap(({ merges }, piece) => merges.map(merge => ({ ...merge, piece })));
}

/** The symbols of each piece after the first `count` merges; `fresh` is the place of the symbol that the last of them made. */
export interface WalkedPiece {
  readonly symbols: readonly string[];
  readonly fresh: number | null;
}

export function piecesAfter(trace: MergeTrace, count: number): WalkedPiece[] {
  let left = count;
  return trace.pieces.map(piece => {
    const done = Math.min(left, piece.merges.length);
    const last = left > 0 && left <= piece.merges.length ? piece.merges[done - 1] : undefined;
    left = Math.max(0, left - piece.merges.length);
    return { symbols: symbolsAfter(piece, done), fresh: last?.at ?? null };
  });
}

/** The bytes that a symbol of the vocabulary spells; a word of its own spells its text. */
export function symbolBytes(symbol: string): Uint8Array {
  return vocabularyToBytes(symbol) ?? new TextEncoder().encode(symbol);
}
