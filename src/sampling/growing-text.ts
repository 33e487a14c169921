// A text that draws add to, token by token, with all that the steps of sampling look at in it.
import { type Counted, Occurrences } from './occurrences.ts';
import type { History } from './past.ts';

/** The text so far, and what `History` has of its tokens. */
interface Beginning extends Pick<History, 'drawn' | 'pAfter' | 'constrained'> {
  readonly tokens: Uint32Array;
}

/** Grows in place: what `ids` and its like give is the text of that moment. */
export class GrowingText implements History {
  readonly seed: number;
  readonly bytesOf: (id: number) => Uint8Array | undefined;
  #ids: Uint32Array;
  #drawn: Uint8Array;
  #pAfter: Float64Array;
  #constrained: Uint8Array;
  /** By what they count. */
  readonly #occurrences = new Map<string, Occurrences>();
  length: number;

  constructor(
    { tokens, drawn, pAfter, constrained }: Beginning,
    bytesOf: (id: number) => Uint8Array | undefined,
    seed: number,
  ) {
    this.seed = seed;
    this.bytesOf = bytesOf;
    this.length = tokens.length;
    this.#ids = new Uint32Array(2 * tokens.length + 16);
    this.#drawn = new Uint8Array(this.#ids.length);
    this.#pAfter = new Float64Array(this.#ids.length).fill(Number.NaN);
    this.#constrained = new Uint8Array(this.#ids.length);
    this.#ids.set(tokens);
    this.#drawn.set(drawn.subarray(0, tokens.length));
    if (constrained) this.#constrained.set(constrained.subarray(0, tokens.length));
    if (pAfter) this.#pAfter.set(pAfter.subarray(0, tokens.length));
  }

  get ids(): Uint32Array {
    return this.#ids.subarray(0, this.length);
  }

  get drawn(): Uint8Array {
    return this.#drawn.subarray(0, this.length);
  }

  get pAfter(): Float64Array {
    return this.#pAfter.subarray(0, this.length);
  }

  get constrained(): Uint8Array {
    return this.#constrained.subarray(0, this.length);
  }

  readonly occurrences = (counted: Counted, length: number): ReadonlyMap<number, number> | null => {
    if (length !== this.length) return null;
    const key = `${counted.last} ${counted.drawnAlone}`;
    const found = this.#occurrences.get(key) ?? new Occurrences(counted);
    this.#occurrences.set(key, found);
    return found.of(this);
  };

  push(id: number, pAfter: number): void {
    if (this.length === this.#ids.length) {
      const [ids, drawn, before, constrained] = [this.#ids, this.#drawn, this.#pAfter, this.#constrained];
      this.#ids = new Uint32Array(2 * ids.length);
      this.#drawn = new Uint8Array(2 * ids.length);
      this.#pAfter = new Float64Array(2 * ids.length);
      this.#constrained = new Uint8Array(2 * ids.length);
      this.#constrained.set(constrained);
      this.#ids.set(ids);
      this.#drawn.set(drawn);
      this.#pAfter.set(before);
    }
    this.#ids[this.length] = id;
    this.#drawn[this.length] = 1;
    this.#constrained[this.length] = 1;
    this.#pAfter[this.length] = pAfter;
    this.length++;
  }
}
