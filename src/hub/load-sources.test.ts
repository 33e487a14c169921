// Loads of what ships with the page, and of files that a person opens.
import { describe, expect, test } from 'vitest';
import {
  flipBit,
  load,
  server,
  session,
  stampOf,
  startHubForEachTest,
  store,
  TOTAL,
  W,
} from '../../e2e/support/hub-load.ts';
import { CONFIG, collect, instantNet, MODEL } from '../../e2e/support/hub-model.ts';
import type { ModelSource } from '../lib/model-source.ts';
import type { Net } from './http.ts';
import { openModel } from './load.ts';

startHubForEachTest();

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

  test('comes from the cache when offline, and asks for nothing twice', async () => {
    await load({ source });
    server.fault({ status: 503 });
    const before = server.requests.length;
    expect((await load({ source })).files.fromCache).toBe(true);
    const asked = server.requests.slice(before).map(({ path }) => path);
    expect(asked.length).toBeGreaterThan(0);
    expect(new Set(asked).size).toBe(asked.length);
  });

  test('comes from the cache where the network swallows what is asked, after a few seconds of silence', async () => {
    await load({ source });
    const waits: number[] = [];
    const net: Net = {
      ...instantNet(),
      fetch: (_, init) =>
        new Promise((_, reject) => init.signal?.addEventListener('abort', () => reject(init.signal?.reason))),
      idle: async ms => void waits.push(ms),
    };
    expect((await openModel({ ...session({ source }).options, net })).fromCache).toBe(true);
    expect(Math.max(...waits)).toBeLessThanOrEqual(3000);
    // Without a copy, or for a new one, it is worth the whole wait.
    const anew = openModel({ ...session({ source, refresh: true }).options, net });
    await expect(anew).rejects.toMatchObject({ code: 'network' });
    expect(Math.max(...waits)).toBe(30_000);
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
    server.fault({ path: 'config.json', headers: { 'Content-Type': 'text/html' } });
    await expect(openModel(session({ source, refresh: true }).options)).rejects.toMatchObject({
      code: 'missing_file',
      detail: { file: 'config.json' },
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

  test('opened again are known by their content: what was stored is used', async () => {
    const first = await load({ source, files: opened() });
    const stamp = await stampOf('local/mine');
    const second = await load({ source, files: opened('elsewhere/') });
    expect((await store.copies()).map(copy => copy.stamp)).toEqual([stamp]);
    expect([second.files.name, second.files.fromCache]).toEqual(['mine', true]);
    expect(await second.files.digest()).toBe(await first.files.digest());
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

  test('all that is missing is named at once; a tokenizer may be', async () => {
    const only = (...names: string[]): File[] => opened().filter(file => names.includes(file.name));
    const none = openModel(session({ source, files: only('tokenizer.json') }).options);
    await expect(none).rejects.toMatchObject({
      code: 'missing_file',
      message: 'config.json and model.safetensors are missing',
      detail: { file: 'config.json', files: 'config.json and model.safetensors' },
    });
    await expect(openModel(session({ source, files: only('config.json') }).options)).rejects.toMatchObject({
      message: 'model.safetensors is missing',
      detail: { file: W },
    });
    const files = await openModel(session({ source, files: only('config.json', W) }).options);
    expect(files.names).toEqual(['config.json', W]);
  });

  test('all missing shards are named at once', async () => {
    const names = Array.from({ length: 12 }, (_, i) => `part-${String(i).padStart(2, '0')}.safetensors`);
    const weight_map = Object.fromEntries(names.map((name, i) => [`t${i}`, name]));
    const index = new File([JSON.stringify({ weight_map })], 'model.safetensors.index.json');
    const rest = [...opened().filter(file => file.name !== W), index];
    const open = (parts: readonly string[]) =>
      openModel(session({ source, files: [...rest, ...parts.map(name => new File(['1'], name))] }).options);
    await expect(open(names.slice(3))).rejects.toMatchObject({
      message: `${names.slice(0, 2).join(', ')} and ${names[2]} are missing, shards of the weights`,
    });
    await expect(open([])).rejects.toMatchObject({
      message: `${names.slice(0, 8).join(', ')} and 4 more are missing, shards of the weights`,
    });
  });

  test('a Git LFS pointer', async () => {
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
