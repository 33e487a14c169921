// Quantised blocks made by several threads while a model loads. What they have made is taken in the order it was asked for, and no more than two jobs a thread
// are on their way. Until one of the threads is ready, and where none will be, the thread that asks does the work.
import { asNucleusError, NucleusError } from '../../lib/error.ts';
import { type Answer, type QuantiseJob, quantised } from './job.ts';
import { type Quantiser, SLICE, type Take } from './quantiser.ts';
import { openThread, type ThreadPort, threadCount } from './thread.ts';

/** One that is worked on, and one that waits for it. */
const JOBS_A_THREAD = 2;

export interface PoolOptions {
  /** Ends all threads: what is asked for from then on is cancelled. */
  readonly signal?: AbortSignal;
  readonly least?: number;
  readonly slice?: number;
  readonly threads?: number;
  readonly open?: () => ThreadPort;
}

interface Entry {
  readonly job: QuantiseJob;
  readonly take: Take;
  made: Uint8Array<ArrayBuffer> | null;
}

interface Thread {
  readonly port: ThreadPort;
  ready: boolean;
  /** Given and not answered, the oldest first. */
  readonly given: Entry[];
}

export class QuantisePool implements Quantiser, Disposable {
  readonly least: number;
  readonly slice: number;
  readonly #count: number;
  readonly #open: () => ThreadPort;
  readonly #signal: AbortSignal | undefined;
  #threads: Thread[] | null = null;
  /** Not taken yet, in the order they came. */
  readonly #entries: Entry[] = [];
  /** Of these, the ones that no thread has. */
  readonly #waiting: Entry[] = [];
  #failure: NucleusError | null = null;
  /** Called at the next change. */
  #watchers: (() => void)[] = [];

  /** Threads are started by the first job. Dispose of it once the load has ended, however it did. */
  constructor({ signal, slice = SLICE, least = 2 * slice, threads = threadCount(), open = openThread }: PoolOptions) {
    this.least = least;
    this.slice = slice;
    this.#count = threads;
    this.#open = open;
    this.#signal = signal;
    signal?.addEventListener('abort', this.#cancel);
    if (signal?.aborted) this.#cancel();
  }

  add(job: QuantiseJob, take: Take): void {
    if (this.#failure) throw this.#failure;
    this.#threads ??= this.#started();
    const entry: Entry = { job, take, made: null };
    this.#entries.push(entry);
    if (this.#ready().length > 0) {
      this.#waiting.push(entry);
      this.#give();
    } else {
      entry.made = quantised(job);
      this.#deliver();
    }
  }

  async room(): Promise<void> {
    // What a thread says that is about to start is heard between two tasks.
    if (this.#threads?.length && this.#ready().length === 0) await new Promise(resolve => setTimeout(resolve));
    await this.#fewer(this.#ready().length * JOBS_A_THREAD);
  }

  settled(): Promise<void> {
    return this.#fewer(1);
  }

  [Symbol.dispose](): void {
    this.#signal?.removeEventListener('abort', this.#cancel);
    this.#cancel();
  }

  readonly #cancel = (): void => this.#fail(new NucleusError('cancelled', 'cancelled while weights were quantised'));

  /** Fewer than `most` are not taken; throws what has failed. At least one may be added where nothing is on its way. */
  async #fewer(most: number): Promise<void> {
    while (!this.#failure && this.#entries.length >= Math.max(1, most))
      await new Promise<void>(resolve => this.#watchers.push(resolve));
    if (this.#failure) throw this.#failure;
  }

  #ready(): Thread[] {
    return (this.#threads ?? []).filter(({ ready }) => ready);
  }

  #started(): Thread[] {
    const threads: Thread[] = [];
    try {
      while (threads.length < this.#count) threads.push(this.#startOne());
    } catch {
      // No workers in workers here: the ones that did start are enough.
    }
    return threads;
  }

  #startOne(): Thread {
    const thread: Thread = { port: this.#open(), ready: false, given: [] };
    const died = (): void => this.#died(thread);
    thread.port.addEventListener('message', ({ data }) => this.#heard(thread, data));
    thread.port.addEventListener('error', died);
    thread.port.addEventListener('messageerror', died);
    return thread;
  }

  #heard(thread: Thread, answer: Answer): void {
    if (answer.kind === 'ready') thread.ready = true;
    else this.#answered(thread, answer);
    this.#give();
    this.#changed();
  }

  #answered(thread: Thread, { kind, bytes }: Exclude<Answer, { kind: 'ready' }>): void {
    const entry = thread.given.shift();
    if (!entry) return;
    try {
      entry.made = kind === 'made' ? bytes : quantised({ ...entry.job, rows: bytes });
      this.#deliver();
    } catch (error) {
      this.#fail(asNucleusError(error));
    }
  }

  /** Jobs that wait, to the threads that have the fewest. */
  #give(): void {
    const threads = this.#ready();
    for (let entry = this.#waiting[0]; entry; entry = this.#waiting[0]) {
      const [free] = threads.toSorted((a, b) => a.given.length - b.given.length);
      if (free === undefined || free.given.length >= JOBS_A_THREAD) return;
      this.#waiting.shift();
      free.given.push(entry);
      try {
        free.port.postMessage(entry.job, [entry.job.rows.buffer]);
      } catch (error) {
        this.#fail(asNucleusError(error));
        return;
      }
    }
  }

  #deliver(): void {
    for (let first = this.#entries[0]; first?.made; first = this.#entries[0]) {
      this.#entries.shift();
      first.take(first.made);
    }
  }

  /** One that had no job is done without, and so is one that never started. The rows of a job are gone with it. */
  #died(thread: Thread): void {
    if (!this.#threads?.includes(thread)) return;
    thread.port.terminate();
    this.#threads = this.#threads.filter(each => each !== thread);
    if (thread.given.length > 0) this.#fail(new NucleusError('internal', 'a thread ended while it quantised weights'));
    this.#changed();
  }

  /** The first failure stays. No thread outlives it. */
  #fail(error: NucleusError): void {
    this.#failure ??= error;
    for (const { port } of this.#threads ?? []) port.terminate();
    this.#threads = [];
    this.#entries.length = 0;
    this.#waiting.length = 0;
    this.#changed();
  }

  #changed(): void {
    const watchers = this.#watchers;
    this.#watchers = [];
    for (const watcher of watchers) watcher();
  }
}
