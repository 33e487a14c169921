// A sweep: every part of a list switched off alone, and what becomes of one token. It goes on where it was interrupted or stopped.
import type { Client } from '../../client/client.ts';
import { sweep as requestSweep } from '../../client/probe-requests.ts';
import type { EventOf } from '../../protocol/events.ts';
import { sharedLength } from '../../stores/document/sequence.ts';
import type { PrefillCost } from '../../stores/gpu-work/prefill-cost.ts';
import type { ViewTask } from '../../stores/gpu-work/view-task.ts';
import { listParts, type PartDims } from './parts.ts';
import type { Sweep, SweptNumbers } from './types.ts';

export interface SweepsOptions {
  readonly client: Client;
  readonly task: ViewTask;
  /** The view's memory on the GPU is taken from now on. */
  readonly use: () => void;
  readonly cost: PrefillCost;
  readonly now: () => number;
  /** Puts a sweep where the view reads it; null forgets it. */
  readonly show: (sweep: Sweep | null) => void;
}

/** What a sweep asks: the tokens before the place, the token whose log-probability counts, what stands in, which parts. */
export type SweepQuestion = Pick<Sweep, 'ids' | 'id' | 'baseline' | 'scope'>;

export class Sweeps {
  readonly #options: SweepsOptions;
  #sweep: Sweep | null = null;
  /** What the last sweep took, over what passes over its text would have taken: a part runs the layers from its own on, half of them on average. */
  #factor = 0.6;

  constructor(options: SweepsOptions) {
    this.#options = options;
  }

  /** Seconds for a sweep from the start. */
  seconds({ ids, scope, baseline }: Omit<SweepQuestion, 'id'>, dims: PartDims): number {
    const passes = 1 + listParts(dims, scope === 'all').length + (baseline === 'mean' ? 1 : 0);
    return passes * this.#options.cost.seconds(ids) * this.#factor;
  }

  /** Whether a sweep answers a question about these tokens, whichever token it asks for. */
  belongs(sweep: Sweep, asked: Omit<SweepQuestion, 'id'>): boolean {
    return sweep.scope === asked.scope && sweep.baseline === asked.baseline && sameIds(sweep.ids, asked.ids);
  }

  /** The text before the place is `ids` now: a sweep over a text that is gone ends. One over a head or a longer part of it goes on. */
  follow(ids: Uint32Array): void {
    const { task } = this.#options;
    if (this.#sweep === null || !task.working) return;
    const shared = sharedLength(this.#sweep.ids, ids);
    if (shared < Math.min(this.#sweep.ids.length, ids.length)) task.stop();
  }

  async run(asked: SweepQuestion, dims: PartDims): Promise<void> {
    const { task, now } = this.#options;
    const parts = listParts(dims, asked.scope === 'all');
    const known = this.#sweep;
    const goesOn =
      known !== null && known.id === asked.id && this.belongs(known, asked) && known.swept.length < parts.length;
    this.#set(goesOn ? known : { ...asked, parts, plain: null, swept: [] });
    const begin = now();
    const before = this.#sweep?.swept.length ?? 0;
    let calls = 0;
    await task.run(parts.length, (signal, progress) => {
      calls++;
      return this.#work(signal, progress);
    });
    const done = (this.#sweep?.swept.length ?? 0) - before;
    const predicted = done * this.#options.cost.seconds(asked.ids) * 1000;
    // What was interrupted says nothing about how long a sweep takes.
    if (calls === 1 && done === parts.length && predicted > 0) this.#factor = (now() - begin) / predicted;
  }

  stop(): void {
    this.#options.task.stop();
  }

  /** Another model: what was swept means nothing. */
  forget(): void {
    this.#options.task.reset();
    this.#set(null);
  }

  async #work(signal: AbortSignal, progress: (done: number) => void): Promise<void> {
    const sweep = this.#sweep;
    if (sweep === null) return;
    const { ids, id, baseline, parts, swept } = sweep;
    this.#options.use();
    progress(swept.length);
    const rest = parts.slice(swept.length);
    for await (const event of requestSweep(
      this.#options.client,
      { tokens: ids, id, parts: rest, baseline: baseline },
      signal,
    )) {
      const current = this.#sweep;
      if (current?.parts !== parts) return; // another one has begun
      const numbers = numbersOf(event);
      if (event.part === null) this.#set({ ...current, plain: numbers });
      else this.#set({ ...current, swept: [...current.swept, { part: event.part, ...numbers }] });
      progress(this.#sweep?.swept.length ?? 0);
    }
  }

  #set(sweep: Sweep | null): void {
    this.#sweep = sweep;
    this.#options.show(sweep);
  }
}

function numbersOf({ logprob, rank, divergence, topId, topLogprob }: EventOf<'swept'>): SweptNumbers {
  return { logprob, rank, divergence, topId, topLogprob };
}

function sameIds(a: Uint32Array, b: Uint32Array): boolean {
  return a.length === b.length && sharedLength(a, b) === a.length;
}
