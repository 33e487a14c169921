// Whole loads: a real server, an IndexedDB in memory, and everything that can come between.
import 'fake-indexeddb/auto';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { type HubServer, startHubServer } from '../../e2e/support/hub-server.ts';
import { ModelCache } from './cache.ts';
import type { FilesNotice, FilesProgress, ModelFiles } from './files.ts';
import { checkForUpdate, inspectModel, type OpenOptions, openModel } from './load.ts';
import type { ModelSource } from './sources.ts';
import { ChunkStore } from './store.ts';
import { CHUNK, CONFIG, collect, digest, instantNet, MODEL, patternBytes, REPO, WEIGHTS } from './test-model.ts';

const HUB: ModelSource = { kind: 'hub', repo: REPO, revision: 'main' };
const KEY = `hub/${REPO}@main`;
const W = 'model.safetensors';
const FILES = ['config.json', 'tokenizer.json', 'generation_config.json', W];
const TOTAL = CONFIG.length + 2 + '{"model":{}}'.length + WEIGHTS.length;

let server: HubServer;
let databases = 0;
let store: ChunkStore;
beforeEach(async () => {
  server = await startHubServer({ models: { [REPO]: MODEL }, shipped: { tiny: MODEL } });
  store = new ChunkStore(`load-${databases++}`);
});
afterEach(() => server.close());

interface Session {
  readonly options: OpenOptions;
  readonly progress: FilesProgress[];
  readonly notices: FilesNotice[];
  readonly stop: AbortController;
}

/** Each session has a cache object of its own, as a new page would. */
function session(extra: Partial<OpenOptions> = {}): Session {
  const progress: FilesProgress[] = [];
  const notices: FilesNotice[] = [];
  const stop = new AbortController();
  const options: OpenOptions = {
    source: HUB,
    origins: { shippedBase: `${server.url}/models/`, hubHost: server.url },
    cache: new ModelCache(store),
    keep: true,
    refresh: false,
    signal: stop.signal,
    onProgress: event => progress.push(event),
    onNotice: notice => notices.push(notice),
    net: instantNet(),
    chunkBytes: CHUNK,
    ...extra,
  };
  return { options, progress, notices, stop };
}

async function load(extra: Partial<OpenOptions> = {}): Promise<Session & { readonly files: ModelFiles }> {
  const made = session(extra);
  const files = await openModel(made.options);
  expect(digest(await collect(files.stream(W)))).toBe(digest(WEIGHTS));
  return { ...made, files };
}

/** Loads, and gives up after `chunks` chunks of the weights. */
async function interrupted(chunks: number, extra: Partial<OpenOptions> = {}): Promise<void> {
  const made = session(extra);
  const files = await openModel(made.options);
  let got = 0;
  const running = (async () => {
    for await (const piece of files.stream(W)) {
      expect(piece.length).toBeLessThanOrEqual(CHUNK);
      if (++got === chunks) made.stop.abort();
    }
  })();
  await expect(running).rejects.toMatchObject({ code: 'cancelled' });
  expect(got).toBe(chunks);
}

async function stampOf(key = KEY): Promise<string> {
  return (await store.copies(key))[0]!.stamp;
}

async function flipBit(name: string, index: number, key = KEY): Promise<void> {
  const copy = (await store.copies(key))[0]!;
  const record = (await store.file(copy.stamp, name))!;
  const bytes = (await store.chunk(copy.stamp, name, index))!;
  bytes[bytes.length >> 1]! ^= 4;
  await store.put(copy, record, { index, bytes });
}

function requestsOf(file: string): readonly string[] {
  return server.requests.filter(request => request.path.endsWith(file)).map(request => request.range);
}

describe('from the Hub', () => {
  test('the first load lists once, asks for each file once, at the commit', async () => {
    const { files, progress, notices } = await load();
    expect(files.names).toEqual(FILES);
    expect(files.commit).toBe(server.commit(REPO));
    expect([files.fromCache, files.stored, files.key]).toEqual([false, true, KEY]);
    expect(new TextDecoder().decode(await files.bytes('config.json'))).toBe(CONFIG);
    expect(server.requests.map(request => request.path).sort()).toEqual(
      [`/api/models/${REPO}/revision/main`, ...FILES.map(name => `/${REPO}/resolve/${files.commit}/${name}`)].sort(),
    );
    expect(server.requests.every(request => request.range === '')).toBe(true);
    expect(notices).toEqual([]);
    expect(progress[0]).toEqual({ phase: 'list', bytes: 0, totalBytes: 0, fromCache: false });
    expect(progress.at(-1)).toEqual({ phase: 'download', bytes: TOTAL, totalBytes: TOTAL, fromCache: false });
    const bytes = progress.map(event => event.bytes);
    expect(bytes).toEqual([...bytes].sort((a, b) => a - b));
  });

  test('the second load asks for nothing', async () => {
    await load();
    server.requests.length = 0;
    const { files, progress } = await load();
    expect(server.requests).toEqual([]);
    expect([files.fromCache, files.stored, files.commit]).toEqual([true, true, server.commit(REPO)]);
    expect(progress.at(-1)).toEqual({ phase: 'verify', bytes: TOTAL, totalBytes: TOTAL, fromCache: true });
  });

  test('a rate limit or no network does not hinder a stored model', async () => {
    await load();
    server.fault({ status: 429 });
    expect((await load()).files.fromCache).toBe(true);
  });

  test('each piece is stored before it is handed out', async () => {
    const files = await openModel(session().options);
    const stamp = await stampOf();
    let index = 0;
    for await (const piece of files.stream(W)) {
      expect(digest((await store.chunk(stamp, W, index))!)).toBe(digest(piece));
      expect((await store.file(stamp, W))!.hashes.length).toBe(++index);
    }
  });

  test('without keep nothing is stored', async () => {
    const { files } = await load({ keep: false });
    expect(files.stored).toBe(false);
    expect(await store.keys()).toEqual([]);
  });

  test('three cuts resume', async () => {
    server.fault({ path: W, cutAfter: CHUNK + 999, times: 3 });
    await load();
    expect(requestsOf(W).length).toBe(4);
  });

  test('cancel keeps whole chunks; the next load fetches only what is missing', async () => {
    await interrupted(2);
    expect((await store.file(await stampOf(), W))!.hashes.length).toBe(2);
    expect((await new ModelCache(store).list())[0]).toMatchObject({
      key: KEY,
      complete: false,
      bytes: TOTAL - WEIGHTS.length + 2 * CHUNK,
    });
    server.requests.length = 0;
    const { progress } = await load();
    // The listing, one byte to see that the file is still the same, and the rest.
    expect(server.requests.map(request => request.range)).toEqual(['', 'bytes=0-0', `bytes=${2 * CHUNK}-`]);
    expect(new Set(progress.map(event => event.phase))).toEqual(new Set(['list', 'verify', 'download']));
    expect((await new ModelCache(store).list())[0]).toMatchObject({ complete: true, bytes: TOTAL });
  });

  test('a consumer that just stops leaves the same', async () => {
    const files = await openModel(session().options);
    for await (const _ of files.stream(W)) break;
    server.requests.length = 0;
    await load();
    expect(requestsOf(W)).toEqual(['bytes=0-0', `bytes=${CHUNK}-`]);
  });

  test('cancel before anything, and while listing', async () => {
    const early = session();
    early.stop.abort();
    await expect(openModel(early.options)).rejects.toMatchObject({ code: 'cancelled' });
    server.fault({ path: '/api/', stallAfter: 0 });
    const late = session({
      net: {
        ...instantNet(),
        fetch: (url, init) => {
          setImmediate(() => late.stop.abort());
          return fetch(url, init);
        },
      },
    });
    await expect(openModel(late.options)).rejects.toMatchObject({ code: 'cancelled' });
    expect(await store.keys()).toEqual([]);
  });

  test('another commit at resume starts over and leaves nothing of the old one', async () => {
    await interrupted(2);
    const other = patternBytes(3 * CHUNK, 7);
    server.update(REPO, { ...MODEL, [W]: other });
    const files = await openModel(session().options);
    expect(digest(await collect(files.stream(W)))).toBe(digest(other));
    expect((await store.copies()).length).toBe(1);
    expect((await store.keys()).filter(key => (key as string[])[0] === 'chunk').length).toBe(3 + 3);
  });

  test('another ETag at resume starts the file over', async () => {
    await interrupted(2);
    server.requests.length = 0;
    server.fault({ path: W, etag: '"changed"' });
    await load();
    expect(requestsOf(W)).toEqual(['bytes=0-0', '']);
    expect((await store.file(await stampOf(), W))!.validator).toBe('"changed"');
  });

  test('another ETag in the middle of one load is an error, and the next load is clean', async () => {
    const undo = server.fault({ path: W, cutAfter: 2 * CHUNK + 5, times: 1 });
    const redo = server.fault({ path: W, etag: '"changed"' });
    const files = await openModel(session().options);
    await expect(collect(files.stream(W))).rejects.toMatchObject({ code: 'integrity', detail: { file: W } });
    expect(await store.file(await stampOf(), W)).toBeUndefined();
    undo();
    redo();
    await load();
  });

  test('another ETag before the first chunk is whole starts over unseen', async () => {
    server.fault({ path: W, cutAfter: 100, times: 1 });
    server.fault({ path: W, etag: '"changed"' });
    await load();
    expect(requestsOf(W)).toEqual(['', 'bytes=100-', '']);
  });

  test('a server that ignores Range starts over at resume', async () => {
    await interrupted(2);
    server.fault({ path: W, ignoreRange: true });
    await load();
  });

  test('shards', async () => {
    const index = { weight_map: { a: 'model-00002-of-00002.safetensors', b: 'model-00001-of-00002.safetensors' } };
    const { [W]: _, ...rest } = MODEL;
    const parts = {
      'model-00001-of-00002.safetensors': patternBytes(70_000, 3),
      'model-00002-of-00002.safetensors': patternBytes(10, 4),
    };
    server.update(REPO, { ...rest, 'model.safetensors.index.json': JSON.stringify(index), ...parts });
    const files = await openModel(session().options);
    expect(files.names.slice(-3)).toEqual(['model.safetensors.index.json', ...Object.keys(parts)]);
    expect(files.stored).toBe(false);
    for (const [name, bytes] of Object.entries(parts))
      expect(digest(await collect(files.stream(name)))).toBe(digest(bytes));
    expect(files.stored).toBe(true);
  });

  test('a listing without sizes is completed by asking', async () => {
    const net = instantNet();
    const bare = {
      ...net,
      fetch: async (url: string, init: RequestInit) => {
        const response = await fetch(url, init);
        if (!url.includes('/api/')) return response;
        return new Response((await response.text()).replace(/,"size":\d+/g, ''), response);
      },
    };
    expect((await load({ net: bare })).files.totalBytes).toBe(TOTAL);
  });

  test('an empty file', async () => {
    server.update(REPO, { ...MODEL, 'generation_config.json': '' });
    expect((await load()).files.stored).toBe(true);
    server.requests.length = 0;
    const { files } = await load();
    expect((await files.bytes('generation_config.json')).length).toBe(0);
    expect(server.requests).toEqual([]);
  });
});

describe('faults of the Hub', () => {
  test.each([
    [{ status: 401 }, 'unauthorized'],
    [{ status: 403, headers: { 'X-Error-Code': 'GatedRepo' } }, 'unauthorized'],
    [{ status: 401, headers: { 'X-Error-Code': 'RepoNotFound' } }, 'not_found'],
    [{ status: 404 }, 'not_found'],
    [{ status: 429 }, 'rate_limited'],
    [{ status: 500 }, 'network'],
  ] as const)('%j is %s, and nothing is stored', async (fault, code) => {
    server.fault(fault);
    await expect(openModel(session().options)).rejects.toMatchObject({ code });
    expect(await store.keys()).toEqual([]);
  });

  test('offline is told from other failures where the browser knows', async () => {
    const net = { ...instantNet(), fetch: () => Promise.reject(new TypeError('Failed to fetch')) };
    await expect(openModel(session({ net }).options)).rejects.toMatchObject({
      code: 'network',
      detail: { offline: 0 },
    });
    vi.stubGlobal('navigator', { onLine: false });
    await expect(openModel(session({ net }).options)).rejects.toMatchObject({
      code: 'network',
      detail: { offline: 1 },
    });
    vi.unstubAllGlobals();
  });

  test('a model and a revision that are not there', async () => {
    const source = { kind: 'hub', repo: 'owner/nothing', revision: 'main' } as const;
    await expect(openModel(session({ source }).options)).rejects.toMatchObject({ code: 'not_found' });
    await expect(
      openModel(session({ source: { ...HUB, revision: 'v9' } as ModelSource }).options),
    ).rejects.toMatchObject({ code: 'not_found' });
  });

  test.each([
    ['config.json', {}, 'config.json is missing'],
    ['tokenizer.json', { 'vocab.json': '{}', 'merges.txt': '' }, 'vocab.json and merges.txt alone'],
    [W, {}, 'only PyTorch weights'],
    [W, { 'gpt2.Q4_0.gguf': '' }, 'only GGUF'],
  ])('without %s and with %j', async (name, extra, message) => {
    const { [name]: _, ...rest } = MODEL;
    server.update(REPO, { ...rest, ...extra });
    const failing = openModel(session().options);
    await expect(failing).rejects.toMatchObject({ code: 'missing_file', detail: { file: name } });
    await expect(failing).rejects.toThrow(message);
  });

  test.each(['not json', '{"sha":3,"siblings":[]}', '{"sha":"abc1234","siblings":[3]}', '[]'])(
    'a listing that is %j',
    async body => {
      const net = { ...instantNet(), fetch: async () => new Response(body) };
      await expect(openModel(session({ net }).options)).rejects.toMatchObject({ code: 'network' });
    },
  );

  test('a file that fails later leaves what is whole for the next load', async () => {
    server.fault({ path: W, cutAfter: 3 * CHUNK, times: 1 });
    const undo = server.fault({ path: W, status: 503 });
    const files = await openModel(session().options);
    await expect(collect(files.stream(W))).rejects.toMatchObject({ code: 'network', detail: { status: 503 } });
    undo();
    const whole = (await store.file(await stampOf(), W))!.hashes.length;
    expect(whole).toBeGreaterThan(0);
    server.requests.length = 0;
    await load();
    expect(requestsOf(W)).toEqual(['bytes=0-0', `bytes=${whole * CHUNK}-`]);
  });

  test('a Git LFS pointer and a web page are refused before they are stored', async () => {
    for (const text of [
      'version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 3\n',
      '<!DOCTYPE html><html></html>',
    ]) {
      server.update(REPO, { ...MODEL, [W]: text });
      const files = await openModel(session().options);
      await expect(collect(files.stream(W))).rejects.toMatchObject({ code: 'bad_safetensors', detail: { file: W } });
      expect(await store.file(await stampOf(), W)).toBeUndefined();
    }
  });
});

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
    const disk = new SmallDisk(`full-${databases++}`);
    const { files, notices } = await load({ cache: new ModelCache(disk) });
    expect(notices).toEqual(['cache_full']);
    expect(files.stored).toBe(false);
    expect(await disk.keys()).toEqual([]);
    expect(requestsOf(W)).toEqual(['']);
  });

  test('keeps the old copy when the new one does not fit', async () => {
    const disk = new SmallDisk(`full-${databases++}`);
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
    const disk = new SmallDisk(`full-${databases++}`);
    disk.errorName = 'UnknownError';
    expect((await load({ cache: new ModelCache(disk) })).notices).toEqual(['cache_unavailable']);
  });

  test('no storage at all', async () => {
    class NoStore extends ChunkStore {
      override copies(): Promise<never> {
        return Promise.reject(new DOMException('denied', 'SecurityError'));
      }
    }
    const cache = new ModelCache(new NoStore('none'));
    expect((await load({ cache })).notices).toEqual(['cache_unavailable']);
    await expect(cache.list()).rejects.toMatchObject({ code: 'cache' });
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

describe('shipped with the page', () => {
  const source: ModelSource = { kind: 'shipped', id: 'tiny' };

  test('is fetched, stored, and revalidated by its first bytes alone', async () => {
    const first = await load({ source });
    expect([first.files.key, first.files.commit, first.files.stored]).toEqual(['shipped/tiny', '', true]);
    server.requests.length = 0;
    const second = await load({ source });
    expect(second.files.fromCache).toBe(true);
    expect(server.requests.every(request => request.range === 'bytes=0-0')).toBe(true);
  });

  test('comes from the cache when offline', async () => {
    await load({ source });
    server.fault({ status: 503 });
    expect((await load({ source })).files.fromCache).toBe(true);
  });

  test('a new version on the server replaces the stored one', async () => {
    await load({ source });
    server.fault({ path: 'config.json', body: '{"model_type":"gpt9"}' });
    const files = await openModel(session({ source }).options);
    expect(new TextDecoder().decode(await files.bytes('config.json'))).toContain('gpt9');
    await collect(files.stream(W));
    expect((await store.copies()).length).toBe(1);
  });

  test('a host that answers every address with a page', async () => {
    server.fault({ path: 'generation_config.json', headers: { 'Content-Type': 'text/html' } });
    expect((await load({ source })).files.has('generation_config.json')).toBe(false);
    server.fault({ path: 'tokenizer.json', headers: { 'Content-Type': 'text/html' } });
    await expect(openModel(session({ source, refresh: true }).options)).rejects.toMatchObject({
      code: 'missing_file',
      detail: { file: 'tokenizer.json' },
    });
  });
});

describe('opened files', () => {
  const source: ModelSource = { kind: 'local', name: 'mine' };
  const opened = (folder = ''): File[] =>
    Object.entries(MODEL).map(
      ([name, bytes]) => new File([typeof bytes === 'string' ? bytes : bytes.slice()], folder + name),
    );

  test('are read, stored, and come back without the files', async () => {
    const first = await load({ source, files: opened('folder/') });
    expect([first.files.key, first.files.stored, first.files.fromCache]).toEqual(['local/mine', true, false]);
    expect(first.progress.at(-1)).toMatchObject({ bytes: TOTAL, totalBytes: TOTAL });
    const second = await load({ source });
    expect([second.files.fromCache, server.requests]).toEqual([true, []]);
  });

  test('opened again replace what was stored', async () => {
    await load({ source, files: opened() });
    const stamp = await stampOf('local/mine');
    await load({ source, files: opened() });
    expect((await store.copies()).map(copy => copy.stamp)).not.toContain(stamp);
    expect((await store.copies()).length).toBe(1);
  });

  test('are not stored when declined', async () => {
    await load({ source, files: opened(), keep: false });
    expect(await store.keys()).toEqual([]);
    await expect(openModel(session({ source }).options)).rejects.toMatchObject({ code: 'not_found' });
  });

  test('damage in the cache names the file and what to do', async () => {
    await load({ source, files: opened() });
    await flipBit(W, 1, 'local/mine');
    const files = await openModel(session({ source }).options);
    await expect(collect(files.stream(W))).rejects.toMatchObject({ code: 'integrity', detail: { file: W } });
    await load({ source, files: opened() });
    await load({ source });
  });

  test('of two files of one name the upper one counts', async () => {
    const extra = new File(['{}'], 'onnx/deep/config.json');
    const files = await openModel(session({ source, files: [extra, ...opened('top/')] }).options);
    expect(new TextDecoder().decode(await files.bytes('config.json'))).toBe(CONFIG);
  });

  test('a missing one, and a Git LFS pointer', async () => {
    const some = opened().filter(file => !file.name.endsWith('tokenizer.json'));
    await expect(openModel(session({ source, files: some }).options)).rejects.toMatchObject({
      code: 'missing_file',
      detail: { file: 'tokenizer.json' },
    });
    const pointer = new File(['version https://git-lfs.github.com/spec/v1\n'], W);
    const files = await openModel(
      session({ source, files: [...opened().filter(file => file.name !== W), pointer] }).options,
    );
    await expect(collect(files.stream(W))).rejects.toThrow(/Git LFS pointer/);
  });

  test('shards, one of them missing', async () => {
    const index = new File(
      ['{"weight_map":{"a":"a.safetensors","b":"b.safetensors"}}'],
      'model.safetensors.index.json',
    );
    const rest = opened().filter(file => file.name !== W);
    const parts = [new File(['1'], 'a.safetensors'), new File(['22'], 'b.safetensors')];
    const files = await openModel(session({ source, files: [...rest, index, ...parts] }).options);
    expect(files.names.slice(-2)).toEqual(['a.safetensors', 'b.safetensors']);
    await expect(openModel(session({ source, files: [...rest, index, parts[0]!] }).options)).rejects.toMatchObject({
      detail: { file: 'b.safetensors' },
    });
  });
});
