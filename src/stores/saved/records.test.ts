// Records in the browser's database.
import 'fake-indexeddb/auto';
import { IDBFactory } from 'fake-indexeddb';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { databaseRecords } from './records.ts';

// Other tests of the thread keep pages in theirs.
beforeEach(() => {
  vi.stubGlobal('indexedDB', new IDBFactory());
});
afterEach(() => vi.unstubAllGlobals());

test('all or nothing, only over what is known, and anew after it was deleted', async () => {
  const records = databaseRecords();
  expect(
    await records.put(
      [
        ['a', { stamp: '1' }],
        ['b', 5],
      ],
      { key: 'a', stamp: null },
    ),
  ).toBe(true);
  expect(
    await records.put(
      [
        ['a', { stamp: '2' }],
        ['b', undefined],
      ],
      { key: 'a', stamp: 'other' },
    ),
  ).toBe(false);
  expect(await records.get('b')).toBe(5);
  await expect(
    records.put(
      [
        ['c', 1],
        ['d', () => {}],
      ],
      { key: 'a', stamp: '1' },
    ),
  ).rejects.toThrow();
  expect(await records.keys()).toEqual(['a', 'b']);
  expect(
    await records.put(
      [
        ['b', undefined],
        ['ab', 7],
      ],
      { key: 'a', stamp: '1' },
    ),
  ).toBe(true);
  expect(await records.all('a')).toEqual([
    ['a', { stamp: '1' }],
    ['ab', 7],
  ]);
  await new Promise((resolve, reject) => {
    const gone = indexedDB.deleteDatabase('nucleus-page');
    gone.onsuccess = resolve;
    gone.onerror = reject;
    gone.onblocked = reject;
  });
  expect(await records.keys()).toEqual([]);
  expect(await records.put([['a', 1]])).toBe(true);
});
