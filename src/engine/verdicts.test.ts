// What checks have found is kept for an adapter, a browser and a build, switches off what was wrong, and is believed only where it can be true.
import { expect, test } from 'vitest';
import type { Gpu } from '../gpu/device.ts';
import { mapStore } from './records.fixture.ts';
import { type Verdict, Verdicts } from './verdicts.ts';

const gpuOf = (description: string): Gpu =>
  ({
    kernelClass: 'barrier_free',
    lanes: 0,
    adapter: { vendor: 'v', architecture: 'a', device: 'd', description },
    off: new Set(),
  }) as unknown as Gpu;

const RIGHT: Verdict = { variant: 'linear_row f16', error: 1e-7, wrong: 0 };
const WRONG: Verdict = { variant: 'attention', error: null, wrong: 1 };
const FOUND = new Map([
  ['a', RIGHT],
  ['b', WRONG],
]);

test('another load on the adapter knows them and begins without what was wrong; another driver or browser knows nothing', async () => {
  const store = mapStore();
  const gpu = gpuOf('driver 1');
  const first = new Verdicts(store, async () => 'browser 1');
  await first.recall(gpu);
  await first.add(gpu, FOUND);
  expect([...gpu.off]).toEqual(['attention']);

  const known = async (description: string, browser: string) => {
    const other = gpuOf(description);
    const verdicts = new Verdicts(store, async () => browser);
    await verdicts.recall(other);
    return [verdicts.all, [...other.off]];
  };
  expect(await known('driver 1', 'browser 1')).toEqual([FOUND, ['attention']]);
  expect(await known('driver 2', 'browser 1')).toEqual([new Map(), []]);
  expect(await known('driver 1', 'browser 2')).toEqual([new Map(), []]);

  await first.forget(gpu);
  expect([gpu.off.size, store.records.size]).toEqual([0, 0]);
});

test('one object goes from adapter to adapter', async () => {
  const verdicts = new Verdicts(mapStore(), async () => '');
  const [one, two] = [gpuOf('one'), gpuOf('two')];
  await verdicts.recall(one);
  await verdicts.add(one, FOUND);
  await verdicts.recall(two);
  expect([verdicts.all.size, two.off.size]).toEqual([0, 0]);
  await verdicts.recall(one);
  expect([verdicts.all.size, one.off.size]).toEqual([2, 1]);
});

test('two loads at once both begin without what was wrong', async () => {
  const store = mapStore();
  const first = new Verdicts(store, async () => '');
  await first.recall(gpuOf('driver'));
  await first.add(gpuOf('driver'), FOUND);
  const verdicts = new Verdicts(store, async () => '');
  const [one, two] = [gpuOf('driver'), gpuOf('driver')];
  await Promise.all([verdicts.recall(one), verdicts.recall(two)]);
  expect([[...one.off], [...two.off]]).toEqual([['attention'], ['attention']]);
});

test('records of another build, damaged ones and a store that refuses are no verdicts, and stop no load', async () => {
  const store = mapStore();
  const gpu = gpuOf('driver');
  const first = new Verdicts(store, async () => '');
  await first.recall(gpu);
  await first.add(gpu, FOUND);
  const [[key, record] = ['', {}]] = store.records;
  for (const bad of [
    undefined,
    'record',
    { ...(record as object), build: 'another' },
    { ...(record as object), verdicts: [1] },
  ]) {
    store.records.set(key, bad);
    const again = new Verdicts(store, async () => '');
    await again.recall(gpu);
    expect([again.all.size, gpu.off.size]).toEqual([0, 0]);
  }
  const refuse = () => Promise.reject(new DOMException('denied', 'SecurityError'));
  const denied = new Verdicts({ get: refuse, set: refuse, delete: refuse }, async () => '');
  await denied.recall(gpu);
  await denied.add(gpu, FOUND);
  expect([...gpu.off]).toEqual(['attention']);
  await denied.forget(gpu);
  expect(gpu.off.size).toBe(0);
});
