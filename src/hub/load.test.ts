// Loads from the Hub: what is asked for, what is kept through cuts and cancels, and each fault by its name.
import { describe, expect, test, vi } from 'vitest';
import {
  FILES,
  HUB,
  interrupted,
  KEY,
  load,
  requestsOf,
  server,
  session,
  stampOf,
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
import type { ModelSource } from '../lib/model-source.ts';
import { ModelCache } from './cache.ts';
import { openModel } from './load.ts';

startHubForEachTest();

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

  test('it is a download from when the server is asked, not from its first byte', async () => {
    const made = session();
    const files = await openModel(made.options);
    const until = made.progress.length;
    server.fault({ path: W, stallAfter: 0 });
    const ended = expect(collect(files.stream(W))).rejects.toMatchObject({ code: 'cancelled' });
    await vi.waitFor(() => expect(made.progress.length).toBeGreaterThan(until));
    expect(made.progress.at(-1)).toEqual({ ...made.progress[until - 1], phase: 'download' });
    made.stop.abort();
    await ended;
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
    [W, { 'flax_model.msgpack': '' }, 'weights of another kind (flax_model.msgpack)'],
  ])('without %s and with %j', async (name, extra, message) => {
    const { [name]: _, 'pytorch_model.bin': __, ...rest } = MODEL;
    server.update(REPO, { ...rest, ...extra });
    const failing = openModel(session().options);
    await expect(failing).rejects.toMatchObject({ code: 'missing_file', detail: { file: name } });
    await expect(failing).rejects.toThrow(message);
  });

  test('PyTorch weights where there are no others, and no copies of them in other layouts', async () => {
    const { [W]: _, ...rest } = MODEL;
    const others = [
      'original/consolidated.00.pth',
      'consolidated.safetensors',
      'onnx/model.safetensors',
      'tf_model.h5',
    ];
    server.update(REPO, { ...rest, ...Object.fromEntries(others.map(name => [name, 'not read'])) });
    const files = await openModel(session().options);
    expect(files.names.slice(-1)).toEqual(['pytorch_model.bin']);
  });

  test('the card of a model is read when it is asked for, and is no file of it', async () => {
    const files = await openModel(session().options);
    expect(files.names).not.toContain('README.md');
    expect(server.requests.filter(({ path }) => path.endsWith('README.md'))).toEqual([]);
    expect(await files.card()).toBe('a card');
    const { 'README.md': _, ...rest } = MODEL;
    server.update(REPO, rest);
    expect(await (await openModel(session().options)).card()).toBe('');
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
