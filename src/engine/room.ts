// Room for the positions of a text: the pool grows with it, in pages, up to what is allowed; where memory gives out, what is there is allowed.
import type { KvCache } from '../gpu/kv-cache.ts';
import type { Pool } from '../gpu/pool.ts';
import { type ContextNeeds, largestContext, slotsFor } from '../lib/context-memory.ts';
import { asNucleusError } from '../lib/error.ts';
import type { ContextState } from '../protocol/events.ts';

export interface RoomOptions {
  readonly needs: ContextNeeds;
  /** Tokens that a text may have. */
  readonly allowed: number;
  /** Slots that the pool grows by at least. */
  readonly page: number;
  /** How keys and values are kept. */
  readonly kv?: 'f16' | undefined;
}

/** The pool grows by a part of what it has, so that a long text is copied few times and little of it stays empty. */
const GROWTH = 1.25;

export class Room {
  /** Told of every change of `state`. */
  onChange: (state: ContextState) => void = () => {};
  readonly #pool: Pick<Pool, 'capacity' | 'grow' | 'bytes'>;
  readonly #cache: KvCache;
  readonly #needs: ContextNeeds;
  readonly #page: number;
  readonly #kv: 'f32' | 'f16';
  #allowed: number;
  #short = false;

  constructor(
    pool: Pick<Pool, 'capacity' | 'grow' | 'bytes'>,
    cache: KvCache,
    { needs, allowed, page, kv }: RoomOptions,
  ) {
    this.#pool = pool;
    this.#cache = cache;
    this.#needs = needs;
    this.#page = page;
    this.#kv = kv ?? 'f32';
    this.#allowed = Math.min(allowed, largestContext(needs));
  }

  /** Tokens that a text may have now. */
  get allowed(): number {
    return this.#allowed;
  }

  /** Slots that the pool may come to have. */
  get most(): number {
    const { capacity } = this.#cache;
    return this.#short ? capacity : Math.max(capacity, slotsFor(this.#needs, this.#allowed));
  }

  get state(): ContextState {
    const { capacity: slots, bytes } = this.#pool;
    return { needs: this.#needs, kv: this.#kv, allowed: this.#allowed, slots, bytes, short: this.#short };
  }

  /** Another limit, from 1 to what model and adapter can; memory that is taken already stays. */
  allow(tokens: number): void {
    this.#allowed = Math.max(1, Math.min(tokens, largestContext(this.#needs)));
    this.#short = false;
    this.onChange(this.state);
  }

  /**
   * Grows the pool so that `count` slots are free, as far as it may. What is missing then comes from sequences that the cache drops; where
   * memory gives out, texts as long as the pool are all that is allowed from here on.
   */
  async need(count: number): Promise<void> {
    if (await this.spare(count)) return;
    const { capacity } = this.#cache;
    this.#short = true;
    this.#allowed = Math.min(this.#allowed, capacity);
    this.onChange(this.state);
  }

  /** The same for texts beside the one that is worked on, which can wait: false where memory has no more, and nothing comes of it. */
  async spare(count: number): Promise<boolean> {
    const missing = count - this.#cache.free;
    if (missing <= 0) return true;
    const { capacity } = this.#cache;
    const { most } = this;
    const least = Math.min(most, this.#pages(capacity + missing));
    if (least <= capacity) return true;
    const wanted = Math.min(most, Math.max(least, this.#pages(capacity * GROWTH)));
    const grown = (await this.#grown(wanted)) || (wanted > least && (await this.#grown(least)));
    if (grown) this.onChange(this.state);
    return grown;
  }

  /** `count` slots that belong to no sequence, for a probe, as KvCache.scratch; the pool grows for them first. */
  async scratch(count: number): Promise<ReturnType<KvCache['scratch']>> {
    await this.need(count);
    return this.#cache.scratch(count);
  }

  #pages(slots: number): number {
    return Math.ceil(slots / this.#page) * this.#page;
  }

  /** False where memory gave out. */
  async #grown(slots: number): Promise<boolean> {
    try {
      await this.#pool.grow(slots);
    } catch (error) {
      if (asNucleusError(error).code !== 'out_of_memory') throw error;
      return false;
    }
    this.#cache.grow(slots);
    return true;
  }
}
