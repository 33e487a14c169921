// Logits of pinned tokens in the rows of one text, and what of them is still to be asked for. Pure bookkeeping.
import { sharedLength } from '../document/sequence.ts';

/** Rows `from` to `to` lack these ids. */
export interface MissingRows {
  readonly pins: Uint32Array<ArrayBuffer>;
  readonly from: number;
  readonly to: number;
}

export class PinnedRows {
  #ids: Uint32Array = new Uint32Array(0);
  /** By pinned id: one logit a row, as far as they go. */
  readonly #logits = new Map<number, Float32Array>();

  /** The text as it stands. A row depends on the ids up to it, so those of a shared beginning stay. True when some were lost. */
  follow(ids: Uint32Array): boolean {
    const shared = sharedLength(ids, this.#ids);
    this.#ids = ids;
    let lost = false;
    for (const [pin, logits] of this.#logits) {
      if (logits.length <= shared) continue;
      this.#logits.set(pin, logits.slice(0, shared));
      lost = true;
    }
    return lost;
  }

  /** Keeps the logits of these pins alone. */
  keep(pins: readonly number[]): void {
    for (const pin of this.#logits.keys()) if (!pins.includes(pin)) this.#logits.delete(pin);
  }

  clear(): void {
    this.#logits.clear();
  }

  /** What is missing of the first `rows` rows; pins that lack the same rows together. */
  missing(pins: readonly number[], rows: number): MissingRows[] {
    const byStart = new Map<number, number[]>();
    for (const pin of pins) {
      const from = this.#logits.get(pin)?.length ?? 0;
      if (from < rows) byStart.set(from, [...(byStart.get(from) ?? []), pin]);
    }
    return [...byStart].map(([from, some]) => ({ pins: Uint32Array.from(some), from, to: rows }));
  }

  /** Logits [rows, pins] of `asked`, which was missing when `ids` were the text. Dropped where the text has changed since. */
  put(asked: MissingRows, ids: Uint32Array, logits: Float32Array): void {
    if (sharedLength(ids, this.#ids) < asked.to) return;
    const width = asked.pins.length;
    asked.pins.forEach((pin, column) => {
      const known = this.#logits.get(pin) ?? new Float32Array(0);
      if (known.length !== asked.from) return;
      const grown = new Float32Array(asked.to);
      grown.set(known);
      for (let row = asked.from; row < asked.to; row++) {
        grown[row] = logits[(row - asked.from) * width + column] ?? Number.NaN;
      }
      this.#logits.set(pin, grown);
    });
  }

  /** A stored reference for each pin; a new map. */
  all(): ReadonlyMap<number, Float32Array> {
    return new Map(this.#logits);
  }
}
