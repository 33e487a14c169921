// One piece of a view's GPU work at a time, with its progress and outcome as state: a newer piece takes the place of an older one.
import { asNucleusError, NucleusError } from '../../lib/error.ts';
import type { WireError } from '../../protocol/events.ts';
import { toWire } from '../model/model.ts';
import type { Return } from './outliving.ts';
import type { Scheduler } from './scheduler.ts';

/** `stopped`: a person ended it; what had come by then is kept. */
export interface TaskState {
  readonly status: 'idle' | 'working' | 'done' | 'stopped' | 'failed';
  /** Parts of the work that are done, and all of them. */
  readonly done: number;
  readonly total: number;
  /** Where it failed. */
  readonly error: WireError | null;
}

export const IDLE_TASK: TaskState = { status: 'idle', done: 0, total: 0, error: null };

/** What a piece of work is given: `signal` as the worker's requests take it, and a way to say how much is done. */
export type ViewWork = (signal: AbortSignal, progress: (done: number) => void) => Promise<void>;

/** Losses that follow each other without a part more done: whatever it asks for costs the device. */
const MOST_BARREN = 2;

/** How a task comes to its turn, and back to a model that was lost. */
export interface TaskNeeds {
  readonly scheduler: Scheduler;
  /** For work that begins now. */
  readonly returning: () => Return;
}

export class ViewTask {
  readonly #needs: TaskNeeds;
  readonly #show: (state: TaskState) => void;
  #abort: AbortController | null = null;
  #state: TaskState = IDLE_TASK;

  /** `show` puts the state where the view reads it. */
  constructor(needs: TaskNeeds, show: (state: TaskState) => void) {
    this.#needs = needs;
    this.#show = show;
  }

  get state(): TaskState {
    return this.#state;
  }

  get working(): boolean {
    return this.#state.status === 'working';
  }

  /**
   * Does `work` when the scheduler is free; ends an older piece. `work` is called again when something more urgent interrupted it, and when the device
   * went under it and the model is back; it goes on from what it has kept. Never rejects: the outcome is in the state.
   */
  async run(total: number, work: ViewWork): Promise<void> {
    this.#abort?.abort();
    const abort = new AbortController();
    this.#abort = abort;
    const current = (): boolean => this.#abort === abort;
    this.#set({ status: 'working', done: 0, total, error: null });
    const told = (done: number): void => {
      if (current()) this.#set({ ...this.#state, done });
    };
    try {
      await this.#untilDone(signal => work(signal, told), abort.signal);
      if (current()) this.#set({ ...this.#state, status: 'done', done: total });
    } catch (thrown) {
      if (!current()) return;
      const error = asNucleusError(thrown);
      if (error.code === 'cancelled') this.#set({ ...this.#state, status: 'stopped' });
      else this.#set({ ...this.#state, status: 'failed', error: toWire(error) });
    }
  }

  async #untilDone(work: (signal: AbortSignal) => Promise<void>, signal: AbortSignal): Promise<void> {
    const back = this.#needs.returning();
    let [reached, barren] = [-1, 0];
    for (;;) {
      try {
        return await this.#needs.scheduler.view(work, signal);
      } catch (thrown) {
        const { done } = this.#state;
        barren = done > reached ? 0 : barren + 1;
        reached = Math.max(reached, done);
        if (barren >= MOST_BARREN || !(await back(thrown, signal))) throw thrown;
      }
    }
  }

  /** Ends the work by a person's wish. */
  stop(): void {
    this.#abort?.abort(new NucleusError('cancelled', 'stopped'));
  }

  /** Ends the work and forgets its outcome: what it was about is gone. */
  reset(): void {
    const abort = this.#abort;
    this.#abort = null;
    abort?.abort();
    if (this.#state !== IDLE_TASK) this.#set(IDLE_TASK);
  }

  #set(state: TaskState): void {
    this.#state = state;
    this.#show(state);
  }
}
