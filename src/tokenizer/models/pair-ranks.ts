// Ranks of merges by the ids of their two parts: a hash table in typed arrays, for it is asked at every step of every merge.

const EMPTY = -1;

export class PairRanks {
  readonly #mask: number;
  /** The parts of each place; EMPTY on the left where it is free. [mask + 1] */
  readonly #left: Int32Array;
  readonly #right: Int32Array;
  readonly #rank: Int32Array;
  /** Id that the merge of each rank makes. [count] */
  readonly #made: Int32Array;

  /** For `count` merges, ranks 0 to count - 1. */
  constructor(count: number) {
    let places = 16;
    while (places < 2 * count) places *= 2;
    this.#mask = places - 1;
    this.#left = new Int32Array(places).fill(EMPTY);
    this.#right = new Int32Array(places);
    this.#rank = new Int32Array(places);
    this.#made = new Int32Array(count);
  }

  /** The place of a pair, or the free one where it would go. */
  #place(left: number, right: number): number {
    let hash = Math.imul(left, 0x9e3779b1) ^ Math.imul(right, 0x85ebca77);
    hash ^= hash >>> 15;
    let place = hash & this.#mask;
    while (this.#left[place] !== EMPTY && (this.#left[place] !== left || this.#right[place] !== right)) {
      place = (place + 1) & this.#mask;
    }
    return place;
  }

  /** Of a pair that is set twice the later rank holds. */
  set(left: number, right: number, rank: number, made: number): void {
    const place = this.#place(left, right);
    this.#left[place] = left;
    this.#right[place] = right;
    this.#rank[place] = rank;
    this.#made[rank] = made;
  }

  /** The rank of a pair, -1 when no merge joins it. */
  get(left: number, right: number): number {
    const place = this.#place(left, right);
    return this.#left[place] === EMPTY ? -1 : (this.#rank[place] ?? -1);
  }

  /** The id that a merge makes. */
  made(rank: number): number {
    return this.#made[rank] ?? -1;
  }
}
