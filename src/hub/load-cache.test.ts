// Loads and the cache: damage, deletes, two at once, a full disk, updates.
import { describe, expect, test, vi } from 'vitest';
import {
  flipBit,
  freshDatabase,
  HUB,
  KEY,
  load,
  requestsOf,
  server,
  session,
  startHubForEachTest,
  store,
  TOTAL,
  W,
} from '../../e2e/support/hub-load.ts';
import {
  CHUNK,
  CONFIG,
  collect,
  digest,
  instantNet,
  MODEL,
  patternBytes,
  REPO,
  WEIGHTS,
} from '../../e2e/support/hub-model.ts';
import { ModelCache } from './cache.ts';
import { checkForUpdate, inspectModel, openModel } from './load.ts';
import { ChunkStore } from './store.ts';

startHubForEachTest();

describe('the cache', () => {
  test('a flipped bit is found, repaired from the Hub, and stays repaired', async () => {
    await load();
    await flipBit(W, 2);
    expect(await new ModelCache(store).verify(KEY, new AbortController().signal)).toEqual([W]);
    server.requests.length = 0;
    await load();
    expect(requestsOf(W)).toEqual([`bytes=${2 * CHUNK}-${3 * CHUNK - 1}`]);
    expect(await new ModelCache(store).verify(KEY, new AbortController().signal)).toEqual([]);
  });

  test('a lost chunk and a damaged small file too', async () => {
    const { files } = await load();
    await flipBit('config.json', 0);
    const copy = (await store.copies(KEY))[0]!;
    const record = (await store.file(copy.stamp, W))!;
    await store.put(copy, record, { index: 4, bytes: new Uint8Array(3) });
    expect(await new ModelCache(store).verify(KEY, new AbortController().signal)).toEqual(['config.json', W]);
    await load();
    expect(await new ModelCache(store).verify(KEY, new AbortController().signal)).toEqual([]);
    expect(digest(await files.bytes('config.json'))).toBe(digest(new TextEncoder().encode(CONFIG)));
  });

  test('damage and no way to repair it names the file', async () => {
    await load();
    await flipBit(W, 0);
    server.fault({ status: 503 });
    const files = await openModel(session().options);
    await expect(collect(files.stream(W))).rejects.toMatchObject({ code: 'integrity', detail: { file: W } });
  });

  test('a model that is deleted while it is read back in idle time is not fetched again', async () => {
    const { files } = await load();
    server.requests.length = 0;
    let asked = 0;
    await files.check(async () => {
      if (++asked === 2) await store.remove(KEY);
      return true;
    });
    expect(asked).toBe(2);
    expect(server.requests).toEqual([]);
    expect(await store.keys()).toEqual([]);
  });

  test('in idle time what was just stored is read back, and only what is damaged is fetched again', async () => {
    const { files } = await load();
    await flipBit(W, 2);
    await flipBit('config.json', 0);
    server.requests.length = 0;
    let asked = 0;
    await files.check(async () => ++asked < 4);
    // Stopped before it came there: config.json, generation_config.json and tokenizer.json are done.
    expect(requestsOf(W)).toEqual([]);
    expect(requestsOf('config.json')).toEqual([expect.stringMatching(/^bytes=0-/)]);
    await files.check(async () => true);
    expect(requestsOf(W)).toEqual([`bytes=${2 * CHUNK}-${3 * CHUNK - 1}`]);
    expect(await new ModelCache(store).verify(KEY, new AbortController().signal)).toEqual([]);
    // What was fetched again is read back too; what has been read in this session is not, nor what came from the cache as it loaded.
    asked = 0;
    await files.check(async () => ++asked > 0);
    expect(asked).toBe(1);
    asked = 0;
    await files.check(async () => ++asked > 0);
    const again = await load();
    for (const name of again.files.names) await again.files.bytes(name);
    await again.files.check(async () => ++asked > 0);
    expect(asked).toBe(0);
  });

  test('in idle time a model that was deleted meanwhile, or not stored, is nothing to read', async () => {
    const { files } = await load();
    await store.remove(KEY);
    await files.check(async () => true);
    const loose = await load({ keep: false });
    server.requests.length = 0;
    await loose.files.check(async () => true);
    expect(server.requests).toEqual([]);
  });

  test('verify tells how far it is, and stops when asked', async () => {
    await load();
    const steps: number[] = [];
    const stop = new AbortController();
    await new ModelCache(store).verify(KEY, stop.signal, (bytes, total) => {
      expect(total).toBe(TOTAL);
      steps.push(bytes);
    });
    expect(steps.at(-1)).toBe(TOTAL);
    stop.abort();
    await expect(new ModelCache(store).verify(KEY, stop.signal)).rejects.toMatchObject({ code: 'cancelled' });
    await expect(new ModelCache(store).verify('hub/no', new AbortController().signal)).rejects.toMatchObject({
      code: 'not_found',
    });
  });

  test('delete leaves nothing, usage says so', async () => {
    await load();
    const cache = new ModelCache(store);
    expect(await cache.usage()).toBe(TOTAL);
    expect(await cache.list()).toEqual([
      {
        key: KEY,
        name: REPO,
        source: HUB,
        commit: server.commit(REPO),
        digest: expect.stringMatching(/^[0-9a-f]{64}$/),
        bytes: TOTAL,
        complete: true,
        storedAt: expect.any(Number),
      },
    ]);
    await cache.delete(KEY);
    expect([await store.keys(), await cache.usage(), await cache.list()]).toEqual([[], 0, []]);
    await cache.delete(KEY);
  });

  test('a delete during the load wins; the load goes on from memory', async () => {
    const made = session();
    const files = await openModel(made.options);
    let pieces = 0;
    const parts: Uint8Array[] = [];
    for await (const piece of files.stream(W)) {
      parts.push(piece);
      if (++pieces === 2) await new ModelCache(store).delete(KEY);
    }
    expect(digest(Buffer.concat(parts))).toBe(digest(WEIGHTS));
    expect(await store.keys()).toEqual([]);
    expect([files.stored, made.notices]).toEqual([false, []]);
  });

  test('two loads at once share one download', async () => {
    const [a, b] = await Promise.all([load(), load()]);
    expect(requestsOf(W)).toEqual(['']);
    expect([a.files.stored, b.files.stored]).toEqual([true, true]);
    expect((await store.copies()).length).toBe(1);
  });

  test('who waits for a download can still be cancelled', async () => {
    const files = await openModel(session().options);
    const first = files.stream(W);
    await first.next();
    const second = session();
    const waiting = collect((await openModel(second.options)).stream(W));
    second.stop.abort();
    await expect(waiting).rejects.toMatchObject({ code: 'cancelled' });
    await first.return(undefined);
    await load();
  });

  test('part of the weights is read without a download, and from the cache when it is there', async () => {
    const files = await inspectModel(session().options);
    expect(files.totalBytes).toBe(TOTAL);
    expect(digest(await files.read(W, 8, 100_000))).toBe(digest(WEIGHTS.slice(8, 100_000)));
    expect(requestsOf(W)).toEqual(['bytes=8-99999']);
    expect(await store.keys()).toEqual([]);
    await load();
    server.requests.length = 0;
    const stored = await inspectModel(session().options);
    expect([stored.fromCache, stored.stored]).toEqual([true, true]);
    for (const [from, to] of [
      [0, 8],
      [8, 100_000],
      [CHUNK, 2 * CHUNK],
      [CHUNK - 1, WEIGHTS.length],
      [5, 5],
    ] as const) {
      expect(digest(await stored.read(W, from, to))).toBe(digest(WEIGHTS.slice(from, to)));
    }
    expect(server.requests).toEqual([]);
    await expect(stored.read(W, 0, WEIGHTS.length + 1)).rejects.toThrow(RangeError);
    expect(() => stored.size('nothing')).toThrow(expect.objectContaining({ code: 'missing_file' }));
  });
});

describe('a full or broken cache', () => {
  /** A disk with room for so many chunks. */
  class SmallDisk extends ChunkStore {
    room = 4;
    errorName = 'QuotaExceededError';
    override put(...args: Parameters<ChunkStore['put']>): Promise<boolean> {
      if (this.room-- <= 0) return Promise.reject(new DOMException('', this.errorName));
      return super.put(...args);
    }
  }

  test('goes on from memory, says so once, and removes what it stored', async () => {
    const disk = new SmallDisk(freshDatabase());
    const { files, notices } = await load({ cache: new ModelCache(disk) });
    expect(notices).toEqual(['cache_full']);
    expect(files.stored).toBe(false);
    expect(await disk.keys()).toEqual([]);
    expect(requestsOf(W)).toEqual(['']);
  });

  test('keeps the old copy when the new one does not fit', async () => {
    const disk = new SmallDisk(freshDatabase());
    disk.room = 100;
    await load({ cache: new ModelCache(disk) });
    disk.room = 5;
    const { notices } = await load({ cache: new ModelCache(disk), refresh: true });
    expect(notices).toEqual(['cache_full']);
    server.requests.length = 0;
    await load({ cache: new ModelCache(disk) });
    expect(server.requests).toEqual([]);
  });

  test('another failure of a write', async () => {
    const disk = new SmallDisk(freshDatabase());
    disk.errorName = 'UnknownError';
    expect((await load({ cache: new ModelCache(disk) })).notices).toEqual(['cache_unavailable']);
  });

  test('a database that never opens is done without', async () => {
    vi.stubGlobal('indexedDB', { open: () => ({}) });
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    try {
      const loading = load({ cache: new ModelCache(new ChunkStore(freshDatabase())) });
      await vi.advanceTimersByTimeAsync(30_000);
      vi.useRealTimers();
      expect((await loading).notices).toEqual(['cache_unavailable']);
    } finally {
      vi.useRealTimers();
      vi.unstubAllGlobals();
    }
  });

  class NoStore extends ChunkStore {
    override copies(): Promise<never> {
      return Promise.reject(new DOMException('denied', 'SecurityError'));
    }
  }

  test('no storage at all', async () => {
    const cache = new ModelCache(new NoStore('none'));
    expect((await load({ cache })).notices).toEqual(['cache_unavailable']);
    await expect(cache.list()).rejects.toMatchObject({ code: 'cache' });
  });

  for (const [what, made] of [
    ['a disk that fills up on the way', () => ({ cache: new ModelCache(new SmallDisk(freshDatabase())) })],
    ['no storage', () => ({ cache: new ModelCache(new NoStore('none')) })],
    ['a person who declined', () => ({ cache: new ModelCache(store), keep: false })],
  ] as const) {
    test(`${what}: opened again in the same session, the model comes from memory`, async () => {
      const given = made();
      const first = await load(given);
      expect([first.files.stored, first.files.atHand]).toEqual([false, true]);
      server.requests.length = 0;
      for (let time = 0; time < 2; time++) {
        const { files, progress } = await load(given);
        expect(server.requests).toEqual([]);
        expect(await files.digest()).toBe(await first.files.digest());
        expect(new Set(progress.map(event => event.phase))).toEqual(new Set(['list', 'verify']));
      }
      // Another session has none of it, and neither has one that has opened another model since.
      await load({ ...given, cache: new ModelCache(new NoStore('none')) });
      expect(requestsOf(W)).toHaveLength(1);
      await load({ ...given, source: { kind: 'shipped', id: 'tiny' } });
      server.requests.length = 0;
      await load(given);
      expect(requestsOf(W)).toHaveLength(1);
    });
  }

  test('what the browser has lost of it is fetched, and so is all of it when a person asks for it anew', async () => {
    const cache = new ModelCache(new NoStore('none'));
    await load({ cache });
    server.requests.length = 0;
    const { arrayBuffer } = Blob.prototype;
    let reads = 0;
    Blob.prototype.arrayBuffer = function (this: Blob) {
      return ++reads > 5
        ? Promise.reject(new DOMException('', 'NotReadableError'))
        : Reflect.apply(arrayBuffer, this, []);
    };
    try {
      await load({ cache });
    } finally {
      Blob.prototype.arrayBuffer = arrayBuffer;
    }
    expect(requestsOf(W)).toEqual([`bytes=${2 * CHUNK}-`]);
    server.requests.length = 0;
    await load({ cache, refresh: true });
    expect(requestsOf(W)).toEqual(['']);
  });
});

describe('refresh and updates', () => {
  test('a stored branch is used as it is until someone asks', async () => {
    await load();
    const old = server.commit(REPO);
    const cache = new ModelCache(store);
    const { signal } = new AbortController();
    const check = () => checkForUpdate(cache, KEY, session().options.origins, signal, instantNet());
    expect(await check()).toEqual({ newer: false, commit: old });
    const other = patternBytes(2 * CHUNK, 9);
    server.update(REPO, { ...MODEL, [W]: other });
    server.requests.length = 0;
    await load();
    expect(server.requests).toEqual([]);
    expect(await check()).toEqual({ newer: true, commit: server.commit(REPO) });

    // Until the new copy is whole the old one stays.
    const half = await openModel(session({ refresh: true }).options);
    for await (const _ of half.stream(W)) break;
    expect((await cache.list()).map(model => [model.complete, model.commit])).toEqual([[true, old]]);
    await load();

    const files = await openModel(session({ refresh: true }).options);
    expect(digest(await collect(files.stream(W)))).toBe(digest(other));
    expect((await cache.list()).map(model => [model.complete, model.commit])).toEqual([[true, server.commit(REPO)]]);
    expect((await store.copies()).length).toBe(1);
    await expect(checkForUpdate(cache, 'hub/no', session().options.origins, signal)).rejects.toMatchObject({
      code: 'not_found',
    });
  });
});
