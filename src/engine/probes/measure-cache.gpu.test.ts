// What the cache saves, on a real adapter: both ways give the same row, and the session is left as it was. Times are not judged.
import { expect, test } from 'vitest';
import { loadGolden } from '../../../e2e/support/golden.ts';
import { type GpuModel, loadOnGpu, openTestGpu } from '../../../e2e/support/gpu-model.ts';
import type { Row } from '../../gpu/runner.ts';
import { type CacheMeasured, measureCache } from './measure-cache.ts';

async function open(): Promise<{ model: GpuModel; ids: Uint32Array }> {
  const golden = await loadGolden('gpt2-odd');
  const gpu = await openTestGpu('barrier_free');
  const model = await loadOnGpu(gpu, golden.config, { bytes: golden.weightsFile }, { maxRows: 16 });
  const ids = Uint32Array.from(
    golden.expected.cases.reduce((a, b) => (b.tokens.length > a.tokens.length ? b : a)).tokens,
  );
  return { model, ids };
}

test('cached and computed again are the same row, at every length', async () => {
  const { model, ids } = await open();
  using _ = model;
  const before = await model.session.next(ids);
  const free = model.probes.context.cache.free;
  const lengths = [1, 2, 17, 64, ids.length];
  const rows: Row[][] = [];
  const prefill = model.runner.prefill.bind(model.runner);
  model.runner.prefill = each => {
    rows.push([...each]);
    return prefill(each);
  };
  const all: CacheMeasured[] = [];
  for await (const measured of measureCache(model.probes.context, ids, lengths)) all.push(measured);
  expect(all.map(({ length }) => length)).toEqual(lengths);
  for (const { cachedMs, uncachedMs, difference } of all) {
    expect(cachedMs).toBeGreaterThan(0);
    expect(uncachedMs).toBeGreaterThan(0);
    expect(difference).toBeLessThan(5e-5);
  }
  // Steps of 16 rows at most, each position of a length from the first.
  const firsts = rows.filter(([row]) => row?.position === 0);
  expect(firsts.length).toBeGreaterThanOrEqual(lengths.length);
  expect(rows.every(step => step.length <= 16)).toBe(true);
  expect(model.session.reusable(ids)).toBe(ids.length);
  expect(model.probes.context.cache.free).toBe(free);
  expect(await model.session.next(ids)).toEqual(before);
});

test('lengths come one by one, and a cancel ends it', async () => {
  const { model, ids } = await open();
  using _ = model;
  const controller = new AbortController();
  const measuring = measureCache(model.probes.context, ids, [8, 16, 32], controller.signal);
  expect((await measuring.next()).value).toMatchObject({ length: 8 });
  controller.abort();
  await expect(measuring.next()).rejects.toMatchObject({ code: 'cancelled' });
  expect(model.session.reusable(ids.subarray(0, 8))).toBe(8);
  await expect(measureCache(model.probes.context, ids, [ids.length + 1]).next()).rejects.toThrow(
    'a length of the text',
  );
  await expect(measureCache(model.probes.context, new Uint32Array(), [1]).next()).rejects.toMatchObject({
    code: 'empty_prompt',
  });
});
