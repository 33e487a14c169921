// The lens: what is asked of the worker and when, what is kept and dropped, the asked token, stop, cost, errors, the end of the view.
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { turn, until, V, weightsOf } from '../../../e2e/support/scripted-engine.ts';
import { idle, ids, type Page, type PageOptions, readyPage } from '../../../e2e/support/scripted-page.ts';
import type { ErrorCode } from '../../lib/error.ts';
import { logprobOf } from '../../sampling/compare.ts';
import { rankOf } from '../../sampling/row.ts';
import { KEPT_MS, SETTLE_MS } from '../../stores/gpu-work/times.ts';
import { lensRow } from './lens.fixture.ts';

const dims = { n_layer: 2, n_embd: 12, n_head: 3, n_kv_head: 3, head_size: 4, n_ctx: 64, vocab_size: V };
const LAYERS = 3;

let page: Page;
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
});
afterEach(() => {
  page.dispose();
  vi.useRealTimers();
});

const state = () => page.lens.getState();
const requests = () => page.worker.of('lens').map(({ from, to, asked }) => ({ from, to, asked }));
const text = () => Uint32Array.from(ids(page));

async function pass(ms: number): Promise<void> {
  await vi.advanceTimersByTimeAsync(ms);
}

/** A page with the view open and columns `[from, to)` in sight. */
async function opened(options: PageOptions = {}, from = 0, to = 100): Promise<void> {
  page = await readyPage({ model: { dims }, ...options });
  await pass(1000);
  state().enter();
  state().see(from, to);
}

/** Some of the work is done, and not all. */
const begun = (): boolean => {
  const { probe } = state();
  return probe.status === 'working' && probe.done > 0;
};
/** Seconds that a button asks about. */
const asking = (): number | null => {
  const { probe } = state();
  return probe.status === 'costly' ? probe.seconds : null;
};
const complete = (): boolean =>
  state().probe.status === 'ready' && ids(page).every((_, column) => state().cell(LAYERS - 1, column) !== null);

/** Time passes and the worker works until all is there. */
async function computed(): Promise<void> {
  for (let i = 0; i < 50; i++) {
    await pass(SETTLE_MS);
    for (let j = 0; j < 20; j++) await turn();
    if (complete()) return;
  }
  throw new Error('the lens never came');
}

/** Fails every request of the lens with `code`. */
const failing = (code: ErrorCode): PageOptions => ({
  intercept: (command, say) => {
    if (command.type !== 'lens') return false;
    say({ type: 'failed', run: command.run, error: { code, message: code, detail: {} } });
    return true;
  },
});

describe('cells', () => {
  test('nothing is asked before the view is open', async () => {
    page = await readyPage({ model: { dims } });
    await pass(2000);
    expect(requests()).toEqual([]);
    expect(state().revision).toBeGreaterThanOrEqual(0);
  });

  test('every layer at every position, the last one the row of the model itself', async () => {
    await opened();
    await computed();
    const all = text();
    expect(state()).toMatchObject({ probe: { status: 'ready' }, layers: LAYERS, columns: all.length, beyond: 0 });
    const asked = state().asked ?? -1;
    for (let column = 0; column < all.length; column++) {
      for (let layer = 0; layer < LAYERS; layer++) {
        const row = lensRow(all.subarray(0, column + 1), layer, LAYERS);
        const cell = state().cell(layer, column);
        expect(cell?.topId).toBe(row.order[0]);
        expect(cell?.topLogprob).toBeCloseTo(logprobOf(row, row.order[0] ?? 0), 5);
        if (column === state().column) expect(cell?.rank).toBe(rankOf(row, asked));
      }
      expect(state().cell(LAYERS - 1, column)?.divergence).toBe(0);
      expect(state().cell(0, column)?.divergence).toBeGreaterThan(0);
    }
  });

  test('only what is in sight, and a margin; the rest when it comes into sight', async () => {
    await opened({ firstText: 'one two three four five six seven eight nine ten '.repeat(4) }, 0, 4);
    page.document.getState().selectToken(2);
    await pass(1000);
    await until(() => state().probe.status === 'ready');
    expect(requests().at(-1)).toMatchObject({ from: 0, to: 12 });
    expect(state().cell(0, 12)).toBeNull();
    state().see(20, 30);
    await pass(1000);
    await until(() => state().cell(LAYERS - 1, 37) !== null);
    expect(requests().at(-1)).toMatchObject({ from: 12, to: 38 });
  });

  test('after an append only new columns are computed; a change in the middle drops exactly what follows it', async () => {
    await opened();
    await computed();
    const before = ids(page).length;
    const count = requests().length;
    const end = page.document.getState().text.length;
    page.document.getState().edit(end, end, ' fox');
    const shared = text().findIndex((id, i) => id !== page.worker.of('lens')[0]?.tokens[i]);
    await computed();
    for (const { from } of requests().slice(count)) expect(from).toBeGreaterThanOrEqual(Math.min(before, shared));
    page.document.getState().edit(5, 6, 'X');
    const changed = text();
    expect(state().cell(0, changed.length - 1)).toBeNull();
    await computed();
    const row = lensRow(changed, 0, LAYERS);
    expect(state().cell(0, changed.length - 1)?.topId).toBe(row.order[0]);
  });

  test('a run goes first; its tokens follow when it has ended', async () => {
    await opened();
    await computed();
    page.settings.getState().change({ max_new_tokens: 4 });
    const before = ids(page).length;
    void page.generation.getState().run();
    await idle(page);
    const count = requests().length;
    await computed();
    expect(ids(page)).toHaveLength(before + 4);
    expect(requests()[count]).toMatchObject({ from: before, to: before + 4 });
  });

  test('beyond the context there is nothing to look at', async () => {
    await opened({ firstText: 'one two three four five six seven eight nine ten '.repeat(9), model: { dims } });
    await pass(1000);
    await until(() => state().cell(LAYERS - 1, 63) !== null);
    expect(state().columns).toBe(64);
    expect(state().beyond).toBe(ids(page).length - 64);
    expect(state().column).toBeNull();
    expect(page.worker.of('lens').every(({ tokens }) => tokens.length <= 64)).toBe(true);
  });
});

describe('the asked token', () => {
  test('is the one that stands at the selected place, at the end the likeliest', async () => {
    await opened();
    await computed();
    expect(state().pinned).toBe(false);
    expect(state().asked).toBe(lensRow(text(), LAYERS - 1, LAYERS).order[0]);
    page.document.getState().selectToken(3);
    await pass(1000);
    expect(state()).toMatchObject({ asked: ids(page)[3], column: 2 });
    await until(() => state().cell(0, 2)?.rank !== null);
    expect(requests().at(-1)).toEqual({ from: 2, to: 3, asked: ids(page)[3] });
  });

  test('a chosen one stays, is computed everywhere only where the colour shows it, and goes back to the text', async () => {
    await opened();
    await computed();
    const count = requests().length;
    state().ask(77);
    await pass(1000);
    await until(() => state().cell(LAYERS - 1, ids(page).length - 1)?.rank !== null);
    expect(requests().slice(count)).toEqual([{ from: ids(page).length - 1, to: ids(page).length, asked: 77 }]);
    expect(state().cell(0, 0)?.rank).toBeNull();
    state().setColour('rank');
    await pass(1000);
    await until(() => state().cell(LAYERS - 1, 0)?.rank !== null);
    const row = lensRow(text().subarray(0, 1), 1, LAYERS);
    expect(state().cell(1, 0)?.rank).toBe(rankOf(row, 77));
    expect(state().cell(1, 0)?.logprob).toBeCloseTo(logprobOf(row, 77), 5);
    page.document.getState().selectToken(2);
    await pass(1000);
    expect(state()).toMatchObject({ asked: 77, pinned: true });
    state().ask(null);
    expect(state()).toMatchObject({ asked: ids(page)[2], pinned: false });
  });

  test('of another model and text is one of that text, or not known: never one of the text before', async () => {
    let other = false;
    page = await readyPage({
      get model() {
        return other ? { dims, parameters: 3e9, commit: 'other' } : { dims };
      },
    });
    state().enter();
    state().see(0, 100);
    await computed();
    other = true;
    const source = { kind: 'hub', repo: 'a/b', revision: 'main' } as const;
    await page.model.getState().loadModel(source);
    await pass(1000);
    const before = ids(page);
    page.document.getState().setText('Zebras');
    await pass(1000);
    // The row of the end would take long, so nobody knows what comes next.
    expect(page.rows.getState().selected.status).toBe('costly');
    expect(state()).toMatchObject({ asked: null, pinned: false });
    page.document.getState().selectToken(0);
    expect(before).not.toContain(ids(page)[0]);
    expect(state()).toMatchObject({ asked: ids(page)[0], pinned: false, column: null });
    page.document.getState().selectToken('end');
    await state().compute();
    await computed();
    expect(state().asked).toBe(lensRow(text(), LAYERS - 1, LAYERS, weightsOf(source)).order[0]);
    await until(() => state().cell(0, ids(page).length - 1)?.rank !== null);
  });

  test('picking a cell selects the token that its column predicts', async () => {
    await opened();
    await computed();
    state().pick(1, 3);
    expect(page.document.getState().selected).toBe(4);
    expect(state().layer).toBe(1);
    state().pick(0, ids(page).length - 1);
    expect(page.document.getState().selected).toBe('end');
  });

  test('the first token has no column', async () => {
    await opened();
    page.document.getState().selectToken(0);
    await pass(1000);
    expect(state().column).toBeNull();
  });
});

describe('work', () => {
  test('progress is told; stop keeps what had come and starts nothing until it is asked for', async () => {
    await opened({ firstText: 'one two three four five six seven eight nine ten '.repeat(4) });
    await pass(SETTLE_MS);
    await until(begun);
    expect(state().probe).toMatchObject({ status: 'working', total: Math.ceil(ids(page).length / 16) * LAYERS });
    state().stop();
    await until(() => state().probe.status === 'stopped');
    expect(state().cell(0, 0)).not.toBeNull();
    const count = requests().length;
    state().see(0, 50);
    await pass(2000);
    expect(requests()).toHaveLength(count);
    void state().compute();
    await until(complete);
  });

  test('an edit while it works: what no longer belongs is never shown', async () => {
    await opened({ firstText: 'one two three four five six seven eight nine ten '.repeat(3) });
    await pass(SETTLE_MS);
    await until(begun);
    page.document.getState().edit(0, 3, 'ONE');
    await pass(0);
    await computed();
    const all = text();
    for (const column of [0, 5, all.length - 1]) {
      expect(state().cell(0, column)?.topId).toBe(lensRow(all.subarray(0, column + 1), 0, LAYERS).order[0]);
    }
  });

  test('what would take long waits for the button', async () => {
    await opened({ model: { dims, work: { body: 1e9, head: 1e9, attention: 1 } } });
    await pass(2000);
    expect(requests()).toEqual([]);
    expect(asking()).toBeGreaterThan(1);
    void state().compute();
    await until(complete);
    expect(asking()).toBeNull();
  });

  test('without memory it fails once, says so, and tries again only when asked', async () => {
    await opened(failing('out_of_memory'));
    await pass(2000);
    await until(() => state().probe.status === 'failed');
    expect(state().probe).toMatchObject({ error: { code: 'out_of_memory' } });
    const count = requests().length;
    page.document.getState().edit(0, 0, 'A');
    await pass(2000);
    expect(requests()).toHaveLength(count);
    expect(state().probe.status).toBe('failed');
    void state().compute();
    await until(() => requests().length > count);
  });

  test('a lost device: the cells stay, and what is missing comes with the model', async () => {
    let lost = true;
    await opened({
      intercept: (command, say) => {
        if (command.type !== 'lens' || !lost) return false;
        lost = false;
        say({ type: 'failed', run: command.run, error: { code: 'device_lost', message: '', detail: {} } });
        return true;
      },
    });
    await pass(2000);
    // The page has not heard of it yet: nothing has failed as far as it knows.
    await until(() => !lost);
    expect(state().probe.status).toBe('working');
    await page.model.getState().reopen();
    await pass(2000);
    await until(complete);
  });
});

describe('the end of the view', () => {
  test('its memory is given back some time after it was left, not when it is opened again before', async () => {
    await opened();
    await computed();
    state().leave();
    await pass(KEPT_MS / 2);
    state().enter();
    await pass(KEPT_MS * 2);
    expect(page.worker.of('close_view')).toEqual([]);
    state().leave();
    await pass(KEPT_MS + 1);
    expect(page.worker.of('close_view')).toMatchObject([{ view: 'lens' }]);
    // Nothing more to give back.
    state().enter();
    state().leave();
    await pass(KEPT_MS + 1);
    expect(page.worker.of('close_view')).toHaveLength(1);
  });

  test('a view that is left asks for nothing, and what is under way ends', async () => {
    await opened({ firstText: 'one two three four five six seven eight nine ten '.repeat(4) });
    await pass(SETTLE_MS);
    await until(begun);
    state().leave();
    expect(state().probe.status).toBe('closed');
    const count = requests().length;
    page.document.getState().edit(0, 0, 'A');
    await pass(2000);
    expect(requests()).toHaveLength(count);
  });
});
