// Connections to a database of the browser: those that die, those that another tab needs closed, those that never open, and what other programs left.
import 'fake-indexeddb/auto';
import { IDBFactory } from 'fake-indexeddb';
import { get, set } from 'idb-keyval';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { reopeningStore } from './database.ts';

let databases = 0;
const freshName = (): string => `connection-${databases++}`;

// Other tests of the thread keep pages in theirs.
let factory: IDBFactory;
beforeEach(() => {
  factory = new IDBFactory();
  vi.stubGlobal('indexedDB', factory);
});
afterEach(() => vi.unstubAllGlobals());

test('is opened again after it was closed behind our back', async () => {
  const name = freshName();
  let connection: IDBDatabase | undefined;
  const use = reopeningStore(name, 'kept');
  await use('readonly', store => {
    connection = store.transaction.db;
  });
  connection!.close();
  // A transaction on a closed connection is an InvalidStateError.
  let uses = 0;
  await use('readonly', () => {
    uses++;
  });
  expect(uses).toBe(1);
});

test('is opened again once, not for ever', async () => {
  let tries = 0;
  const use = reopeningStore(freshName(), 'kept');
  const failing = use('readonly', () => {
    tries++;
    throw new DOMException('the connection is closing', 'InvalidStateError');
  });
  await expect(failing).rejects.toMatchObject({ name: 'InvalidStateError' });
  expect(tries).toBe(2);
});

/** A database that another program has made. */
async function made(name: string, version: number, stores: readonly string[]): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const request = indexedDB.open(name, version);
    request.onupgradeneeded = () => {
      for (const each of stores) request.result.createObjectStore(each).put('theirs', 'a');
    };
    request.onerror = () => reject(request.error);
    request.onsuccess = () => {
      request.result.close();
      resolve();
    };
  });
}

test('one of a newer version, and one without the store, are used as they are; what is in them stays', async () => {
  const [newer, other] = [freshName(), freshName()];
  await made(newer, 7, ['kept', 'of a later version']);
  await made(other, 3, ['something else']);
  expect(await get('a', reopeningStore(newer, 'kept'))).toBe('theirs');
  const mended = reopeningStore(other, 'kept');
  await set('b', 5, mended);
  expect(await get('b', reopeningStore(other, 'kept'))).toBe(5);
  expect(await get('a', reopeningStore(other, 'something else'))).toBe('theirs');
});

test('one that does not open is given up, asked again by the next use, and closed where it opens too late', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  try {
    const name = freshName();
    const open = indexedDB.open.bind(indexedDB);
    const late: (() => void)[] = [];
    vi.stubGlobal('indexedDB', {
      open: (...given: Parameters<IDBFactory['open']>) => {
        const request = open(...given);
        if (late.length > 0) return request;
        // It answers when the test lets it.
        const silent = { result: null as unknown, onsuccess: () => {} };
        late.push(() => {
          silent.result = request.result;
          silent.onsuccess();
        });
        return silent;
      },
    });
    const use = reopeningStore(name, 'kept');
    const refused = expect(get('a', use)).rejects.toMatchObject({ name: 'TimeoutError' });
    await vi.advanceTimersByTimeAsync(30_000);
    await refused;
    for (const answer of late) answer();
    await set('a', 1, use);
    expect(await get('a', use)).toBe(1);
    // The late one is in nobody's way.
    await new Promise<void>((resolve, reject) => {
      const deleting = factory.deleteDatabase(name);
      deleting.onblocked = reject;
      deleting.onsuccess = () => resolve();
    });
  } finally {
    vi.useRealTimers();
  }
});
