// What was expected most at a place: fetched only when a view wants it, kept as long as the text before the place stays.
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { logitsAfter, turn, until, V } from '../../../e2e/support/scripted-engine.ts';
import { ids, type Page, readyPage, text } from '../../../e2e/support/scripted-page.ts';
import { rankRow } from '../../sampling/row.ts';

let page: Page;
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
});
afterEach(() => {
  page.dispose();
  vi.useRealTimers();
});

async function pass(ms: number): Promise<void> {
  await vi.advanceTimersByTimeAsync(ms);
  for (let i = 0; i < 40; i++) await turn();
}

const found = () => page.topPredictions.getState().found;
const want = (...positions: number[]) => page.topPredictions.getState().want(positions);
const fetched = () => page.worker.of('row').map(command => command.position + 1);

test('is fetched for the places a view wants, once each', async () => {
  page = await readyPage();
  await pass(1000);
  expect(fetched()).toEqual([]);
  want(0, 3, 5);
  await pass(1000);
  await until(() => found().size === 2);
  expect(fetched()).toEqual([3, 5]);
  for (const [position, { id, p }] of found()) {
    const row = rankRow(logitsAfter(Uint32Array.from(ids(page).slice(0, position))));
    expect(id).toBe(row.order[0]);
    expect(p).toBeCloseTo(Math.exp((row.logits[id] ?? 0) - row.logZ), 9);
  }
  want(3, 5, 99);
  await pass(1000);
  expect(fetched()).toEqual([3, 5]);
});

test('stays as long as the text before it does', async () => {
  page = await readyPage();
  want(2, 5);
  await pass(1000);
  await until(() => found().size === 2);
  page.document.getState().edit(text(page).length, text(page).length, ' fox');
  expect([...found().keys()]).toEqual([2, 5]);
  page.document.getState().cut(3, 'edit');
  expect([...found().keys()]).toEqual([2]);
});

test('nothing is fetched when it would take long, or when nobody wants it any more', async () => {
  const dims = { n_layer: 1, n_embd: 8, n_head: 1, n_kv_head: 1, head_size: 8, n_ctx: 512, vocab_size: V };
  page = await readyPage({
    firstText: 'Anna and Tom went to the small house. '.repeat(12),
    model: { dims, parameters: 124e6 },
  });
  want(3);
  await pass(1000);
  expect(fetched()).toEqual([]);
  // A person is told what it takes, and may have it all the same.
  expect(page.topPredictions.getState().probe).toMatchObject({ status: 'costly' });
  page.topPredictions.getState().compute();
  await until(() => found().size === 1);
  expect(fetched()).toEqual([3]);
  page.dispose();
  page = await readyPage();
  want(3);
  want();
  await pass(1000);
  expect(fetched()).toEqual([]);
});

test('another model is asked anew', async () => {
  page = await readyPage();
  want(3);
  await pass(1000);
  await until(() => found().size === 1);
  await page.model.getState().loadModel({ kind: 'hub', repo: 'a/b', revision: 'main' });
  expect(found().size).toBe(0);
  await pass(1000);
  await until(() => found().size === 1);
});
