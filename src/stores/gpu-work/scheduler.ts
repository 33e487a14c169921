// The order of GPU work on the page: one piece at a time, and a run before a row before a glance before a view of the inside before the scoring of the prompt.
import { asNucleusError, NucleusError } from '../../lib/error.ts';

/** What a piece of work is for, the most urgent last. A glance is the row of a token that a person only points at. */
const RANKS = { score: 0, view: 1, glance: 2, row: 3, run: 4 } as const;
export type WorkKind = keyof typeof RANKS;

interface Job {
  readonly rank: number;
  readonly abort: AbortController;
  readonly begin: () => Promise<void>;
  readonly refuse: () => void;
  /** More urgent work goes before it and does not end it. */
  readonly stays: boolean;
  /** Cancelled for good while it was under way. */
  ended: boolean;
}

/**
 * Work starts when what is under way has ended. New work cancels all of its own rank or lower, waiting or under way, and waits behind
 * work of a higher rank. The work of views alone stays: it gives way and begins again.
 */
export class Scheduler {
  readonly #waiting: Job[] = [];
  readonly #listeners = new Set<() => void>();
  #current: Job | null = null;

  /** The kind of work asked for has something under way or waiting. */
  has(kind: WorkKind): boolean {
    return this.#jobs().some(job => job.rank === RANKS[kind]);
  }

  /** Calls back when work has come, begun or ended. Returns the way to call it off. */
  watch(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Resolves with the result of `work`; rejects with `cancelled` when newer work came before it could begin. */
  start<T>(kind: Exclude<WorkKind, 'view'>, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const abort = new AbortController();
      const rank = RANKS[kind];
      this.#cancelUpTo(rank);
      this.#waiting.push({
        rank,
        abort,
        stays: false,
        ended: false,
        begin: () => work(abort.signal).then(resolve, reject),
        refuse: () => reject(new NucleusError('cancelled', `${kind} gave way to newer work`)),
      });
      this.#next();
    });
  }

  /**
   * Work of a view: it waits for its turn, and when more urgent work interrupts it, it is called again afterwards, so it goes on from what it
   * has kept. Ends with its result, or with `cancelled` when `signal` aborts or all work is cancelled.
   */
  view<T>(work: (signal: AbortSignal) => Promise<T>, signal: AbortSignal): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const refuse = (): void => reject(new NucleusError('cancelled', 'the view is no longer asked for'));
      const enqueue = (): void => {
        if (signal.aborted) {
          refuse();
          return;
        }
        const abort = new AbortController();
        const giveUp = (): void => this.#cancel(each => each === job, true);
        const begin = (): Promise<void> =>
          work(abort.signal)
            .finally(() => signal.removeEventListener('abort', giveUp))
            .then(resolve, (thrown: unknown) => {
              if (abort.signal.aborted && !job.ended && asNucleusError(thrown).code === 'cancelled') enqueue();
              else reject(thrown);
            });
        const job: Job = { rank: RANKS.view, abort, stays: true, ended: false, begin, refuse };
        signal.addEventListener('abort', giveUp, { once: true });
        this.#waiting.push(job);
        this.#next();
      };
      enqueue();
    });
  }

  /** Cancels the work of one kind. */
  cancel(kind: WorkKind): void {
    this.#cancel(job => job.rank === RANKS[kind], true);
  }

  /** Cancels the reading of rows and scores; runs and views go on. */
  cancelBelowRuns(): void {
    this.#cancel(job => job.rank !== RANKS.run && job.rank !== RANKS.view, true);
  }

  cancelAll(): void {
    this.#cancel(() => true, true);
  }

  #jobs(): readonly Job[] {
    return this.#current === null ? this.#waiting : [this.#current, ...this.#waiting];
  }

  #cancelUpTo(rank: number): void {
    this.#cancel(job => job.rank <= rank, false);
  }

  /** `all`: the work of views too, which otherwise keeps its place in the queue and is only interrupted. */
  #cancel(which: (job: Job) => boolean, all: boolean): void {
    for (let i = this.#waiting.length - 1; i >= 0; i--) {
      const job = this.#waiting[i];
      if (job === undefined || !which(job) || (job.stays && !all)) continue;
      this.#waiting.splice(i, 1);
      job.refuse();
    }
    const current = this.#current;
    if (current !== null && which(current)) {
      current.ended ||= all;
      current.abort.abort();
    }
    this.#tell();
  }

  #next(): void {
    const job = this.#current === null ? this.#waiting.toSorted((a, b) => b.rank - a.rank)[0] : undefined;
    if (job !== undefined) {
      this.#waiting.splice(this.#waiting.indexOf(job), 1);
      this.#current = job;
      void job.begin().finally(() => {
        this.#current = null;
        this.#next();
      });
    }
    this.#tell();
  }

  #tell(): void {
    for (const listener of this.#listeners) listener();
  }
}
