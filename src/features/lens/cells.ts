// What the lens has shown so far, by layer and position. A cell depends on the tokens up to its own position alone, so it stays while those stay.
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
  readonly #width: number;
  #ids: Uint32Array = new Uint32Array(0);
  readonly #topIds: Uint32Array;
  readonly #topLogprobs: Float32Array;
  readonly #divergences: Float32Array;
  readonly #known: Uint8Array;
  /** In the order of their last use. */
  readonly #asked = new Map<number, Asked>();

  /** Room for `layers` rows of `width` positions. */
  constructor(layers: number, width: number) {
    this.layers = layers;
    this.#width = width;
    const size = layers * width;
    this.#topIds = new Uint32Array(size);
    this.#topLogprobs = new Float32Array(size);
    this.#divergences = new Float32Array(size);
    this.#known = new Uint8Array(size);
  }

  /** The text is `ids` now: cells of positions whose own past has changed are dropped. True when there were any to drop. */
  setText(ids: Uint32Array): boolean {
    const shared = sharedLength(ids, this.#ids);
    const dropped = shared < this.#ids.length;
    this.#ids = ids;
    if (!dropped) return false;
    for (const known of [this.#known, ...[...this.#asked.values()].map(asked => asked.known)]) {
      for (let layer = 0; layer < this.layers; layer++)
        known.fill(0, layer * this.#width + shared, (layer + 1) * this.#width);
    }
    return true;
  }

  /** Keeps what came for the text `ids` and the token `asked`, as far as that is still the text. */
  accept(ids: Uint32Array, asked: number, event: LensEvent): void {
    const { layer, from } = event;
    if (layer >= this.layers) return;
    const to = Math.min(from + event.topIds.length, sharedLength(ids, this.#ids), this.#width);
    const ofAsked = this.#of(asked);
    for (let column = from; column < to; column++) {
      const [at, i] = [layer * this.#width + column, column - from];
      this.#topIds[at] = event.topIds[i] ?? 0;
      this.#topLogprobs[at] = event.topLogprobs[i] ?? 0;
      this.#divergences[at] = event.divergences[i] ?? 0;
      ofAsked.logprobs[at] = event.logprobs[i] ?? 0;
      ofAsked.ranks[at] = event.ranks[i] ?? 0;
      this.#known[at] = ofAsked.known[at] = 1;
    }
  }

  cell(layer: number, column: number, asked: number | null): LensCell | null {
    const at = layer * this.#width + column;
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
    for (let layer = 0; layer < this.layers; layer++) if (told?.[layer * this.#width + column] !== 1) return false;
    return true;
  }

  #of(asked: number): Asked {
    const size = this.layers * this.#width;
    const found = this.#asked.get(asked) ?? {
      logprobs: new Float32Array(size),
      ranks: new Uint32Array(size),
      known: new Uint8Array(size),
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
