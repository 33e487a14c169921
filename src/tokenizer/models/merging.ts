// The merges of one piece: always the pair of lowest rank, the leftmost of equals, until no pair is left.
import type { PairRanks } from './pair-ranks.ts';

const NONE = -1;
/** Places are below it, so that a rank and a place make one number that sorts by both. */
const PLACES = 2 ** 31;

export class Merging {
  readonly #ranks: PairRanks;
  /** Symbols by their place in the piece before any merge: id (NONE once merged into the one before), and the places beside it. */
  #ids = new Int32Array(64);
  #next = new Int32Array(64);
  #previous = new Int32Array(64);
  #count = 0;
  /** Pairs that may merge, as rank * PLACES + place of the left symbol; the smallest at 0. Some are out of date. */
  #heap = new Float64Array(128);
  #size = 0;
  /** Symbols whose pair with the next is in the heap or merged. */
  #paired = 0;
  #steps = 0;

  constructor(ranks: PairRanks) {
    this.#ranks = ranks;
  }

  /** Pairs weighed so far, for all pieces. */
  get steps(): number {
    return this.#steps;
  }

  /** A new piece of at most `most` symbols; they follow by `add`. */
  begin(most: number): void {
    if (this.#ids.length < most) {
      this.#ids = new Int32Array(most);
      this.#next = new Int32Array(most);
      this.#previous = new Int32Array(most);
      // Each merge takes one pair out and puts at most two in.
      this.#heap = new Float64Array(2 * most);
    }
    this.#count = 0;
    this.#size = 0;
    this.#paired = 0;
  }

  add(id: number): void {
    const at = this.#count++;
    this.#ids[at] = id;
    this.#previous[at] = at - 1;
    this.#next[at] = NONE;
    if (at > 0) this.#next[at - 1] = at;
  }

  /** Goes on for at most about `budget` steps; true when all merges are done. */
  run(budget: number): boolean {
    const end = this.#steps + budget;
    for (; this.#paired < this.#count; this.#paired++) {
      if (this.#steps >= end) return false;
      this.#push(this.#paired);
    }
    while (this.#size > 0) {
      if (this.#steps >= end) return false;
      this.#mergeFirst();
    }
    return true;
  }

  /** The ids when all merges are done, or so far. */
  ids(): Uint32Array {
    let left = 0;
    for (let at = 0; at < this.#count; at++) if (this.#ids[at] !== NONE) left++;
    const ids = new Uint32Array(left);
    for (let at = 0, i = 0; i < left; at++) {
      const id = this.#ids[at] ?? NONE;
      if (id !== NONE) ids[i++] = id;
    }
    return ids;
  }

  /** The place of each of the ids among the symbols that were added. */
  places(): Uint32Array {
    const places: number[] = [];
    for (let at = 0; at < this.#count; at++) if (this.#ids[at] !== NONE) places.push(at);
    return Uint32Array.from(places);
  }

  #mergeFirst(): void {
    const first = this.#pop();
    const at = first % PLACES;
    const next = this.#next[at] ?? NONE;
    const left = this.#ids[at] ?? NONE;
    if (left === NONE || next === NONE) return;
    const rank = this.#ranks.get(left, this.#ids[next] ?? NONE);
    if (rank !== (first - at) / PLACES) return;
    const after = this.#next[next] ?? NONE;
    this.#ids[at] = this.#ranks.made(rank);
    this.#ids[next] = NONE;
    this.#next[at] = after;
    if (after !== NONE) this.#previous[after] = at;
    this.#push(at);
    if (at > 0) this.#push(this.#previous[at] ?? NONE);
  }

  /** The pair of the symbol at `at` and the next one, if a merge joins it. */
  #push(at: number): void {
    this.#steps++;
    const next = this.#next[at] ?? NONE;
    if (next === NONE) return;
    const rank = this.#ranks.get(this.#ids[at] ?? NONE, this.#ids[next] ?? NONE);
    if (rank < 0) return;
    const key = rank * PLACES + at;
    const heap = this.#heap;
    let place = this.#size++;
    while (place > 0) {
      const parent = (place - 1) >> 1;
      const other = heap[parent] ?? 0;
      if (other <= key) break;
      heap[place] = other;
      place = parent;
    }
    heap[place] = key;
  }

  #pop(): number {
    this.#steps++;
    const heap = this.#heap;
    const first = heap[0] ?? 0;
    const size = --this.#size;
    const key = heap[size] ?? 0;
    let place = 0;
    for (;;) {
      let child = 2 * place + 1;
      if (child >= size) break;
      if (child + 1 < size && (heap[child + 1] ?? 0) < (heap[child] ?? 0)) child++;
      const other = heap[child] ?? 0;
      if (other >= key) break;
      heap[place] = other;
      place = child;
    }
    heap[place] = key;
    return first;
  }
}
