// The threads that quantise while a model loads: order, bounds, and every way in which they can end.
import { beforeEach, expect, test } from 'vitest';
import { noise } from '../../../e2e/support/kernel-run.ts';
import { type Answer, type QuantiseJob, quantised } from './job.ts';
import { type PoolOptions, QuantisePool } from './pool.ts';
import type { ThreadPort } from './thread.ts';

/** A thread that does what the test says, when it says so. */
class Scripted implements ThreadPort {
  readonly jobs: QuantiseJob[] = [];
  ended = false;
  readonly #listeners = new Map<string, (event: never) => void>();

  postMessage(job: QuantiseJob, transfer: Transferable[]): void {
    this.jobs.push(structuredClone(job, { transfer }));
  }

  addEventListener(type: string, listener: (event: never) => void): void {
    this.#listeners.set(type, listener);
  }

  terminate(): void {
    this.ended = true;
  }

  say(data: Answer): void {
    this.#listeners.get('message')?.({ data } as never);
  }

  die(type: 'error' | 'messageerror' = 'error'): void {
    this.#listeners.get(type)?.(new Event(type) as never);
  }

  /** Does the oldest job. */
  work(): void {
    this.say({ kind: 'made', bytes: quantised(this.jobs.shift()!) });
  }
}

const COLUMNS = 64;
const job = (seed: number): QuantiseJob => ({
  source: 'f32',
  storage: 'q4_1',
  columns: COLUMNS,
  turned: false,
  rows: new Uint8Array(noise(2 * COLUMNS, seed).buffer),
});
const wanted = (count: number) => Array.from({ length: count }, (_, i) => quantised(job(i + 1)));

let threads: Scripted[] = [];
let taken: Uint8Array[] = [];
beforeEach(() => {
  threads = [];
  taken = [];
});

function open(): Scripted {
  const thread = new Scripted();
  threads.push(thread);
  return thread;
}

const pool = (options: PoolOptions = {}) => new QuantisePool({ threads: 2, open, ...options });

/** Two threads that wait for work; the first job was done here. */
function readyPool(options: PoolOptions = {}): QuantisePool {
  const quantiser = pool(options);
  add(quantiser, 1);
  for (const thread of threads) thread.say({ kind: 'ready' });
  return quantiser;
}

const add = (quantiser: QuantisePool, seed: number) => quantiser.add(job(seed), bytes => taken.push(bytes));

/** Whether a promise is settled once all that can go on has. */
async function isOpen(promise: Promise<unknown>): Promise<boolean> {
  let open = true;
  const close = () => {
    open = false;
  };
  promise.then(close, close);
  await new Promise<void>(resolve => setImmediate(resolve));
  return open;
}

test('what is made is taken in the order it was asked for, byte for byte', async () => {
  const quantiser = readyPool();
  for (const seed of [2, 3, 4, 5, 6]) add(quantiser, seed);
  expect(threads.map(({ jobs }) => jobs.length)).toEqual([2, 2]);
  const [first, second] = threads as [Scripted, Scripted];
  second.work();
  second.work();
  expect(taken).toHaveLength(1);
  first.work();
  expect(taken).toHaveLength(3);
  // The one that waited went to the thread that was free first.
  expect([first.jobs.length, second.jobs.length]).toEqual([1, 1]);
  second.work();
  first.work();
  await quantiser.settled();
  expect(taken).toEqual(wanted(6));
});

test('rows go to a thread without a copy', () => {
  const quantiser = readyPool();
  const given = job(2);
  quantiser.add(given, () => {});
  expect(given.rows.length).toBe(0);
});

test('no more than two jobs a thread are on their way', async () => {
  const quantiser = readyPool();
  for (const seed of [2, 3, 4]) {
    add(quantiser, seed);
    expect(await isOpen(quantiser.room())).toBe(false);
  }
  add(quantiser, 5);
  const room = quantiser.room();
  expect(await isOpen(room)).toBe(true);
  // Made, but behind another that is not.
  threads[1]?.work();
  expect(await isOpen(room)).toBe(true);
  threads[0]?.work();
  expect(await isOpen(room)).toBe(false);
});

test('until a thread is ready the work is done here, and so is all of it where none starts', async () => {
  const quantiser = pool();
  add(quantiser, 1);
  await quantiser.room();
  expect(taken).toHaveLength(1);
  threads[0]?.die();
  add(quantiser, 2);
  threads[1]?.die();
  add(quantiser, 3);
  await quantiser.room();
  await quantiser.settled();
  expect(taken).toEqual(wanted(3));
  expect(threads.map(({ ended, jobs }) => [ended, jobs])).toEqual([
    [true, []],
    [true, []],
  ]);
});

test('a thread that does not start leaves its work to the others', async () => {
  const quantiser = pool();
  add(quantiser, 1);
  threads[0]?.die();
  threads[1]?.say({ kind: 'ready' });
  add(quantiser, 2);
  add(quantiser, 3);
  expect(await isOpen(quantiser.room())).toBe(true);
  threads[1]?.work();
  threads[1]?.work();
  await quantiser.settled();
  expect(taken).toEqual(wanted(3));
});

test('no workers in workers, none asked for, or none known: the work is done here', async () => {
  const refused = () => {
    throw new TypeError('no such constructor');
  };
  for (const quantiser of [pool({ open: refused }), pool({ threads: 0 }), new QuantisePool({})]) {
    taken = [];
    add(quantiser, 1);
    await quantiser.room();
    await quantiser.settled();
    expect(taken).toEqual(wanted(1));
  }
});

test('no thread is started for nothing', () => {
  pool()[Symbol.dispose]();
  expect(threads).toEqual([]);
});

test('what a thread could not do is done here', async () => {
  const quantiser = readyPool();
  add(quantiser, 2);
  add(quantiser, 3);
  threads[1]?.work();
  threads[0]?.say({ kind: 'left', bytes: threads[0].jobs.shift()!.rows });
  await quantiser.settled();
  expect(taken).toEqual(wanted(3));
});

test.each(['error', 'messageerror'] as const)('a thread that ends in the middle of its work, by %s', async type => {
  const quantiser = readyPool();
  for (const seed of [2, 3, 4, 5]) add(quantiser, seed);
  const [room, settled] = [quantiser.room(), quantiser.settled()];
  const ends = Promise.allSettled([room, settled]);
  threads[0]?.die(type);
  for (const { status } of await ends) expect(status).toBe('rejected');
  await expect(quantiser.settled()).rejects.toMatchObject({
    code: 'internal',
    message: expect.stringContaining('ended'),
  });
  expect(() => add(quantiser, 6)).toThrow('ended');
  expect(threads.every(({ ended }) => ended)).toBe(true);
});

test('a thread that ends without work is done without', async () => {
  const quantiser = readyPool();
  threads[0]?.die();
  add(quantiser, 2);
  threads[1]?.work();
  await quantiser.settled();
  threads[1]?.die();
  add(quantiser, 3);
  await quantiser.settled();
  expect(taken).toEqual(wanted(3));
});

test('a place that takes nothing ends the work with its error', async () => {
  const quantiser = readyPool();
  quantiser.add(job(2), () => {
    throw new RangeError('too far');
  });
  const settled = quantiser.settled();
  threads[0]?.work();
  await expect(settled).rejects.toThrow('too far');
  expect(threads.every(({ ended }) => ended)).toBe(true);
});

test('a load that is cancelled ends all threads at once, and nothing more is taken', async () => {
  const controller = new AbortController();
  const quantiser = readyPool({ signal: controller.signal });
  for (const seed of [2, 3, 4, 5]) add(quantiser, seed);
  const room = quantiser.room();
  controller.abort();
  await expect(room).rejects.toMatchObject({ code: 'cancelled' });
  expect(threads.every(({ ended }) => ended)).toBe(true);
  // A message that was on its way.
  threads[0]?.work();
  expect(taken).toHaveLength(1);
  expect(() => add(quantiser, 6)).toThrow('cancelled');
});

test('a load that was cancelled before starts no thread', () => {
  const quantiser = pool({ signal: AbortSignal.abort() });
  expect(() => add(quantiser, 1)).toThrow('cancelled');
  expect(threads).toEqual([]);
});

test('the end of a load ends all threads, and leaves nothing at its signal', () => {
  const { signal } = new AbortController();
  let listeners = 0;
  signal.addEventListener = () => void listeners++;
  signal.removeEventListener = () => void listeners--;
  const quantiser = readyPool({ signal });
  expect(listeners).toBe(1);
  quantiser[Symbol.dispose]();
  expect(threads.map(({ ended }) => ended)).toEqual([true, true]);
  expect(listeners).toBe(0);
});
