// Numbers belong to weights: nothing that one model gave stays on the page under another of the same name.
import { afterEach, expect, test } from 'vitest';
import { digestOfWords, until } from '../../../e2e/support/scripted-engine.ts';
import { makePage, type Page, readyPage, text } from '../../../e2e/support/scripted-page.ts';
import type { LoadedModel } from '../../protocol/events.ts';
import { modelIdentity, modelTag } from './model.ts';

const pages: Page[] = [];
afterEach(() => {
  for (const page of pages.splice(0)) page.dispose();
});

/** Two loads of one name and key: the weights are told by `weights.now` alone. */
async function visit(weights: { now: string }, memory = new Map<string, unknown>()): Promise<Page> {
  const options = {
    memory,
    get model(): Partial<LoadedModel> {
      return { key: 'local/mine', name: 'mine', digest: digestOfWords(weights.now) };
    },
  };
  const page = memory.size === 0 ? await readyPage(options) : makePage(options);
  pages.push(page);
  if (memory.size > 0) await page.start();
  await until(() => page.rows.getState().selected.status === 'ready');
  return page;
}

const open = (page: Page): Promise<void> =>
  page.model.getState().loadModel({ kind: 'local', name: 'mine' }, { files: [] });

const scored = (page: Page): number =>
  page.document.getState().tokens.filter(token => token.stats !== undefined).length;

test('other weights under the same name: rows, scores and draws of the first are gone', async () => {
  const weights = { now: 'first' };
  const page = await visit(weights);
  await page.generation.getState().run();
  await until(() => page.rows.getState().selected.status === 'ready');
  const tag = modelTag(page.model.getState());
  const words = text(page);
  const { revision } = page.rows.getState();
  expect(scored(page)).toBeGreaterThan(0);

  weights.now = 'second';
  const loading = open(page);
  await until(() => page.model.getState().load.status === 'ready');
  expect(modelTag(page.model.getState())).not.toBe(tag);
  expect(modelIdentity(page.model.getState())).toEqual({ name: 'mine', digest: digestOfWords('second') });
  // At once, before anything new can have come.
  expect(page.rows.getState().revision).toBeGreaterThan(revision);
  expect(page.rows.getState().selected.status).not.toBe('ready');
  expect(scored(page)).toBe(0);
  expect(page.document.getState().tokens.at(-1)).toMatchObject({ origin: 'drawn', draw: { outdated: true } });
  expect(text(page)).toBe(words);
  await loading;
});

test('the same weights under the same name, after a lost device: everything stays', async () => {
  const weights = { now: 'first' };
  const page = await visit(weights);
  await page.generation.getState().run();
  const { tokens } = page.document.getState();
  await open(page);
  expect(page.document.getState().tokens).toEqual(tokens);
});

test('after a reload numbers come back under the same weights alone', async () => {
  const weights = { now: 'first' };
  const memory = new Map<string, unknown>();
  const page = await visit(weights, memory);
  await page.generation.getState().run();
  await page.flush();
  const same = await visit(weights, memory);
  expect(same.document.getState().tokens.at(-1)).toMatchObject({ draw: { outdated: false } });
  weights.now = 'second';
  const other = await visit(weights, memory);
  expect(text(other)).toBe(text(page));
  expect(other.document.getState().tokens.at(-1)).toMatchObject({ draw: { outdated: true } });
});
