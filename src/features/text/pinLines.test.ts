// The lines of pinned tokens: when their rows are computed, and what is kept.
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { logitsAfter, turn, until, V } from '../../../e2e/support/scripted-engine.ts';
import { idle, ids, type Page, type PageOptions, readyPage, text } from '../../../e2e/support/scripted-page.ts';
import { SETTLE_MS } from '../../stores/gpu-work/times.ts';
import { MOST_PINS } from '../../stores/run/pins-types.ts';

const pages: Page[] = [];
let page: Page;
const visit = async (options: PageOptions = {}): Promise<Page> => {
  page = await readyPage(options);
  pages.push(page);
  return page;
};
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
});
afterEach(() => {
  for (const each of pages.splice(0)) each.dispose();
  vi.useRealTimers();
});

async function pass(ms: number): Promise<void> {
  await vi.advanceTimersByTimeAsync(ms);
  for (let i = 0; i < 40; i++) await turn();
}

const pins = () => page.pins.getState();
const pinnedIds = () => pins().pins.map(pin => pin.id);
const lines = () => page.pinLines.getState();
/** Seconds that a button asks about. */
const asking = (): number | null => {
  const { probe } = lines();
  return probe.status === 'costly' ? probe.seconds : null;
};
const asked = () => page.worker.of('pinned').map(({ from, to, pins: some }) => ({ from, to, pins: [...some] }));
/** What a pin's line must be made of. */
const expected = (id: number) => ids(page).map((_, t) => logitsAfter(Uint32Array.from(ids(page).slice(0, t + 1)))[id]);

/** Waits until the lines of all pins reach the end of the text. */
const whole = () =>
  until(() => pinnedIds().every(id => pins().logits.get(id)?.length === page.document.getState().tokens.length));

describe('their rows', () => {
  test('nothing is computed unless a view shows them', async () => {
    await visit();
    pins().pin(300);
    await pass(2000);
    expect(asked()).toEqual([]);
    lines().enter();
    await pass(10);
    await whole();
    expect([...(pins().logits.get(300) ?? [])]).toEqual(expected(300));
    lines().leave();
    pins().pin(301);
    await pass(2000);
    expect(asked()).toHaveLength(1);
  });

  test('a pin more asks for its own rows, tokens more for the new rows alone', async () => {
    await visit();
    lines().enter();
    await pass(1000);
    const length = ids(page).length;
    pins().pin(300);
    await pass(10);
    pins().pin(7);
    await pass(10);
    await whole();
    page.document.getState().edit(text(page).length, text(page).length, ' fox');
    await pass(SETTLE_MS + 10);
    await whole();
    const now = ids(page).length;
    expect(asked()).toEqual([
      { from: 0, to: length, pins: [300] },
      { from: 0, to: length, pins: [7] },
      { from: length, to: now, pins: [300, 7] },
    ]);
    for (const id of [300, 7]) expect([...(pins().logits.get(id) ?? [])]).toEqual(expected(id));
  });

  test('an edit in the middle drops what follows it at once', async () => {
    await visit();
    lines().enter();
    pins().pin(300);
    await pass(1000);
    await whole();
    page.document.getState().edit(0, 4, 'Twice');
    expect(pins().logits.get(300)?.length).toBeLessThan(3);
    await pass(SETTLE_MS + 10);
    await whole();
    expect([...(pins().logits.get(300) ?? [])]).toEqual(expected(300));
  });

  test('a run comes first; the rows of what it drew come after it', async () => {
    await visit();
    lines().enter();
    pins().pin(300);
    await pass(1000);
    const before = asked().length;
    const run = page.generation.getState().run();
    await run;
    await idle(page);
    expect(asked()).toHaveLength(before);
    await pass(SETTLE_MS + 10);
    await whole();
    expect([...(pins().logits.get(300) ?? [])]).toEqual(expected(300));
  });

  test('what takes long waits for the button, and goes on over what has come', async () => {
    const dims = { n_layer: 1, n_embd: 8, n_head: 1, n_kv_head: 1, head_size: 8, n_ctx: 512, vocab_size: V };
    await visit({
      firstText: 'Anna and Tom went to the small house. '.repeat(20).trim(),
      model: { dims, parameters: 124e6 },
    });
    lines().enter();
    for (const id of [300, 7]) pins().pin(id);
    await pass(1000);
    expect(asked()).toEqual([]);
    expect(asking()).toBeGreaterThan(1);
    lines().compute();
    expect(asking()).toBeNull();
    expect(lines().probe.status).toBe('working');
    await whole();
    await until(() => lines().probe.status === 'ready');
    expect(
      asked()
        .map(({ from, to }) => to - from)
        .every(rows => rows <= 128),
    ).toBe(true);
    expect(asked().length).toBeGreaterThan(1);
    expect([...(pins().logits.get(7) ?? [])]).toEqual(expected(7));
    // The model has the text now: one pin more costs nothing worth asking for.
    pins().pin(9);
    await pass(SETTLE_MS);
    await whole();
    expect(asking()).toBeNull();
  });

  test('an empty text has none, a text longer than the context those that fit', async () => {
    await visit({ firstText: 'a' });
    page.document.getState().setText('');
    lines().enter();
    pins().pin(300);
    await pass(1000);
    expect(asked()).toEqual([]);
    page.document.getState().setText('the fox and '.repeat(60));
    await pass(1000);
    await until(() => pins().logits.get(300)?.length === 64);
    expect(asked().at(-1)).toMatchObject({ to: 64 });
  });

  test('another model makes them anew', async () => {
    await visit();
    lines().enter();
    pins().pin(300);
    await pass(1000);
    await whole();
    await page.model.getState().loadModel({ kind: 'hub', repo: 'a/b', revision: 'main' });
    expect(pins().logits.size).toBe(0);
    await pass(1000);
    await whole();
    expect(pinnedIds()).toEqual([300]);
    expect(MOST_PINS).toBe(8);
  });
});
