// A step whose token is drawn on the GPU, between its submission and what becomes of it.
import { type DrawRecord, readRecord } from '../../gpu/draw-record.ts';
import type { KvCache, Sequence } from '../../gpu/kv-cache.ts';
import type { Lent } from '../../gpu/readback.ts';
import type { HeldState, StateCache } from '../../gpu/state-cache.ts';

/** Of a model with running states: the state after a step whose first token is not known yet. */
export interface QueuedState {
  readonly states: StateCache;
  readonly state: HeldState;
}

export class QueuedDraw {
  /** Whose states the step computes or has found. */
  readonly sequence: Sequence;
  /** Tokens before the drawn one. */
  readonly length: number;
  readonly #cache: KvCache;
  readonly #record: Lent;
  readonly #running: QueuedState | null;

  constructor(cache: KvCache, sequence: Sequence, length: number, record: Lent, running: QueuedState | null = null) {
    this.#cache = cache;
    this.sequence = sequence;
    this.length = length;
    this.#record = record;
    this.#running = running;
  }

  /** Waits for the draw. Throws `device_lost`: the states are in doubt then, and forgotten. */
  async read(): Promise<DrawRecord> {
    try {
      return readRecord(await this.#record.read());
    } catch (error) {
      this.#forget();
      throw error;
    }
  }

  /** It was queued behind a draw that gave `id`, as it should. */
  follows(id: number): void {
    this.#cache.name(this.sequence, id);
    this.#running?.states.named(this.#running.state, id);
  }

  /** It was queued behind a draw whose token is another one, or the last: as if it had never been. */
  drop(): void {
    this.#record.drop();
    this.#forget();
  }

  /** A sequence that went meanwhile has taken its states along. */
  #forget(): void {
    if (this.#cache.holds(this.sequence)) this.#cache.truncate(this.sequence, this.length - 1);
    const { states, state } = this.#running ?? {};
    if (state && states?.holds(state)) states.drop(state);
  }
}

/** What a queued draw began with: the id that the GPU drew, and the token that came of that draw. */
interface Beginning {
  readonly queued: QueuedDraw;
  readonly guess: number | null;
  readonly id: number;
}

/** Of a step that is queued: whether each of its draws began with the right id, and the step goes on; otherwise all of it is dropped. */
export function goesOn(step: readonly Beginning[]): boolean {
  const right = step.every(({ guess, id }) => guess === id);
  if (right) for (const { queued, id } of step) queued.follows(id);
  else dropAll(step.map(({ queued }) => queued));
  return right;
}

/** The last one first: slots are free again in the order that they were in. */
export function dropAll(draws: readonly QueuedDraw[]): void {
  for (const queued of draws.toReversed()) queued.drop();
}
