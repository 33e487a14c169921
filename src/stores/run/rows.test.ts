// The row of the selected place: what is fetched when, and what is kept.
import { expect, test } from 'vitest';
import { logitsAfter, until, V } from '../../../e2e/support/scripted-engine.ts';
import { ids, type Page, readyPage, text } from '../../../e2e/support/scripted-page.ts';
import { SETTLE_MS } from '../gpu-work/times.ts';
import { pass, watchedRows } from './rows.fixture.ts';

let page: Page;
const { selected, sent, bare } = watchedRows(() => page);

test('is fetched for the end of the text before any run, and none is generated', async () => {
  page = await readyPage();
  await pass(0);
  await until(() => selected().status === 'ready');
  const now = selected();
  if (now.status !== 'ready') throw new Error(now.status);
  expect([...now.row.ranked.logits]).toEqual([...logitsAfter(Uint32Array.from(ids(page)))]);
  expect(page.worker.of('generate')).toHaveLength(0);
  expect(sent('prefill')).toBe(1);
});

test('comes a while after the last key, once', async () => {
  page = await readyPage();
  await pass(1000);
  const before = sent('prefill');
  for (const letter of ' fox') {
    page.document.getState().edit(text(page).length, text(page).length, letter);
    expect(selected().status).toBe('waiting');
    await pass(SETTLE_MS - 10);
  }
  expect(sent('prefill')).toBe(before);
  await pass(20);
  await until(() => selected().status === 'ready');
  expect(sent('prefill')).toBe(before + 1);
});

test('of a token in the middle names all that is cached, so that nothing is computed again', async () => {
  page = await readyPage();
  await pass(1000);
  page.document.getState().selectToken(3);
  await pass(100);
  await until(() => selected().status === 'ready');
  const [command] = page.worker.of('row');
  expect(command?.position).toBe(2);
  expect([...(command?.tokens ?? [])]).toEqual(ids(page));
  const row = page.rows.getState().rowAt(3);
  expect([...(row?.ranked.logits ?? [])]).toEqual([...logitsAfter(Uint32Array.from(ids(page).slice(0, 3)))]);
});

test('is kept: going back sends nothing', async () => {
  page = await readyPage();
  await pass(1000);
  for (const place of [3, 2, 3, 'end'] as const) {
    page.document.getState().selectToken(place);
    await pass(200);
    expect(selected()).toMatchObject({ status: 'ready', place });
  }
  expect(sent('row')).toBe(2);
  expect(sent('prefill')).toBe(1);
});

test('a caret that passes many tokens fetches the last one alone', async () => {
  page = await readyPage();
  await pass(1000);
  for (const place of [1, 2, 3, 4]) page.document.getState().selectToken(place);
  await pass(500);
  expect(page.worker.of('row').map(command => command.position)).toEqual([3]);
});

test('a caret that moves on while a row is fetched ends that fetch, and the newer one is let finish', async () => {
  const held: (() => void)[] = [];
  page = await readyPage({
    intercept: (command, say) => {
      if (command.type !== 'row') return false;
      const { run, position } = command;
      held.push(() => {
        const cancelled = page.worker.of('cancel').some(each => each.run === run);
        const error = { code: 'cancelled', message: '', detail: {} } as const;
        if (!cancelled)
          say({ type: 'row', run, position, logits: logitsAfter(command.tokens.subarray(0, position + 1)) });
        say(cancelled ? { type: 'failed', run, error } : { type: 'done', run });
      });
      return true;
    },
  });
  await pass(1000);
  page.document.getState().selectToken(2);
  await pass(100);
  page.document.getState().selectToken(4);
  await pass(100);
  held.shift()?.();
  await pass(1000);
  expect(selected()).toMatchObject({ status: 'loading', place: 4 });
  expect(sent('row')).toBe(2);
  held.shift()?.();
  await pass(0);
  expect(selected()).toMatchObject({ status: 'ready', place: 4 });
  expect(page.rows.getState().rowAt(2)).toBeNull();
});

test('the first token has none', async () => {
  page = await readyPage();
  page.document.getState().selectToken(0);
  await pass(500);
  expect(selected()).toEqual({ status: 'first', place: 0 });
});

test('a costly one waits for the button', async () => {
  page = await readyPage({ msPerToken: 600 });
  await pass(1000);
  await until(() => selected().status === 'ready');
  page.document.getState().edit(0, 4, 'Twice upon a time there was once');
  await pass(1000);
  const now = selected();
  expect(now.status).toBe('costly');
  if (now.status === 'costly') expect(now.seconds).toBeGreaterThan(1);
  const fetched = page.rows.getState().fetchSelected();
  expect(selected().status).toBe('loading');
  await fetched;
  await until(() => selected().status === 'ready');
});

const LONG = 'Anna and Tom went to the small house. '.repeat(12).trim();
const dims = { n_layer: 1, n_embd: 8, n_head: 1, n_kv_head: 1, head_size: 8, n_ctx: 512, vocab_size: V };

test('of a long text comes by itself when the model is small, before any measurement, and so do the numbers', async () => {
  page = await readyPage({ firstText: LONG, model: { dims, parameters: 3.2e6 } });
  expect(ids(page).length).toBeGreaterThan(100);
  await pass(0);
  await until(() => selected().status === 'ready');
  await pass(400);
  await until(() => bare() === 0);
  expect(page.worker.of('generate')).toHaveLength(0);
});

test('comes back after a reload, numbers and all', async () => {
  page = await readyPage({ firstText: LONG, model: { dims, parameters: 3.2e6 } });
  await page.flush();
  const { memory } = page;
  page.dispose();
  page = await readyPage({ memory, model: { dims, parameters: 3.2e6 } });
  await pass(0);
  await until(() => selected().status === 'ready');
  await pass(400);
  await until(() => bare() === 0);
});

test('of a long text waits for the button when the model is large for its adapter', async () => {
  page = await readyPage({ firstText: LONG, model: { dims, parameters: 124e6 } });
  await pass(1000);
  expect(selected()).toMatchObject({
    status: 'costly',
    seconds: expect.closeTo((ids(page).length * 0.248) / 1.5, 3),
  });
  expect(sent('prefill') + sent('score')).toBe(0);
});

test('a fetch that is stopped leaves the button', async () => {
  let hold = true;
  page = await readyPage({
    intercept: (command, say) => {
      if (command.type !== 'prefill' || !hold) return false;
      const { run } = command;
      const error = { code: 'cancelled', message: '', detail: {} } as const;
      const wait = (): void => {
        if (page.worker.of('cancel').some(each => each.run === run)) say({ type: 'failed', run, error });
        else setImmediate(wait);
      };
      wait();
      return true;
    },
  });
  await pass(100);
  expect(selected().status).toBe('loading');
  page.rows.getState().stopFetch();
  await until(() => selected().status === 'costly');
  await pass(1000);
  expect(selected().status).toBe('costly');
  expect(sent('prefill')).toBe(1);
  hold = false;
  await page.rows.getState().fetchSelected();
  await until(() => selected().status === 'ready');
});

test('a run stopped before its prefill ended leaves nothing to count on', async () => {
  page = await readyPage({
    firstText: LONG,
    model: { dims, parameters: 124e6 },
    intercept: (command, say) => {
      if (command.type !== 'generate') return false;
      const { run } = command;
      const finished = { reason: 'cancelled', stop: '', piece: new Uint8Array(0), generated: 0 } as const;
      say({ type: 'finished', run, ...finished, prefillMs: 0, decodeMs: 0 });
      say({ type: 'done', run });
      return true;
    },
  });
  await page.generation.getState().run();
  await pass(1000);
  expect(selected().status).toBe('costly');
  expect(sent('prefill')).toBe(0);
});

test('waits while a run is on and comes after it', async () => {
  page = await readyPage();
  await pass(1000);
  const before = sent('prefill');
  const run = page.generation.getState().run();
  page.document.getState().selectToken(2);
  expect(selected().status).toBe('waiting');
  await pass(0);
  await run;
  expect(sent('row')).toBe(0);
  await pass(500);
  await until(() => selected().status === 'ready');
  expect(sent('prefill')).toBe(before);
  expect(sent('row')).toBe(1);
});

test('a text longer than the context says so', async () => {
  page = await readyPage({ firstText: 'Anna and Tom went home. '.repeat(20).trim() });
  await pass(1000);
  expect(selected()).toMatchObject({ status: 'failed', error: { code: 'prompt_too_long' } });
  expect(sent('prefill')).toBe(0);
});

test('a failure is shown, and the button tries again', async () => {
  let broken = true;
  page = await readyPage({
    intercept: (command, say) => {
      if (command.type !== 'prefill' || !broken) return false;
      say({ type: 'failed', run: command.run, error: { code: 'nan_logits', message: '', detail: {} } });
      return true;
    },
  });
  await pass(1000);
  expect(selected()).toMatchObject({ status: 'failed', error: { code: 'nan_logits' } });
  broken = false;
  await page.rows.getState().fetchSelected();
  await until(() => selected().status === 'ready');
});

test('rows of another model are dropped', async () => {
  page = await readyPage();
  await pass(1000);
  await page.model.getState().loadModel({ kind: 'hub', repo: 'a/b', revision: 'main' });
  expect(page.rows.getState().rowAt('end')).toBeNull();
  await pass(1000);
  await until(() => selected().status === 'ready');
  expect(sent('prefill')).toBe(2);
});
