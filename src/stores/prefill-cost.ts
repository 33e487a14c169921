// What a prefill would cost, learned from those that were measured; and which ids the model has in its cache.
import { sharedLength } from './sequence.ts';

/** Unmeasured, this many tokens are few enough to try. */
const FEW_TOKENS = 64;

export class PrefillCost {
  #msPerToken: number | null = null;
  #computed: Uint32Array = new Uint32Array(0);

  /** A prefill of `ids` has ended. A single computed token says little about a batch and counts for less. */
  measured(ids: Uint32Array, computed: number, ms: number): void {
    this.#computed = ids;
    if (computed <= 0 || !(ms >= 0)) return;
    const each = ms / computed;
    const weight = this.#msPerToken === null ? 1 : Math.min(0.8, computed / 8);
    this.#msPerToken = (this.#msPerToken ?? 0) * (1 - weight) + each * weight;
  }

  /** `ids` are in the model's cache now. */
  computed(ids: Uint32Array): void {
    this.#computed = ids;
  }

  /** Leading ids of `ids` that were computed last. */
  shared(ids: Uint32Array): number {
    return sharedLength(ids, this.#computed);
  }

  /** Seconds to compute what is missing of `ids`; null when nothing was measured yet and it is not a small thing. */
  seconds(ids: Uint32Array): number | null {
    const missing = ids.length - this.shared(ids);
    if (missing === 0) return 0;
    if (this.#msPerToken === null) return missing <= FEW_TOKENS ? 0 : null;
    return (missing * this.#msPerToken) / 1000;
  }

  forget(): void {
    this.#msPerToken = null;
    this.#computed = new Uint32Array(0);
  }
}
