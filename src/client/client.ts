// The page's side of the worker: one async iterator per run, abort, typed errors, a fresh worker after a crash.
import { fromWire, NucleusError } from '../lib/error.ts';
import type { Command } from '../protocol/commands.ts';
import type { EngineEvent, EventOf } from '../protocol/events.ts';
import { Inbox } from './inbox.ts';
import { openWorker, type WorkerPort } from './port.ts';

type WithoutRun<C> = C extends unknown ? Omit<C, 'run'> : never;

/** A command before it has a run; the client gives the number. `cancel` is not among them: abort the signal instead. */
export type Request = WithoutRun<Exclude<Command, { type: 'cancel' }>>;

type LostListener = (event: EventOf<'lost'>) => void;
type ContextListener = (event: EventOf<'context'>) => void;

export interface Client {
  /**
   * Sends a command and yields its events (without the closing `done`). An abort sends `cancel`; the iterator ends when the worker
   * confirms: by returning after `done`, or by throwing the NucleusError of `failed`. Leaving the loop early cancels too.
   * A worker that crashes fails every run with `internal`; the next run gets a fresh worker.
   */
  run(request: Request, signal?: AbortSignal): AsyncIterableIterator<EngineEvent>;
  /** Called for every lost device. Returns the unsubscriber. */
  onLost(listener: LostListener): () => void;
  /** Called when the pool has grown or another context is allowed. */
  onContext(listener: ContextListener): void;
  /** Called when the worker has crashed: what it had loaded is gone. Returns the unsubscriber. */
  onCrash(listener: (error: NucleusError) => void): () => void;
  /** Ends the worker; runs in progress fail with `cancelled`. The next run makes a fresh one. Frees all GPU memory. */
  restart(): void;
  /** Grows by one with every worker made. 0 before the first. */
  readonly epoch: number;
}

export function createClient(open: () => WorkerPort = openWorker): Client {
  return new WorkerClient(open);
}

class WorkerClient implements Client {
  readonly #open: () => WorkerPort;
  readonly #runs = new Map<number, Inbox>();
  readonly #lost = new Set<LostListener>();
  readonly #contexts = new Set<ContextListener>();
  readonly #crashed = new Set<(error: NucleusError) => void>();
  #port: WorkerPort | null = null;
  #lastRun = 0;
  #epoch = 0;

  constructor(open: () => WorkerPort) {
    this.#open = open;
  }

  get epoch(): number {
    return this.#epoch;
  }

  onLost(listener: LostListener): () => void {
    this.#lost.add(listener);
    return () => this.#lost.delete(listener);
  }

  onContext(listener: ContextListener): void {
    this.#contexts.add(listener);
  }

  onCrash(listener: (error: NucleusError) => void): () => void {
    this.#crashed.add(listener);
    return () => this.#crashed.delete(listener);
  }

  restart(): void {
    this.#port?.terminate();
    this.#port = null;
    this.#failAll(new NucleusError('cancelled', 'the worker was ended'));
  }

  async *run(request: Request, signal?: AbortSignal): AsyncIterableIterator<EngineEvent> {
    if (signal?.aborted) throw new NucleusError('cancelled', 'cancelled before it began');
    const run = ++this.#lastRun;
    const inbox = new Inbox();
    this.#runs.set(run, inbox);
    const port = this.#ready();
    const cancel = (): void => {
      if (!inbox.ended && port === this.#port) port.postMessage({ type: 'cancel', run }, []);
    };
    signal?.addEventListener('abort', cancel);
    try {
      post(port, { ...request, run });
      for (let event = await inbox.next(); event !== null; event = await inbox.next()) yield event;
    } finally {
      signal?.removeEventListener('abort', cancel);
      if (!signal?.aborted) cancel();
      this.#runs.delete(run);
    }
  }

  #ready(): WorkerPort {
    if (this.#port !== null) return this.#port;
    const port = this.#open();
    this.#port = port;
    this.#epoch += 1;
    port.addEventListener('message', event => this.#receive(port, event.data as EngineEvent));
    port.addEventListener('messageerror', () => this.#crash(port, 'a message of the worker could not be read'));
    port.addEventListener('error', event => this.#crash(port, crashWords(event)));
    return port;
  }

  /** The one place where events of ended or unknown runs, and of a worker that was replaced, are dropped. */
  #receive(port: WorkerPort, event: EngineEvent): void {
    if (port !== this.#port) return;
    if (event.type === 'lost') {
      for (const listener of [...this.#lost]) listener(event);
      return;
    }
    if (event.type === 'context') {
      for (const listener of this.#contexts) listener(event);
      return;
    }
    const inbox = this.#runs.get(event.run);
    if (inbox === undefined) return;
    if (event.type === 'done') inbox.end();
    else if (event.type === 'failed') {
      inbox.end(fromWire(event.error));
    } else inbox.push(event);
  }

  #crash(port: WorkerPort, words: string): void {
    if (port !== this.#port) return;
    port.terminate();
    this.#port = null;
    const error = new NucleusError('internal', words, { crashed: 1 });
    this.#failAll(error);
    for (const listener of [...this.#crashed]) listener(error);
  }

  #failAll(error: NucleusError): void {
    for (const inbox of this.#runs.values()) inbox.end(error);
    this.#runs.clear();
  }
}

/** Token ids and files are copied: the page goes on using its own. */
function post(port: WorkerPort, command: Command): void {
  try {
    port.postMessage(command, []);
  } catch (thrown) {
    throw new NucleusError('internal', `the command ${command.type} could not be sent`, {}, { cause: thrown });
  }
}

/** A worker that was not found or is no module gives a plain Event without words. */
function crashWords(event: Event): string {
  const message = 'message' in event && typeof event.message === 'string' ? event.message : '';
  return message === '' ? 'the worker could not be loaded' : `the worker crashed: ${message}`;
}
