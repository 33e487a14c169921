// The way from text to tokens of any kind: added tokens, normal form, pieces, the model; and which part of the typed text each token stands for.
import { finder, type IsPlain } from '../added-words.ts';
import type { TokenSlice } from '../encoder.ts';
import type { PieceModel } from '../models/piece-model.ts';
import { type Aligned, slicedAt, sourceOf, unchanged } from '../normal/aligned.ts';
import { type Place, WHOLE } from '../place.ts';
import type { AddedToken } from '../spec.ts';
import { concatBytes } from '../text.ts';
import type { GeneralSpec } from './spec.ts';

/** Tokens in order, each with where it ends in the typed text. */
interface Part {
  readonly ids: readonly number[] | Uint32Array;
  readonly ends: readonly number[];
  /** Where the part ends. */
  readonly end: number;
}

const utf8 = new TextEncoder();
const NOTHING = new Uint8Array(0);

export class GeneralEncoder {
  readonly #spec: GeneralSpec;
  readonly #model: PieceModel;
  /** Bytes of every id. */
  readonly #table: readonly Uint8Array[];
  readonly #typed: ReturnType<typeof finder>;
  readonly #normalised: ReturnType<typeof finder>;

  /** `added` are the tokens that are found in the text before it is cut. */
  constructor(spec: GeneralSpec, added: readonly AddedToken[], model: PieceModel, table: readonly Uint8Array[]) {
    this.#spec = spec;
    this.#model = model;
    this.#table = table;
    const normal = (content: string): string => spec.normalizer(unchanged(content), WHOLE).text;
    this.#typed = finder(
      added.filter(token => !token.normalized),
      token => token.content,
    );
    this.#normalised = finder(
      added.filter(token => token.normalized),
      token => normal(token.content),
    );
  }

  /** Ids of a text, and the bytes that each shows: together they spell the text as it was typed. */
  typed(text: string, place: Place, isPlain?: IsPlain): Pick<TokenSlice, 'ids' | 'bytes'> {
    for (const { ids, bytes } of this.slices(text, Number.POSITIVE_INFINITY, place, isPlain)) return { ids, bytes };
    return { ids: new Uint32Array(0), bytes: [] };
  }

  *slices(typed: string, steps: number, place: Place, isPlain?: IsPlain): Generator<TokenSlice> {
    const text = typed.toWellFormed();
    let ids: number[] = [];
    let ends: number[] = [];
    let start = 0;
    let end = 0;
    let before = this.#model.steps;
    for (const part of this.#parts(text, steps, place, isPlain)) {
      if (part !== null) {
        for (const id of part.ids) ids.push(id);
        for (const each of part.ends) ends.push(each);
        end = Math.max(end, part.end);
      }
      // A slice ends with a token, so that what has none goes to one that follows.
      if (this.#model.steps - before < steps || ids.length === 0) continue;
      yield this.#slice(text, start, end, ids, ends);
      [ids, ends, start, before] = [[], [], end, this.#model.steps];
    }
    yield this.#slice(text, start, text.length, ids, ends);
  }

  #slice(text: string, start: number, end: number, ids: number[], ends: number[]): TokenSlice {
    return { start, end, ids: Uint32Array.from(ids), bytes: this.#bytes(text, start, end, ids, ends) };
  }

  /** Tokens that end at the same place of the text share it. */
  #bytes(text: string, start: number, stop: number, ids: readonly number[], ends: readonly number[]): Uint8Array[] {
    const bytes: Uint8Array[] = [];
    let from = start;
    for (let i = 0; i < ids.length; ) {
      let last = i;
      while (last < ids.length - 1 && (ends[last] ?? 0) <= from) last++;
      const to = last === ids.length - 1 ? stop : (ends[last] ?? from);
      for (const each of this.#shared(text.slice(from, to), ids.slice(i, last + 1))) bytes.push(each);
      from = to;
      i = last + 1;
    }
    return bytes;
  }

  /** The bytes of tokens that stand for one stretch: their own where those spell it, without a space that was put in front; else the last has all of it. */
  #shared(text: string, ids: readonly number[]): Uint8Array[] {
    const own = ids.map(id => this.#table[id] ?? NOTHING);
    const wanted = utf8.encode(text);
    if (isSame(concatBytes(own), wanted)) return own;
    const [first = NOTHING, ...rest] = own;
    const led = [first.subarray(first[0] === 0x20 ? 1 : 0), ...rest];
    if (isSame(concatBytes(led), wanted)) return led;
    return ids.map((_, i) => (i === ids.length - 1 ? wanted : NOTHING));
  }

  /** Null where more steps are needed. */
  *#parts(text: string, budget: number, place: Place, isPlain?: IsPlain): Generator<Part | null> {
    if (text === '') return;
    const whole = { id: null, text, start: 0, end: text.length };
    for (const section of this.#typed === null ? [whole] : this.#typed(text, isPlain)) {
      const { start, end } = section;
      if (section.id !== null) yield { ids: [section.id], ends: [end], end };
      else {
        const left = start === 0 ? place.left : 'special';
        const right = end === text.length ? place.right : 'end';
        yield* this.#normal(
          this.#spec.normalizer(unchanged(section.text, start), { left, right }),
          { left, right },
          budget,
          isPlain,
        );
      }
    }
  }

  /** Tokens that are found in the normal form of a stretch, and what lies between them. */
  *#normal(whole: Aligned, place: Place, budget: number, isPlain?: IsPlain): Generator<Part | null> {
    const plain: IsPlain = (start, end) => isPlain?.(sourceOf(whole, start), sourceOf(whole, end)) === true;
    const { text } = whole;
    const all = { id: null, text, start: 0, end: text.length };
    for (const section of this.#normalised === null ? [all] : this.#normalised(text, plain)) {
      const { start, end } = section;
      const to = sourceOf(whole, end);
      if (section.id !== null) yield { ids: [section.id], ends: [to], end: to };
      else
        yield* this.#pieces(slicedAt(whole, start, end), start === 0 ? place : { ...place, left: 'special' }, budget);
    }
  }

  *#pieces(stretch: Aligned, place: Place, budget: number): Generator<Part | null> {
    if (stretch.text === '') return;
    for (const piece of this.#spec.cut(stretch, { ...place, from: stretch.from })) {
      for (const part of this.#model.encode(piece.text, budget)) {
        if (part.tokens === null) {
          yield null;
          continue;
        }
        const { ids, starts } = part.tokens;
        const ends: number[] = [];
        for (let i = 1; i <= ids.length; i++) ends.push(sourceOf(piece, i < ids.length ? (starts[i] ?? 0) : part.end));
        yield { ids, ends, end: sourceOf(piece, part.end) };
      }
    }
  }
}

function isSame(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}
