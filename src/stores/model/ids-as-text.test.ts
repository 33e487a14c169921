// A model without a tokenizer in the page's stores: ids are typed, drawn and kept, and the text of before is not lost.
import { afterEach, expect, test } from 'vitest';
import { V } from '../../../e2e/support/scripted-engine.ts';
import { idle, ids, type Page, readyPage, text } from '../../../e2e/support/scripted-page.ts';
import type { LoadedModel } from '../../protocol/events.ts';
import { warningWords } from './warnings.ts';

let page: Page | undefined;
afterEach(() => page?.dispose());

const BARE: Partial<LoadedModel> = {
  tokenizerJson: null,
  tokenizerConfig: {},
  warnings: [{ code: 'ids_as_text', detail: { why: 'tokenizer.json is missing' } }],
};

test('ids are written key by key, run, drawn and undone', async () => {
  page = await readyPage({ model: BARE, firstText: '' });
  expect(page.model.getState().notices).toEqual(['ids_as_text']);
  for (const key of '\\[17\\]\\[3\\]') page.document.getState().edit(text(page).length, text(page).length, key);
  expect(text(page)).toBe('\\[17\\]\\[3\\]');
  expect(ids(page)).toEqual([17, 3]);
  await page.generation.getState().run();
  await idle(page);
  expect(ids(page).length).toBe(10);
  expect(text(page)).toBe(
    ids(page)
      .map(id => `\\[${id}\\]`)
      .join(''),
  );
  expect(ids(page).every(id => id < V)).toBe(true);
  page.document.getState().undo();
  expect(ids(page)).toEqual([17, 3]);
  // An edit inside an id goes behind it; one that takes a part of it takes it whole.
  const { length } = text(page);
  page.document.getState().edit(length - 1, length, '');
  expect(ids(page)).toEqual([17]);
});

test('a text of another vocabulary stays as it is, there and back', async () => {
  const words = 'Once upon a time — 🙂';
  let bare = false;
  page = await readyPage({
    firstText: words,
    get model() {
      return bare ? BARE : {};
    },
  });
  const before = ids(page);
  bare = true;
  await page.model.getState().loadModel({ kind: 'local', name: 'bare' }, { files: [] });
  expect(text(page)).toBe(words);
  expect(ids(page).every(id => id >= V)).toBe(true);
  bare = false;
  await page.model.getState().loadDefault();
  expect(text(page)).toBe(words);
  expect(ids(page)).toEqual(before);
});

test('warnings in words', () => {
  expect(warningWords({ code: 'ids_as_text', detail: { why: 'tokenizer.json is missing' } })).toContain('\\[17\\]');
  expect(warningWords({ code: 'tokenizer_surplus', detail: { surplus: 1, vocab_size: 50_257 } })).toMatch(
    /1 more token than the 50,257 rows/,
  );
  expect(warningWords({ code: 'classifier', detail: { tensor: 'score.weight' } })).toContain('score.weight');
});
