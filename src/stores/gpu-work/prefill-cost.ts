// What a prefill would cost, estimated at first and learned from those that were measured; and which ids the model has in its cache.
import { sharedLength } from '../document/sequence.ts';

/** What a prefill reaches before one was measured, FLOP/s: a CPU that plays a GPU, and a modest GPU. */
const SOFTWARE_RATE = 1.5e9;
const HARDWARE_RATE = 100e9;
/** Computed tokens that make a measurement count for (nearly) all: a short batch costs more for each of its tokens. */
const FULL_BATCH = 32;
/** A few tokens are all start-up, and say nothing about a batch. */
const LEAST_BATCH = 4;

export class PrefillCost {
  #msPerToken: number | null = null;
  #computed: Uint32Array = new Uint32Array(0);
  readonly #listeners = new Set<() => void>();

  /** Calls back whenever the cache has changed or a cost was learned. Returns the end of it. */
  watch(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** A model was loaded: nothing is in its cache, and each token costs a multiplication and an addition for every parameter. */
  begin(parameters: number, software: boolean): void {
    this.#msPerToken = ((2 * parameters) / (software ? SOFTWARE_RATE : HARDWARE_RATE)) * 1000;
    this.#computed = new Uint32Array(0);
  }

  /** A prefill of `ids` has ended. */
  measured(ids: Uint32Array, computed: number, ms: number): void {
    this.#computed = ids;
    if (computed >= LEAST_BATCH && ms >= 0) {
      const each = ms / computed;
      const weight = Math.min(0.8, computed / FULL_BATCH);
      this.#msPerToken = (this.#msPerToken ?? each) * (1 - weight) + each * weight;
    }
    this.#changed();
  }

  /** `ids` are in the model's cache now. */
  computed(ids: Uint32Array): void {
    this.#computed = ids;
    this.#changed();
  }

  /** Leading ids of `ids` that were computed last. */
  shared(ids: Uint32Array): number {
    return sharedLength(ids, this.#computed);
  }

  /** Seconds to compute `count` positions. Before any model: without end. */
  secondsOf(count: number): number {
    return count === 0 ? 0 : (count * (this.#msPerToken ?? Number.POSITIVE_INFINITY)) / 1000;
  }

  /** Seconds to compute what is missing of `ids`. Before any model: without end. */
  seconds(ids: Uint32Array): number {
    return this.secondsOf(ids.length - this.shared(ids));
  }

  #changed(): void {
    for (const listener of [...this.#listeners]) listener();
  }
}
