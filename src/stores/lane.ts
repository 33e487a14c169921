// The order of GPU work on the page: one piece at a time, and a run before a row before the scoring of the prompt.
import { NucleusError } from '../lib/error.ts';

/** What a piece of work is for, the most urgent last. */
const RANKS = { score: 0, row: 1, run: 2 } as const;
export type WorkKind = keyof typeof RANKS;

interface Job {
  readonly rank: number;
  readonly abort: AbortController;
  readonly begin: () => Promise<void>;
  readonly refuse: () => void;
}

/**
 * Work starts when what is under way has ended. New work cancels all of its own rank or lower, waiting or under way, and waits behind
 * work of a higher rank.
 */
export class GpuLane {
  readonly #waiting: Job[] = [];
  #current: Job | null = null;

  /** The kind of work asked for has something under way or waiting. */
  has(kind: WorkKind): boolean {
    return this.#jobs().some(job => job.rank === RANKS[kind]);
  }

  /** Resolves with the result of `work`; rejects with `cancelled` when newer work came before it could begin. */
  start<T>(kind: WorkKind, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const abort = new AbortController();
      const rank = RANKS[kind];
      this.#cancelUpTo(rank);
      this.#waiting.push({
        rank,
        abort,
        begin: () => work(abort.signal).then(resolve, reject),
        refuse: () => reject(new NucleusError('cancelled', `${kind} gave way to newer work`)),
      });
      this.#next();
    });
  }

  /** Cancels the work of one kind. */
  cancel(kind: WorkKind): void {
    this.#cancel(job => job.rank === RANKS[kind]);
  }

  cancelAll(): void {
    this.#cancelUpTo(RANKS.run);
  }

  #jobs(): readonly Job[] {
    return this.#current === null ? this.#waiting : [this.#current, ...this.#waiting];
  }

  #cancelUpTo(rank: number): void {
    this.#cancel(job => job.rank <= rank);
  }

  #cancel(which: (job: Job) => boolean): void {
    for (let i = this.#waiting.length - 1; i >= 0; i--) {
      const job = this.#waiting[i];
      if (job === undefined || !which(job)) continue;
      this.#waiting.splice(i, 1);
      job.refuse();
    }
    if (this.#current !== null && which(this.#current)) this.#current.abort.abort();
  }

  #next(): void {
    if (this.#current !== null) return;
    const job = this.#waiting.toSorted((a, b) => b.rank - a.rank)[0];
    if (job === undefined) return;
    this.#waiting.splice(this.#waiting.indexOf(job), 1);
    this.#current = job;
    void job.begin().finally(() => {
      this.#current = null;
      this.#next();
    });
  }
}
