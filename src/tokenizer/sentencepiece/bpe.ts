// Byte-pair encoding as SentencePiece has it: two neighbours become one where both together are a piece, the piece of the highest score first.
// Source: bpe_model.cc of google/sentencepiece.
import { byteIdsOf, LONG, Neighbours, type PieceModel, partEnd, type TokenPart } from '../models/piece-model.ts';
import type { SentencePieceModel } from './model-file.ts';
import { type Longest, longestOf } from './normaliser.ts';

const utf8 = new TextEncoder();
const NONE = -1;

/** A piece that text may become, or a step on the way to one. */
interface Known {
  readonly id: number;
  readonly score: number;
  /** It is taken apart again at the end, as it was put together. */
  readonly unused: boolean;
}

export class SentencePieceBpe implements PieceModel {
  readonly #known = new Map<string, Known>();
  readonly #neighbours = new Neighbours();
  readonly #own: Longest;
  readonly #reserved = new Map<string, number>();
  readonly #byteIds: Int32Array | null;
  readonly #unknownId: number;
  #longest = 0;
  #steps = 0;

  constructor(model: SentencePieceModel) {
    for (const [id, { text, score, type }] of model.pieces.entries()) {
      if (type !== 'normal' && type !== 'user' && type !== 'unused') {
        this.#reserved.set(text, id);
        continue;
      }
      this.#known.set(text, { id, score, unused: type === 'unused' });
      this.#neighbours.addText(text);
      this.#longest = Math.max(this.#longest, text.length);
    }
    this.#own = longestOf(model.pieces.flatMap(({ type, text }) => (type === 'user' ? text : [])));
    this.#byteIds = model.byteFallback ? byteIdsOf(token => this.#reserved.get(token)) : null;
    this.#unknownId = model.unknownId;
  }

  get steps(): number {
    return this.#steps;
  }

  partsBetween(before: number, after: number): boolean {
    return !this.#neighbours.has(before, after) && this.#isKnown(before) && this.#isKnown(after);
  }

  onlyBegins(code: number): boolean {
    return !this.#neighbours.follows(code) && this.#isKnown(code);
  }

  /** Unknown characters side by side are one unknown piece, but for those that have bytes. */
  #isKnown(code: number): boolean {
    return this.#byteIds !== null || this.#known.has(String.fromCodePoint(code));
  }

  *encode(piece: string, budget: number): Generator<TokenPart> {
    for (let start = 0; start < piece.length; ) {
      const end = partEnd(piece, start + LONG, (before, after) => this.partsBetween(before, after));
      const symbols = new Symbols(piece.slice(start, end), this.#known, this.#own, this.#longest);
      for (let counted = 0, done = false; !done; counted = symbols.steps) {
        done = symbols.run(budget);
        this.#steps += symbols.steps - counted;
        if (!done) yield { end, tokens: null };
      }
      yield { end, tokens: this.#tokens(symbols, start) };
      start = end;
    }
  }

  #tokens(symbols: Symbols, offset: number): NonNullable<TokenPart['tokens']> {
    const ids: number[] = [];
    const starts: number[] = [];
    let unknown = false;
    for (const [start, text] of symbols.pieces()) {
      const id = this.#reserved.get(text) ?? this.#known.get(text)?.id ?? NONE;
      const missing = id === NONE || id === this.#unknownId;
      if (missing && this.#byteIds !== null) {
        for (const [byte, at] of bytesOf(text)) {
          ids.push(this.#byteIds[byte] ?? this.#unknownId);
          starts.push(offset + start + at);
        }
      } else if (!missing || !unknown) {
        ids.push(missing ? this.#unknownId : id);
        starts.push(offset + start);
      }
      unknown = missing && this.#byteIds === null;
    }
    return { ids: Uint32Array.from(ids), starts: Uint32Array.from(starts) };
  }
}

function* bytesOf(text: string): Generator<readonly [byte: number, at: number]> {
  let at = 0;
  for (const char of text) {
    for (const byte of utf8.encode(char)) yield [byte, at];
    at += char.length;
  }
}

/** A pair that may be joined: the place of its left symbol, the end of its right one, and the score of both together. */
interface Pair {
  readonly left: number;
  readonly end: number;
  readonly score: number;
}

/** The symbols of one text, by the unit they start at. */
class Symbols {
  readonly #text: string;
  readonly #known: ReadonlyMap<string, Known>;
  readonly #longest: number;
  /** End of the symbol at each place; 0 where none starts. */
  readonly #end: Int32Array;
  readonly #previous: Int32Array;
  readonly #frozen: Uint8Array;
  readonly #heap: Pair[] = [];
  /** How pieces that are to be taken apart were put together: the units of their left part. */
  readonly #joint = new Map<string, number>();
  #paired = 0;
  steps = 0;

  constructor(text: string, known: ReadonlyMap<string, Known>, own: Longest, longest: number) {
    this.#text = text;
    this.#known = known;
    this.#longest = longest;
    this.#end = new Int32Array(text.length + 1);
    this.#previous = new Int32Array(text.length + 1).fill(NONE);
    this.#frozen = new Uint8Array(text.length + 1);
    let before = NONE;
    for (let at = 0; at < text.length; ) {
      const word = own(text, at);
      const end = word > at ? word : at + ((text.codePointAt(at) ?? 0) > 0xffff ? 2 : 1);
      this.#end[at] = end;
      this.#frozen[at] = word > at ? 1 : 0;
      this.#previous[at] = before;
      before = at;
      at = end;
    }
  }

  /** Goes on for about `budget` steps; true when nothing is left to join. */
  run(budget: number): boolean {
    const most = this.steps + budget;
    while (this.#paired < this.#text.length) {
      if (this.steps >= most) return false;
      const end = this.#end[this.#paired] ?? 0;
      this.#offer(this.#paired);
      this.#paired = end;
    }
    for (;;) {
      if (this.steps >= most) return false;
      const pair = this.#pop();
      if (pair === null) return true;
      this.#join(pair);
    }
  }

  #join({ left, end }: Pair): void {
    const middle = this.#end[left] ?? 0;
    // Out of date: the left symbol is gone, or the right one, or one of them has grown.
    if (middle === 0 || middle >= end || this.#end[middle] !== end) return;
    this.#end[left] = end;
    this.#end[middle] = 0;
    if (end < this.#text.length) this.#previous[end] = left;
    const before = this.#previous[left] ?? NONE;
    if (before >= 0) this.#offer(before);
    this.#offer(left);
  }

  /** The symbol at `left` and the next one, if both together are a piece. */
  #offer(left: number): void {
    this.steps++;
    const middle = this.#end[left] ?? 0;
    if (middle >= this.#text.length || this.#frozen[left] === 1 || this.#frozen[middle] === 1) return;
    const end = this.#end[middle] ?? 0;
    if (end - left > this.#longest) return;
    const text = this.#text.slice(left, end);
    const known = this.#known.get(text);
    if (known === undefined) return;
    if (known.unused) this.#joint.set(text, middle - left);
    this.#push({ left, end, score: known.score });
  }

  /** All symbols in order with the unit they start at; those that are not used taken apart. */
  *pieces(): Generator<readonly [start: number, text: string]> {
    for (let at = 0; at < this.#text.length; at = this.#end[at] ?? this.#text.length) {
      const parts: [number, string][] = [[at, this.#text.slice(at, this.#end[at])]];
      for (let part = parts.pop(); part !== undefined; part = parts.pop()) {
        const [start, text] = part;
        const joint = this.#known.get(text)?.unused === true ? this.#joint.get(text) : undefined;
        if (joint === undefined) yield part;
        else parts.push([start + joint, text.slice(joint)], [start, text.slice(0, joint)]);
      }
    }
  }

  #push(pair: Pair): void {
    const heap = this.#heap;
    let place = heap.push(pair) - 1;
    while (place > 0) {
      const parent = (place - 1) >> 1;
      const other = heap[parent] ?? pair;
      if (!goesFirst(pair, other)) break;
      heap[place] = other;
      place = parent;
    }
    heap[place] = pair;
  }

  #pop(): Pair | null {
    this.steps++;
    const heap = this.#heap;
    const first = heap[0];
    const last = heap.pop();
    if (first === undefined || last === undefined) return null;
    if (heap.length === 0) return first;
    let place = 0;
    for (;;) {
      let child = 2 * place + 1;
      const [left, right] = [heap[child], heap[child + 1]];
      if (left === undefined) break;
      if (right !== undefined && goesFirst(right, left)) child++;
      const other = heap[child] ?? left;
      if (!goesFirst(other, last)) break;
      heap[place] = other;
      place = child;
    }
    heap[place] = last;
    return first;
  }
}

/** The higher score first, the leftmost of equals. */
function goesFirst(a: Pair, b: Pair): boolean {
  return a.score > b.score || (a.score === b.score && a.left < b.left);
}
