// A name of opened files stands for one content: in the cache, in a session, between two tabs.
import { describe, expect, test } from 'vitest';
import { flipBit, load, session, startHubForEachTest, store, W } from '../../e2e/support/hub-load.ts';
import { CHUNK, collect, digest, MODEL, patternBytes } from '../../e2e/support/hub-model.ts';
import { isWeights } from '../checkpoint/formats.ts';
import type { ModelSource } from '../lib/model-source.ts';
import { ModelCache } from './cache.ts';
import { openModel } from './load.ts';
import { numberedName } from './local-names.ts';
import { NameTaken } from './store.ts';

startHubForEachTest();

const source: ModelSource = { kind: 'local', name: 'mine' };

/** The files of the tests' model, with some replaced. */
function folder(other: Readonly<Record<string, Uint8Array | string>> = {}): File[] {
  return Object.entries({ ...MODEL, ...other }).map(
    ([name, bytes]) => new File([typeof bytes === 'string' ? bytes : bytes.slice()], name),
  );
}

/** The weights with one bit turned in the last chunk. */
function retouched(): Uint8Array<ArrayBuffer> {
  const weights = new Uint8Array(MODEL[W] as Uint8Array);
  weights[weights.length - 1]! ^= 1;
  return weights;
}

interface Opened {
  readonly name: string;
  readonly key: string;
  readonly digest: string;
  readonly bytes: string;
  readonly fromCache: boolean;
}

async function open(files: File[], cache = new ModelCache(store), extra: { keep?: boolean } = {}): Promise<Opened> {
  const model = await openModel(session({ source, files, cache, ...extra }).options);
  const bytes = digest(await collect(model.stream(W)));
  return { name: model.name, key: model.key, digest: await model.digest(), bytes, fromCache: model.fromCache };
}

describe('two folders of one name', () => {
  test('with other weights are two models, side by side in the cache', async () => {
    const first = await open(folder());
    const second = await open(folder({ [W]: retouched() }));
    expect([first.name, second.name, second.key]).toEqual(['mine', 'mine-2', 'local/mine-2']);
    expect(second.digest).not.toBe(first.digest);
    const third = await open(folder({ [W]: patternBytes(CHUNK, 9) }));
    expect(third.name).toBe('mine-3');

    const cache = new ModelCache(store);
    expect((await cache.list()).map(model => [model.key, model.digest]).sort()).toEqual([
      ['local/mine', first.digest],
      ['local/mine-2', second.digest],
      ['local/mine-3', third.digest],
    ]);
    // Each comes back as itself, by its name and by its files.
    const named = await openModel(session({ source: { kind: 'local', name: 'mine-2' } }).options);
    expect(digest(await collect(named.stream(W)))).toBe(second.bytes);
    expect(await named.digest()).toBe(second.digest);
    expect(await open(folder({ [W]: retouched() }))).toEqual({ ...second, fromCache: true });
    expect(await open(folder())).toEqual({ ...first, fromCache: true });
  });

  test('with another tokenizer are two records of equal weights', async () => {
    const first = await open(folder());
    const second = await open(folder({ 'tokenizer.json': '{"model":[]}' }));
    expect([second.name, second.fromCache]).toEqual(['mine-2', false]);
    expect(second.digest).toBe(first.digest);
    const third = await open(folder({ 'config.json': '{"model_type":"gpt3"}' }));
    expect(third.digest).not.toBe(first.digest);
  });

  test('that are not kept have two names in one session', async () => {
    const cache = new ModelCache(store);
    const first = await open(folder(), cache, { keep: false });
    const second = await open(folder({ [W]: retouched() }), cache, { keep: false });
    expect([first.name, second.name]).toEqual(['mine', 'mine-2']);
    expect(await open(folder(), cache, { keep: false })).toEqual(first);
    // Kept at last, it is stored under the name it has.
    expect((await open(folder({ [W]: retouched() }), cache)).key).toBe('local/mine-2');
    expect((await store.copies()).map(copy => copy.key)).toEqual(['local/mine-2']);
  });

  test('a stored copy that was damaged does not become another model', async () => {
    await open(folder());
    await flipBit(W, 1, 'local/mine');
    expect((await open(folder())).name).toBe('mine');
    const healed = await openModel(session({ source }).options);
    expect(digest(await collect(healed.stream(W)))).toBe(digest(MODEL[W] as Uint8Array));
  });

  test('stored by two tabs at once do not overwrite each other', async () => {
    const ahead = await openModel(session({ source, files: folder() }).options);
    const [copy] = await store.copies('local/mine');
    await collect(ahead.stream(W));
    // As the other tab would, that looked before the first was whole.
    await expect(store.begin({ ...copy!, stamp: 'other' })).rejects.toBeInstanceOf(NameTaken);
    expect((await store.copies()).map(({ stamp, complete }) => [stamp, complete])).toEqual([[copy!.stamp, true]]);
  });

  test('a name that was taken a moment ago is looked at again', async () => {
    const cache = new ModelCache(store);
    const begin = store.begin.bind(store);
    let first = true;
    cache.store.begin = async fresh => {
      if (first) {
        first = false;
        await open(folder({ [W]: retouched() }));
      }
      return begin(fresh);
    };
    expect((await open(folder(), cache)).name).toBe('mine-2');
    expect((await store.copies()).map(copy => copy.key)).toEqual(['local/mine', 'local/mine-2']);
  });
});

describe('a digest', () => {
  test('is that of the content, wherever it comes from', async () => {
    const hub = await load();
    const shipped = await load({ source: { kind: 'shipped', id: 'tiny' } });
    const local = await open(folder());
    expect(local.digest).toMatch(/^[0-9a-f]{64}$/);
    expect([await hub.files.digest(), await shipped.files.digest()]).toEqual([local.digest, local.digest]);
    // Read from the cache, and after a cut.
    expect(await (await load()).files.digest()).toBe(local.digest);
  });

  test('is not told before the weights have been read', async () => {
    const files = await openModel(session({ source, files: folder() }).options);
    await expect(files.digest()).rejects.toThrow(W);
    for (const name of files.names.filter(isWeights)) await collect(files.stream(name));
    expect(await files.digest()).toMatch(/^[0-9a-f]{64}$/);
  });
});

test('a numbered name stays within what a key may be', () => {
  expect(numberedName('mine', 1)).toBe('mine');
  expect(numberedName('mine', 12)).toBe('mine-12');
  expect(numberedName('x'.repeat(96), 2)).toBe(`${'x'.repeat(94)}-2`);
});
