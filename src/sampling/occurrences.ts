// How often each id occurs in the last tokens of a text: counted once, or carried along as the text grows.

/** What of a text is counted. */
export interface Counted {
  /** So many of the last tokens; -1 is all of them. */
  readonly last: number;
  /** Only those that were drawn or chosen. */
  readonly drawnAlone: boolean;
}

interface Text {
  readonly ids: Uint32Array;
  /** 1 where the id was drawn or chosen. Same length as `ids`. */
  readonly drawn: Uint8Array;
}

/** Where the last `last` of so many tokens begin; -1 is all of them. */
export function windowBegin(length: number, last: number): number {
  return last < 0 ? 0 : Math.max(0, length - last);
}

/** Of a text that only grows: each token is looked at when it comes into the window, and when it leaves it. */
export class Occurrences {
  readonly #counted: Counted;
  readonly #counts = new Map<number, number>();
  /** The tokens [from, to) are counted. */
  #from = 0;
  #to = 0;

  constructor(counted: Counted) {
    this.#counted = counted;
  }

  /** A view, as long as the text is what it is. @param text that of the last call, or that and more */
  of(text: Text): ReadonlyMap<number, number> {
    const { length } = text.ids;
    const begin = windowBegin(length, this.#counted.last);
    // What left before it was counted is never looked at.
    if (begin >= this.#to) {
      this.#counts.clear();
      this.#to = begin;
    } else for (let i = this.#from; i < begin; i++) this.#add(text, i, -1);
    for (let i = this.#to; i < length; i++) this.#add(text, i, 1);
    this.#from = begin;
    this.#to = length;
    return this.#counts;
  }

  #add({ ids, drawn }: Text, i: number, by: 1 | -1): void {
    const id = ids[i];
    if (id === undefined || (this.#counted.drawnAlone && drawn[i] !== 1)) return;
    const count = (this.#counts.get(id) ?? 0) + by;
    if (count > 0) this.#counts.set(id, count);
    else this.#counts.delete(id);
  }
}
