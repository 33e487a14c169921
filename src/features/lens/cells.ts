// What the lens has shown so far, by position and layer. A cell depends on the tokens up to its own position alone, so it stays while those stay.
//
// The layers of a position lie side by side, so that room grows with the positions that were looked at, never with the whole context.
import type { LensEvent } from '../../protocol/probe-events.ts';
import { sharedLength } from '../../stores/document/sequence.ts';
import type { LensCell } from './types.ts';

/** Asked tokens whose numbers are kept. */
const MOST_ASKED = 4;

interface Asked {
  readonly logprobs: Float32Array;
  readonly ranks: Uint32Array;
  readonly known: Uint8Array;
}

export class LensCells {
  readonly layers: number;
  #ids: Uint32Array = new Uint32Array(0);
  #topIds = new Uint32Array(0);
  #topLogprobs = new Float32Array(0);
  #divergences = new Float32Array(0);
  #known = new Uint8Array(0);
  /** In the order of their last use. */
  readonly #asked = new Map<number, Asked>();

  constructor(layers: number) {
    this.layers = layers;
  }

  /** The text is `ids` now: cells of positions whose own past has changed are dropped. True when there were any to drop. */
  setText(ids: Uint32Array): boolean {
    const shared = sharedLength(ids, this.#ids);
    const dropped = shared < this.#ids.length;
    this.#ids = ids;
    if (!dropped) return false;
    this.#known.fill(0, shared * this.layers);
    for (const { known } of this.#asked.values()) known.fill(0, shared * this.layers);
    return true;
  }

  /** Keeps what came for the text `ids` and the token `asked`, as far as that is still the text. */
  accept(ids: Uint32Array, asked: number, event: LensEvent): void {
    const { layer, from } = event;
    if (layer >= this.layers) return;
    const to = Math.min(from + event.topIds.length, sharedLength(ids, this.#ids));
    this.#makeRoom(to);
    const ofAsked = this.#of(asked);
    for (let column = from; column < to; column++) {
      const [at, i] = [column * this.layers + layer, column - from];
      this.#topIds[at] = event.topIds[i] ?? 0;
      this.#topLogprobs[at] = event.topLogprobs[i] ?? 0;
      this.#divergences[at] = event.divergences[i] ?? 0;
      ofAsked.logprobs[at] = event.logprobs[i] ?? 0;
      ofAsked.ranks[at] = event.ranks[i] ?? 0;
      this.#known[at] = ofAsked.known[at] = 1;
    }
  }

  cell(layer: number, column: number, asked: number | null): LensCell | null {
    const at = column * this.layers + layer;
    if (column >= this.#ids.length || this.#known[at] !== 1) return null;
    const found = asked === null ? undefined : this.#asked.get(asked);
    const told = found?.known[at] === 1 ? found : null;
    return {
      topId: this.#topIds[at] ?? 0,
      topLogprob: this.#topLogprobs[at] ?? 0,
      divergence: this.#divergences[at] ?? 0,
      logprob: told?.logprobs[at] ?? null,
      rank: told?.ranks[at] ?? null,
    };
  }

  /** Every layer of a column is here; with `asked`, for that token too. */
  complete(column: number, asked: number | null): boolean {
    const told = asked === null ? this.#known : this.#asked.get(asked)?.known;
    for (let layer = 0; layer < this.layers; layer++) if (told?.[column * this.layers + layer] !== 1) return false;
    return true;
  }

  /** Room for `columns` positions, and some more. */
  #makeRoom(columns: number): void {
    if (columns * this.layers <= this.#known.length) return;
    const size = this.layers * Math.ceil(columns * 1.5);
    this.#topIds = copied(new Uint32Array(size), this.#topIds);
    this.#topLogprobs = copied(new Float32Array(size), this.#topLogprobs);
    this.#divergences = copied(new Float32Array(size), this.#divergences);
    this.#known = copied(new Uint8Array(size), this.#known);
  }

  /** What is kept of an asked token, with as much room as the cells have. */
  #of(asked: number): Asked {
    const size = this.#known.length;
    const old = this.#asked.get(asked);
    const found =
      old?.known.length === size
        ? old
        : {
            logprobs: copied(new Float32Array(size), old?.logprobs),
            ranks: copied(new Uint32Array(size), old?.ranks),
            known: copied(new Uint8Array(size), old?.known),
          };
    this.#asked.delete(asked);
    this.#asked.set(asked, found);
    for (const oldest of this.#asked.keys()) {
      if (this.#asked.size <= MOST_ASKED) break;
      this.#asked.delete(oldest);
    }
    return found;
  }
}

/** `to` with the numbers of `from` at its head. */
function copied<T extends Float32Array | Uint32Array | Uint8Array>(to: T, from?: T): T {
  if (from) to.set(from);
  return to;
}
