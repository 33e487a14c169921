// The attention view's store on a scripted engine: which row is here, what is dropped and kept, what is asked first, maps.
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { type EngineOptions, turn, until, V } from '../../../e2e/support/scripted-engine.ts';
import { idle, ids, type Page, readyPage } from '../../../e2e/support/scripted-page.ts';
import { KEPT_MS, SETTLE_MS } from '../../stores/gpu-work/times.ts';
import { fakeMean, fakeWeights } from './attention.fixture.ts';
import { mapRow } from './row.ts';

const dims = { n_layer: 2, n_embd: 8, n_head: 2, n_kv_head: 2, head_size: 4, n_ctx: 64, vocab_size: V };
const TEXT = 'Once upon a time there was a small fox';

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }));
afterEach(() => void vi.useRealTimers());

const state = (page: Page) => page.attention.getState();

/** Lets timers of up to `ms` come, and the engine answer. */
async function pass(ms: number): Promise<void> {
  await vi.advanceTimersByTimeAsync(ms);
  for (let i = 0; i < 40; i++) await turn();
}

async function opened(options: EngineOptions = {}): Promise<Page> {
  const page = await readyPage({ firstText: TEXT, model: { dims }, ...options });
  state(page).enter();
  await pass(SETTLE_MS);
  await until(() => state(page).row !== null);
  return page;
}

test('nothing is computed before the view is open; then the row of the last token is', async () => {
  const page = await readyPage({ firstText: TEXT, model: { dims } });
  await pass(1000);
  expect(page.worker.of('attention')).toEqual([]);
  state(page).enter();
  await pass(SETTLE_MS);
  const { row, probe } = state(page);
  const { shown: attentionTint } = page.attentionTint.getState();
  const all = Uint32Array.from(ids(page));
  expect(probe.status).toBe('ready');
  expect(row?.position).toBe(all.length - 1);
  expect(row?.weights.subarray(3 * all.length)).toEqual(fakeWeights(all, all.length - 1, 1, 1));
  // The choice is the mean over all heads at first, and nothing comes after the last token.
  const mean = [0, 1].map(layer => fakeMean(all, all.length - 1, layer, 2));
  attentionTint?.weights.forEach((weight, key) => {
    expect(weight).toBeCloseTo(((mean[0]?.[key] ?? 0) + (mean[1]?.[key] ?? 0)) / 2, 6);
  });
  expect(attentionTint?.fade).toBe(false);
});

test('another selected token gets its own row; the older one stays until then and names its position', async () => {
  const page = await opened();
  page.document.getState().selectToken(3);
  expect(state(page).probe.status).toBe('waiting');
  expect(state(page).row?.position).toBe(ids(page).length - 1);
  await pass(100);
  expect(state(page).probe.status).toBe('ready');
  expect(state(page).row?.position).toBe(3);
  expect(page.attentionTint.getState().shown).toMatchObject({ fade: true });
  expect(page.worker.of('attention').at(-1)?.tokens).toHaveLength(4);
});

test('a change before the position drops the row at once, growth behind it keeps it', async () => {
  const page = await opened();
  page.document.getState().selectToken(3);
  await pass(100);
  const { row } = state(page);
  const asked = page.worker.of('attention').length;
  const { text } = page.document.getState();
  page.document.getState().edit(text.length, text.length, ' again');
  page.document.getState().selectToken(3);
  await pass(SETTLE_MS);
  expect(state(page).row).toBe(row);
  expect(page.worker.of('attention')).toHaveLength(asked);
  page.document.getState().edit(0, 4, 'Twice');
  expect(state(page).row).toBeNull();
  expect(page.attentionTint.getState().shown).toBeNull();
  await pass(SETTLE_MS);
  expect(state(page).row).not.toBeNull();
});

test('an answer that comes after the text has changed is not shown', async () => {
  const held: (() => void)[] = [];
  const page = await readyPage({
    firstText: TEXT,
    model: { dims },
    intercept: (command, say) => {
      if (command.type !== 'attention' || held.length > 0) return false;
      held.push(() => {
        const weights = new Float32Array(4 * (command.position + 1));
        say({ type: 'attention', run: command.run, position: command.position, weights });
        say({ type: 'done', run: command.run });
      });
      return true;
    },
  });
  state(page).enter();
  await pass(SETTLE_MS);
  expect(held).toHaveLength(1);
  page.document.getState().edit(0, 4, 'Twice');
  held[0]?.();
  await pass(0);
  expect(state(page).row).toBeNull();
  await pass(SETTLE_MS);
  const { row } = state(page);
  expect(row?.ids.length).toBeGreaterThan(1);
  expect(Array.from(row?.ids ?? [])).toEqual(ids(page).slice(0, row?.ids.length));
});

test('work that a row interrupts is asked for again, even when its answer was on its way', async () => {
  const held: (() => void)[] = [];
  const page = await readyPage({
    firstText: TEXT,
    model: { dims },
    intercept: (command, say) => {
      if (command.type !== 'attention' || held.length > 0) return false;
      held.push(() => {
        const weights = new Float32Array(4 * (command.position + 1));
        say({ type: 'attention', run: command.run, position: command.position, weights });
        say({ type: 'done', run: command.run });
      });
      return true;
    },
  });
  state(page).enter();
  await pass(0);
  expect(held).toHaveLength(1);
  const fetched = page.rows.getState().fetchSelected();
  held[0]?.();
  await fetched;
  await pass(0);
  expect(page.worker.of('attention')).toHaveLength(2);
  expect(state(page).probe.status).toBe('ready');
  expect(state(page).row?.weights[0]).toBeGreaterThan(0);
});

test('a run goes first; the row of the new last token comes after it', async () => {
  const page = await opened();
  const before = state(page).row;
  void page.generation.getState().run();
  await turn();
  expect(state(page).row).toBe(before);
  await idle(page);
  await pass(SETTLE_MS);
  expect(state(page).row?.position).toBe(ids(page).length - 1);
  expect(state(page).row?.position).toBeGreaterThan(before?.position ?? 0);
});

test('a text that is not in the cache and would take long is asked about', async () => {
  const page = await readyPage({ firstText: TEXT, model: { dims, parameters: 3e9 } });
  state(page).enter();
  await pass(1000);
  expect(page.worker.of('attention')).toEqual([]);
  const { probe } = state(page);
  expect(probe.status).toBe('costly');
  if (probe.status === 'costly') expect(probe.seconds).toBeGreaterThan(1);
  state(page).fetchRow();
  await pass(0);
  expect(state(page).probe.status).toBe('ready');
});

test('an empty text, a text beyond the context, a failure with a way on', async () => {
  let broken = true;
  const page = await opened({
    intercept: (command, say) => {
      if (command.type !== 'attention' || command.tokens.length !== 3 || !broken) return false;
      say({ type: 'failed', run: command.run, error: { code: 'out_of_memory', message: 'no room', detail: {} } });
      return true;
    },
  });
  page.document.getState().selectToken(2);
  await pass(100);
  expect(state(page).probe).toMatchObject({ status: 'failed', error: { code: 'out_of_memory' } });
  broken = false;
  state(page).fetchRow();
  await pass(0);
  expect(state(page).probe.status).toBe('ready');
  page.document.getState().setText('');
  await pass(SETTLE_MS);
  expect(state(page).probe.status).toBe('empty');
  page.document.getState().setText('word '.repeat(200));
  await pass(SETTLE_MS);
  expect(state(page).probe).toMatchObject({ status: 'too_long', error: { code: 'prompt_too_long' } });
});

test('a head under the pointer shows on the text once a frame; the choice comes back', async () => {
  const page = await readyPage({ firstText: TEXT, model: { dims }, holdFrames: true });
  state(page).enter();
  await pass(SETTLE_MS);
  const all = Uint32Array.from(ids(page));
  page.frames.length = 0;
  let redrawn = 0;
  const end = page.attentionTint.subscribe(() => void redrawn++);
  for (const head of [0, 1, 0, 1]) state(page).setPreview({ layer: 1, head });
  expect(page.frames).toHaveLength(1);
  page.frames.pop()?.();
  expect(redrawn).toBe(1);
  expect(page.attentionTint.getState().shown?.weights).toEqual(fakeWeights(all, all.length - 1, 1, 1));
  state(page).setPreview(null);
  page.frames.pop()?.();
  expect(page.attentionTint.getState().shown?.choice).toEqual({ layer: null, head: null });
  state(page).choose({ layer: 0, head: 1 });
  expect(page.attentionTint.getState().shown?.weights).toEqual(fakeWeights(all, all.length - 1, 0, 1));
  end();
});

test('the memory is given back some time after the view was left, and not when it is opened again', async () => {
  const page = await opened();
  state(page).leave();
  expect(page.attentionTint.getState().shown).toBeNull();
  state(page).enter();
  await pass(KEPT_MS);
  expect(page.worker.of('close_view')).toEqual([]);
  expect(page.attentionTint.getState().shown).not.toBeNull();
  state(page).leave();
  await pass(KEPT_MS);
  expect(page.worker.of('close_view')).toMatchObject([{ view: 'attention' }]);
  expect(state(page).row).toBeNull();
});

test('another model: rows and maps of the old one are gone', async () => {
  const page = await opened();
  state(page).choose({ layer: 1, head: 1 });
  const before = state(page).row;
  const loading = page.model.getState().loadModel({ kind: 'hub', repo: 'owner/other', revision: 'main' });
  expect(state(page).probe.status).toBe('no_model');
  await loading;
  expect(state(page).row).toBeNull();
  expect(page.attentionTint.getState().shown).toBeNull();
  await pass(SETTLE_MS);
  expect(state(page).row).not.toBe(before);
  expect(state(page).probe.status).toBe('ready');
});

test('a map of one head comes tile by tile, its rows are those of single positions', async () => {
  const page = await opened();
  state(page).setPanel('map');
  await pass(0);
  expect(state(page).mapProbe.status).toBe('empty');
  state(page).choose({ layer: 1, head: 0 });
  await pass(0);
  const { map, mapProbe } = state(page);
  const all = Uint32Array.from(ids(page));
  expect(mapProbe.status).toBe('ready');
  expect(map?.rows).toBe(all.length);
  for (let t = 0; t < all.length; t++) expect(map && mapRow(map, t)).toEqual(fakeWeights(all, t, 1, 0));
  // Back and forth between heads costs nothing twice.
  state(page).choose({ layer: 1, head: null });
  await pass(0);
  expect(page.worker.of('attention_map')).toHaveLength(2);
  expect(page.worker.of('attention_map')[1]).toMatchObject({ layer: 1, head: null, from: 0 });
  state(page).choose({ layer: 1, head: 0 });
  await pass(0);
  expect(page.worker.of('attention_map')).toHaveLength(2);
  expect(state(page).map?.rows).toBe(all.length);
});

test('a map goes on where the text grew, and begins anew where it changed', async () => {
  const page = await opened();
  state(page).choose({ layer: 0, head: 1 });
  state(page).setPanel('map');
  await pass(0);
  const before = ids(page).length;
  const { text } = page.document.getState();
  page.document.getState().edit(text.length, text.length, '. He had a red ball');
  await pass(SETTLE_MS * 2);
  const all = Uint32Array.from(ids(page));
  const [, grown] = page.worker.of('attention_map');
  expect(grown?.from).toBeGreaterThanOrEqual(before - 1);
  expect(state(page).map?.rows).toBe(all.length);
  const { map } = state(page);
  for (let t = 0; t < all.length; t++) expect(map && mapRow(map, t)).toEqual(fakeWeights(all, t, 0, 1));
  page.document.getState().edit(0, 4, 'Twice');
  expect(state(page).map).toBeNull();
  await pass(SETTLE_MS * 2);
  expect(page.worker.of('attention_map').at(-1)).toMatchObject({ from: 0 });
});

test('a map that would take long asks after its first tile, goes on from there, and can be stopped', async () => {
  let tick = 0;
  const page = await opened({ intercept: command => void (command.type === 'attention_map' && tick++) === true });
  state(page).choose({ layer: 0, head: 0 });
  // Each look at the clock is later by a second for each tile.
  Object.defineProperty(page.clock, 'now', { get: () => (tick += 1000) });
  state(page).setPanel('map');
  await pass(0);
  expect(state(page).mapProbe.status).toBe('costly');
  const { rows } = state(page).map ?? { rows: 0 };
  expect(rows).toBe(4);
  expect(page.worker.of('cancel').length).toBeGreaterThan(0);
  state(page).fetchMap();
  await turn();
  await turn();
  state(page).stopMap();
  await pass(0);
  expect(state(page).mapProbe.status).toBe('stopped');
  const stoppedAt = state(page).map?.rows ?? 0;
  expect(stoppedAt).toBeLessThan(ids(page).length);
  await pass(1000);
  expect(state(page).map?.rows).toBe(stoppedAt);
  state(page).fetchMap();
  await pass(0);
  expect(state(page).map?.rows).toBe(ids(page).length);
  expect(page.worker.of('attention_map').at(-1)?.from).toBe(stoppedAt);
});

test('another place is selected while its row must be asked for: nothing of the older one is drawn on the text', async () => {
  const page = await readyPage({ firstText: TEXT, model: { dims, parameters: 3e9 } });
  page.document.getState().selectToken(0);
  state(page).enter();
  await pass(1000);
  state(page).fetchRow();
  await pass(0);
  expect(page.attentionTint.getState().shown?.position).toBe(0);
  page.document.getState().selectToken(4);
  await pass(1000);
  expect(state(page).probe.status).toBe('costly');
  expect(state(page).row?.position).toBe(0);
  expect(page.attentionTint.getState().shown).toBeNull();
});

test('the map needs no row: it has its own button, whatever is selected, and begins with it', async () => {
  const page = await readyPage({ firstText: TEXT, model: { dims, parameters: 3e9 } });
  page.document.getState().selectToken(0);
  state(page).enter();
  state(page).choose({ layer: 1, head: 0 });
  state(page).setPanel('map');
  await pass(1000);
  expect(state(page).mapProbe).toMatchObject({ status: 'costly' });
  page.document.getState().selectToken(3);
  await pass(1000);
  expect(state(page).probe.status).toBe('costly');
  expect(state(page).mapProbe).toMatchObject({ status: 'costly' });
  state(page).fetchMap();
  await pass(0);
  expect(state(page).mapProbe.status).toBe('ready');
  expect(state(page).map?.rows).toBe(ids(page).length);
  // The text is in the cache now, and so the row comes by itself.
  await pass(1000);
  expect(state(page).row?.position).toBe(3);
});
