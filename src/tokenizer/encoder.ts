// The way from text to ids: added tokens, normal form, pieces, merges; as a whole or slice by slice.
import { type IsPlain, sectionsOf } from './added-words.ts';
import type { BytePairs } from './models/bpe.ts';
import { pretokens } from './pretokens/steps.ts';
import type { AddedToken, TokenizerSpec } from './spec.ts';

/**
 * The ids of the UTF-16 units [start, end) of a text: where a tokenizer rewrites the text (it is not `lossless`), of the rewritten text.
 */
export interface TokenSlice {
  readonly start: number;
  readonly end: number;
  readonly ids: Uint32Array;
  /** The bytes that each shows where they are not those of its id alone: together they spell the text as it was typed. Null: they are. */
  readonly bytes: readonly Uint8Array[] | null;
}

export class Encoder {
  readonly #sections: ReturnType<typeof sectionsOf>;
  readonly #spec: TokenizerSpec;
  readonly #model: BytePairs;

  /** `added` are the tokens that are found in the text before it is cut. */
  constructor(spec: TokenizerSpec, added: readonly AddedToken[], model: BytePairs) {
    this.#sections = sectionsOf(added, spec.normalForm);
    this.#spec = spec;
    this.#model = model;
  }

  /** The ids of a text; lone surrogates count as U+FFFD. */
  encode(text: string, isPlain?: IsPlain): Uint32Array {
    for (const { ids } of this.slices(text, Number.POSITIVE_INFINITY, isPlain)) return ids;
    return new Uint32Array(0);
  }

  /** The same in slices of about `steps` steps of work each; at least one. */
  *slices(text: string, steps: number, isPlain?: IsPlain): Generator<TokenSlice> {
    let ids: number[] = [];
    let start = 0;
    let end = 0;
    let before = this.#model.steps;
    for (const part of this.#parts(text, steps, isPlain)) {
      if (part.ids !== null) {
        for (const id of part.ids) ids.push(id);
        // A token of space may end within the space that the one before has taken.
        end = Math.max(end, part.end);
      }
      if (this.#model.steps - before < steps) continue;
      yield { start, end, ids: Uint32Array.from(ids), bytes: null };
      ids = [];
      start = end;
      before = this.#model.steps;
    }
    yield { start, end, ids: Uint32Array.from(ids), bytes: null };
  }

  /** Each part ends in the text at `end`; null where its ids take more than `budget` steps and are not there yet. */
  *#parts(
    text: string,
    budget: number,
    isPlain?: IsPlain,
  ): Generator<{ readonly end: number; readonly ids: Iterable<number> | null }> {
    for (const section of this.#sections(text.toWellFormed(), isPlain)) {
      if (section.id !== null) {
        yield { end: section.end, ids: [section.id] };
        continue;
      }
      let at = section.start;
      for (const piece of pretokens(section.text, this.#spec.pretokens)) {
        for (const part of this.#model.encode(piece, budget)) yield { end: at + part.end, ids: part.ids };
        at += piece.length;
      }
    }
  }
}
