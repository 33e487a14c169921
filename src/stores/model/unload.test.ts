// A model that is let go: its worker ends, the text stays, and the next load stands on a fresh worker.
import { expect, test } from 'vitest';
import { until } from '../../../e2e/support/scripted-engine.ts';
import { idle, loseDevice, makePage, readyPage, text } from '../../../e2e/support/scripted-page.ts';
import { sourceKey } from '../../lib/model-source.ts';
import { isRunning } from '../run/generation-types.ts';
import { GPT2, kept, load } from './load.fixture.ts';
import { DEFAULT_SOURCE } from './sources.ts';

test('its worker ends and none follows until a load; retry loads it again as it was', async () => {
  const page = kept(await readyPage());
  await page.model.getState().loadModel(GPT2, { kv: 'f16', allowed: 32 });
  const words = text(page);
  page.model.getState().unload('person');
  expect(load(page)).toEqual({ status: 'idle' });
  expect(page.model.getState().letGo).toEqual({ source: GPT2, by: 'person' });
  expect(page.workers.map(({ terminated }) => terminated)).toEqual([true]);
  expect(text(page)).toBe(words);
  await page.model.getState().retry();
  expect(load(page).status).toBe('ready');
  expect(page.workers).toHaveLength(2);
  expect(page.worker.of('load')).toEqual([expect.objectContaining({ source: GPT2, kv: 'f16', allowed: 32 })]);
  expect(page.model.getState().letGo).toBeNull();
});

test('in the middle of a run: the run ends as stopped and keeps what it drew', async () => {
  const page = kept(await readyPage());
  const before = text(page);
  void page.generation.getState().run();
  await until(() => text(page).length > before.length);
  page.model.getState().unload('tab');
  await idle(page);
  expect(page.generation.getState().status).toMatchObject({ kind: 'finished', reason: 'cancelled' });
  expect(text(page).startsWith(before)).toBe(true);
  expect(text(page).length).toBeGreaterThan(before.length);
});

test('while it loads: nothing comes of that load', async () => {
  const page = kept(makePage());
  const started = page.start();
  await until(() => load(page).status === 'loading' && page.workers.length > 0);
  page.model.getState().unload('tab');
  await started;
  expect(load(page)).toEqual({ status: 'idle' });
  expect(page.model.getState().letGo).toEqual({ source: DEFAULT_SOURCE, by: 'tab' });
  await page.model.getState().retry();
  expect(load(page)).toMatchObject({ status: 'ready', model: { key: sourceKey(DEFAULT_SOURCE) } });
});

test('the devices of a fresh worker count anew: one lost before does not stand for them', async () => {
  const page = kept(await readyPage());
  loseDevice(page);
  await until(() => load(page).status === 'ready' && page.model.getState().loss.kind === 'reopened');
  page.model.getState().unload('person');
  await page.model.getState().retry();
  expect(load(page)).toMatchObject({ status: 'ready', model: { device: 1 } });
  expect(page.model.getState().loss.kind).toBe('none');
  expect(page.worker.of('load')).toHaveLength(1);
});

test('where no model is there is nothing to let go', async () => {
  const page = kept(await readyPage());
  page.model.getState().unload('person');
  page.model.getState().unload('tab');
  expect(page.model.getState().letGo?.by).toBe('person');
  expect(isRunning(page.generation.getState().status)).toBe(false);
});
