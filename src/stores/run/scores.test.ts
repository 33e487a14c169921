// Scoring that takes long: asked for, followed, stopped, and ended by an edit.
import { expect, test } from 'vitest';
import { until, V } from '../../../e2e/support/scripted-engine.ts';
import { type Page, readyPage, text } from '../../../e2e/support/scripted-page.ts';
import { pass, watchedRows } from './rows.fixture.ts';

let page: Page;
const { bare } = watchedRows(() => page);

const dims = { n_layer: 1, n_embd: 8, n_head: 1, n_kv_head: 1, head_size: 8, n_ctx: 512, vocab_size: V };
const LONG = 'Anna and Tom went to the small house. '.repeat(20).trim();
const large = () => readyPage({ firstText: LONG, model: { dims, parameters: 124e6 } });
const scores = () => page.scores.getState();

test('begins when a person asks, in pieces with progress', async () => {
  page = await large();
  await pass(1000);
  expect(page.worker.of('score')).toHaveLength(0);
  expect(scores().seconds()).toBeGreaterThan(1);
  const seen: number[] = [];
  page.scores.subscribe(({ task }) => seen.push(task.done));
  await scores().score();
  expect(bare()).toBe(0);
  expect(scores().task).toMatchObject({ status: 'done', total: page.document.getState().tokens.length - 1 });
  expect(seen).toEqual(seen.toSorted((a, b) => a - b));
  expect(new Set(seen).size).toBeGreaterThan(2);
  expect(page.worker.of('score').every(({ tokens, from }) => tokens.length - from <= 64)).toBe(true);
  expect(scores().seconds()).toBe(0);
});

test('stops when a person says so, keeps what has come, and goes on from there', async () => {
  page = await large();
  const work = scores().score();
  await until(() => scores().task.done > 0);
  scores().stop();
  await work;
  expect(scores().task.status).toBe('stopped');
  const left = bare();
  expect(left).toBeGreaterThan(0);
  expect(left).toBeLessThan(page.document.getState().tokens.length - 1);
  await scores().score();
  expect(bare()).toBe(0);
});

test('a row comes between, and it goes on', async () => {
  page = await large();
  const work = scores().score();
  await until(() => scores().task.done > 0);
  page.document.getState().selectToken(5);
  await page.rows.getState().fetchSelected();
  expect(bare()).toBeGreaterThan(0);
  await work;
  expect(bare()).toBe(0);
});

test('an edit of what is scored ends it, one at the end does not', async () => {
  page = await large();
  const work = scores().score();
  await until(() => scores().task.done > 0);
  page.document.getState().edit(text(page).length, text(page).length, ' fox');
  expect(scores().task.status).toBe('working');
  page.document.getState().edit(0, 4, 'Twice');
  expect(scores().task.status).toBe('idle');
  await work;
  expect(scores().task.status).toBe('idle');
});

test('a text longer than the context is scored as far as it fits, wherever the caret stands', async () => {
  page = await readyPage({ firstText: LONG });
  await pass(1000);
  await until(() => page.document.getState().tokens[63]?.stats !== undefined);
  expect(page.document.getState().tokens[64]?.stats).toBeUndefined();
  await scores().score();
  expect(scores().task.status).toBe('idle');
});
