// Locks: one at a time, in order, and a waiting one can give up. Both with a lock manager and without.
import { afterEach, describe, expect, test, vi } from 'vitest';
import { acquireLock } from './lock.ts';

/** What this layer needs of navigator.locks, by its specification: a queue per name, held until the callback's promise ends. */
function lockManager(): {
  request(name: string, options: { signal: AbortSignal }, callback: () => Promise<void>): Promise<void>;
} {
  const tails = new Map<string, Promise<void>>();
  return {
    request: (name, { signal }, callback) => {
      const before = tails.get(name) ?? Promise.resolve();
      const aborted = new Promise<never>((_, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason));
      });
      const granted = Promise.race([before, aborted]).then(callback);
      tails.set(
        name,
        granted.catch(() => before),
      );
      return granted;
    },
  };
}

afterEach(() => vi.unstubAllGlobals());

describe.each(['without a lock manager', 'with a lock manager'])('%s', kind => {
  const setUp = (): void => {
    vi.stubGlobal('navigator', kind.startsWith('with ') ? { locks: lockManager() } : {});
  };
  const live = new AbortController().signal;

  test('the second waits for the first, another name does not', async () => {
    setUp();
    const order: string[] = [];
    const free = await acquireLock('a', live);
    const second = acquireLock('a', live).then(done => {
      order.push('second');
      done();
    });
    const other = await acquireLock('b', live);
    order.push('other');
    other();
    free();
    await second;
    expect(order).toEqual(['other', 'second']);
    (await acquireLock('a', live))();
  });

  test('who gives up does not hold up the next', async () => {
    setUp();
    const free = await acquireLock('a', live);
    const stop = new AbortController();
    const waiting = acquireLock('a', stop.signal);
    const third = acquireLock('a', live);
    stop.abort();
    await expect(waiting).rejects.toMatchObject({ code: 'cancelled' });
    free();
    (await third)();
    await expect(acquireLock('a', stop.signal)).rejects.toMatchObject({ code: 'cancelled' });
  });
});
