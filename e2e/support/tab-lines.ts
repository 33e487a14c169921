// Test support: the locks and the channel that tabs of one browser share, for several pages in one process. A tab can die, or be frozen: then it hears
// nothing until it wakes.
import type { TabLine } from '../../src/stores/model/other-tabs.ts';

type Granted = (lock: Lock | null) => unknown;

interface Request {
  readonly tab: Tab;
  readonly name: string;
  readonly begin: () => void;
}

/** Exclusive locks by name; the first in a queue holds it. */
class Locks {
  readonly queues = new Map<string, Request[]>();

  add(request: Request): void {
    const queue = this.queues.get(request.name) ?? [];
    this.queues.set(request.name, queue);
    queue.push(request);
    if (queue[0] === request) request.begin();
  }

  remove(request: Request): void {
    const queue = this.queues.get(request.name) ?? [];
    const first = queue[0] === request;
    const at = queue.indexOf(request);
    if (at < 0) return;
    queue.splice(at, 1);
    if (first) queue[0]?.begin();
  }
}

export class Tab implements TabLine {
  readonly #locks: Locks;
  readonly #all: Set<Tab>;
  readonly channel: TabLine['channel'];
  readonly locks: TabLine['locks'];
  #frozen = false;
  readonly #late: unknown[] = [];

  constructor(locks: Locks, all: Set<Tab>) {
    this.#locks = locks;
    this.#all = all;
    all.add(this);
    this.channel = {
      onmessage: null,
      close: () => void all.delete(this),
      postMessage: told => {
        for (const other of all) if (other !== this) queueMicrotask(() => other.#receive(structuredClone(told)));
      },
    };
    const ask = (name: string, given: LockOptions | Granted, then?: Granted): Promise<unknown> => {
      const granted = typeof given === 'function' ? given : then;
      const signal = typeof given === 'function' ? undefined : given.signal;
      return new Promise((resolve, reject) => {
        const request: Request = {
          tab: this,
          name,
          begin: () => {
            signal?.removeEventListener('abort', gone);
            void Promise.resolve(granted?.({ name, mode: 'exclusive' })).then(value => {
              locks.remove(request);
              resolve(value);
            }, reject);
          },
        };
        const gone = (): void => {
          locks.remove(request);
          reject(signal?.reason);
        };
        signal?.addEventListener('abort', gone);
        if (signal?.aborted) gone();
        else locks.add(request);
      });
    };
    this.locks = {
      request: ask as LockManager['request'],
      query: () => {
        const held = [...locks.queues.values()].flatMap(([first]) => first?.name ?? []);
        return Promise.resolve({ held: held.map(name => ({ name })), pending: [] });
      },
    };
  }

  /** What it held and asked for is free, and it says nothing any more. */
  die(): void {
    this.#all.delete(this);
    for (const queue of [...this.#locks.queues.values()])
      for (const request of [...queue]) if (request.tab === this) this.#locks.remove(request);
  }

  freeze(): void {
    this.#frozen = true;
  }

  wake(): void {
    this.#frozen = false;
    for (const told of this.#late.splice(0)) this.#receive(told);
  }

  #receive(told: unknown): void {
    if (this.#frozen) this.#late.push(told);
    else this.channel.onmessage?.(new MessageEvent('message', { data: told }));
  }
}

/** Makes the tabs of one browser. */
export function browserOfTabs(): () => Tab {
  const locks = new Locks();
  const all = new Set<Tab>();
  return () => new Tab(locks, all);
}
