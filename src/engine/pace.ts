// How many rows of a prompt go into one step, by how long the last ones took: between steps the page
// draws on the same GPU, a cancel is seen, and no watchdog bites.

/** Milliseconds that a step aims at, so that what it takes by chance stays under 100. */
const AIM = 75;
const FIRST = 16;
/** Fewer would read all weights as often as single tokens do. */
const LEAST = 8;

export class Pace {
  #rows: number;

  /** `most`: rows that a step can have. */
  constructor(most: number) {
    this.#rows = Math.min(FIRST, most);
  }

  /** Of the next step. */
  get rows(): number {
    return this.#rows;
  }

  /** A step of `rows` took `ms`; a short one says nothing. The next has twice as many at most, and no more than `most`. */
  took(rows: number, ms: number, most: number): void {
    if (rows < this.#rows) return;
    const wanted = Math.floor((rows * AIM) / Math.max(ms, 1));
    this.#rows = Math.min(most, Math.max(LEAST, Math.min(wanted, rows * 2)));
  }
}
