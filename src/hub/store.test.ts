// The store over an IndexedDB in memory: what is atomic, what is left behind, and connections that die.
import 'fake-indexeddb/auto';
import { describe, expect, test } from 'vitest';
import { reopeningStore } from '../lib/database.ts';
import type { CopyRecord, FileRecord } from './records.ts';
import { ChunkStore, noticeOf } from './store.ts';

let databases = 0;
const freshName = (): string => `test-${databases++}`;

function copyOf(stamp: string, extra: Partial<CopyRecord> = {}): CopyRecord {
  const source = { kind: 'hub', repo: 'o/n', revision: 'main' } as const;
  const files = [{ name: 'a', size: 6 }];
  return { key: 'hub/o/n@main', stamp, source, version: 'c1', files, complete: false, storedAt: 1, ...extra };
}

const record: FileRecord = { name: 'a', size: 6, validator: '"e"', chunkBytes: 4, hashes: ['h'], done: false };
const bytes = new Uint8Array([1, 2, 3, 4]);

describe('ChunkStore', () => {
  test('a chunk and its record come back', async () => {
    const store = new ChunkStore(freshName());
    const copy = await store.begin(copyOf('s'));
    expect(await store.put(copy, record, { index: 0, bytes })).toBe(true);
    expect(await store.chunk('s', 'a', 0)).toEqual(bytes);
    expect(await store.file('s', 'a')).toEqual(record);
    expect(await store.files('s')).toEqual([record]);
    expect(await store.chunk('s', 'a', 1)).toBeUndefined();
  });

  test('a failing write takes both with it', async () => {
    const store = new ChunkStore(freshName());
    const copy = await store.begin(copyOf('s'));
    const unclonable = { ...record, extra: () => {} };
    await expect(store.put(copy, unclonable, { index: 0, bytes })).rejects.toThrow();
    expect(await store.chunk('s', 'a', 0)).toBeUndefined();
    expect(await store.file('s', 'a')).toBeUndefined();
  });

  test('nothing is stored for a copy that was deleted meanwhile', async () => {
    const store = new ChunkStore(freshName());
    const copy = await store.begin(copyOf('s'));
    await store.put(copy, record, { index: 0, bytes });
    await store.remove(copy.key);
    expect(await store.put(copy, record, { index: 1, bytes })).toBe(false);
    expect(await store.finish(copy)).toBe(false);
    expect(await store.keys()).toEqual([]);
  });

  test('records of another program are not there, and make way', async () => {
    const name = freshName();
    const store = new ChunkStore(name);
    const copy = await store.begin(copyOf('s'));
    const raw = reopeningStore(name, 'models');
    for (const [i, broken] of [7, null, { ...copy, files: 'all' }, { ...copy, source: { kind: 'ftp' } }].entries()) {
      await raw('readwrite', async objects => void objects.put(broken, ['copy', copy.key, `broken-${i}`]));
    }
    await raw('readwrite', async objects => void objects.put({ ...record, hashes: 3 }, ['file', 's', 'a']));
    expect((await store.copies()).map(({ stamp }) => stamp)).toEqual(['s']);
    expect([await store.file('s', 'a'), await store.files('s')]).toEqual([undefined, []]);
    expect((await store.begin(copyOf('t'))).stamp).toBe('s');
    expect(await store.keys()).toEqual([
      ['copy', copy.key, 's'],
      ['file', 's', 'a'],
    ]);
    await raw('readwrite', async objects => void objects.put(7, ['copy', copy.key, 'again']));
    await store.remove(copy.key);
    expect(await store.keys()).toEqual([]);
  });

  test('begin takes up the unfinished copy of the same version and removes others', async () => {
    const store = new ChunkStore(freshName());
    const first = await store.begin(copyOf('s1'));
    await store.put(first, record, { index: 0, bytes });
    expect((await store.begin(copyOf('s2'))).stamp).toBe('s1');
    expect((await store.begin(copyOf('s3', { version: 'c2' }))).stamp).toBe('s3');
    expect(await store.keys()).toEqual([['copy', 'hub/o/n@main', 's3']]);
    expect((await store.begin(copyOf('s4', { version: 'c2', files: [{ name: 'a', size: 7 }] }))).stamp).toBe('s4');
  });

  test('opened files have no version and are never taken up', async () => {
    const store = new ChunkStore(freshName());
    await store.begin(copyOf('s1', { version: '' }));
    expect((await store.begin(copyOf('s2', { version: '' }))).stamp).toBe('s2');
    expect((await store.copies()).length).toBe(1);
  });

  test('two that begin at the same time share one copy', async () => {
    const store = new ChunkStore(freshName());
    const [a, b] = await Promise.all([store.begin(copyOf('s1')), store.begin(copyOf('s2'))]);
    expect(a.stamp).toBe(b.stamp);
  });

  test('a whole copy stays until its successor is whole', async () => {
    const store = new ChunkStore(freshName());
    const old = await store.begin(copyOf('old'));
    await store.put(old, record, { index: 0, bytes });
    await store.finish(old);
    const next = await store.begin(copyOf('next', { version: 'c2' }));
    expect((await store.copies(old.key)).map(copy => [copy.stamp, copy.complete])).toEqual([
      ['next', false],
      ['old', true],
    ]);
    await store.put(next, record, { index: 0, bytes });
    expect(await store.finish(next)).toBe(true);
    expect((await store.keys()).map(key => (key as string[])[1])).toEqual(['next', 'hub/o/n@main', 'next']);
  });

  test('removing one model leaves its neighbours, also those whose name begins alike', async () => {
    const store = new ChunkStore(freshName());
    for (const key of ['local/a', 'local/ab', 'local/a/b']) {
      const copy = await store.begin(copyOf(`${key}!`, { key }));
      await store.put(copy, record, { index: 0, bytes });
    }
    await store.remove('local/a');
    expect((await store.copies()).map(copy => copy.key)).toEqual(['local/a/b', 'local/ab']);
    expect((await store.keys()).length).toBe(6);
  });

  test('dropping a file removes its chunks alone', async () => {
    const store = new ChunkStore(freshName());
    const copy = await store.begin(copyOf('s'));
    await store.put(copy, record, { index: 0, bytes });
    await store.put(copy, { ...record, name: 'ab' }, { index: 0, bytes });
    await store.dropFile('s', 'a');
    expect(await store.chunk('s', 'a', 0)).toBeUndefined();
    expect(await store.chunk('s', 'ab', 0)).toEqual(bytes);
  });
});

test('closes when another tab deletes the database', async () => {
  const name = freshName();
  const store = new ChunkStore(name);
  await store.begin(copyOf('s'));
  await new Promise((resolve, reject) => {
    const request = indexedDB.deleteDatabase(name);
    request.onsuccess = resolve;
    request.onblocked = reject;
  });
  expect(await store.copies()).toEqual([]);
});

test('a full disk is told by name, since its message is empty', () => {
  expect(noticeOf(new DOMException('', 'QuotaExceededError'))).toBe('cache_full');
  expect(noticeOf(new DOMException('', 'UnknownError'))).toBe('cache_unavailable');
  expect(noticeOf(null)).toBe('cache_unavailable');
});
