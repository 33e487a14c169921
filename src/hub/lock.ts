// Locks by name across tabs: whoever comes second waits, then finds the work done.
import { cancelled } from './http.ts';

/** Ends of the queues of this realm, for where there is no lock manager (Node 20). */
const queues = new Map<string, Promise<void>>();

/**
 * Waits for the lock `name` and returns the function that frees it. A tab that closes frees its locks.
 * @throws NucleusError cancelled when the signal aborts first.
 */
export async function acquireLock(name: string, signal: AbortSignal): Promise<() => void> {
  if (signal.aborted) throw cancelled();
  let free = (): void => {};
  const held = new Promise<void>(resolve => {
    free = resolve;
  });
  const locks = typeof navigator === 'undefined' ? undefined : navigator.locks;
  if (locks) {
    await new Promise<void>((granted, refused) => {
      const request = locks.request(name, { signal }, () => {
        granted();
        return held;
      });
      request.catch((error: unknown) => refused(signal.aborted ? cancelled() : error));
    });
    return free;
  }
  const before = queues.get(name) ?? Promise.resolve();
  const mine = before.then(() => held);
  queues.set(name, mine);
  void mine.then(() => {
    if (queues.get(name) === mine) queues.delete(name);
  });
  await Promise.race([before, whenAborted(signal)]);
  if (signal.aborted) {
    free();
    throw cancelled();
  }
  return free;
}

function whenAborted(signal: AbortSignal): Promise<void> {
  return new Promise(resolve => signal.addEventListener('abort', () => resolve(), { once: true }));
}
