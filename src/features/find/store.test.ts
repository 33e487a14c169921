// Looking for words in the document: what is found, what is selected, what stays found while the text changes, and the way back.
import { afterEach, expect, test } from 'vitest';
import { idle, type Page, readyPage, text } from '../../../e2e/support/scripted-page.ts';
import { findStore } from './store.ts';

let page: Page;
afterEach(() => page.dispose());
const find = () => findStore.of(page).getState();
const selected = (): string => {
  const { selection } = page.document.getState();
  return text(page).slice(selection.start, selection.end);
};

const TEXT = 'The cat and the Cat sat on the category. cat';

test('finds over the borders of tokens, selects from where one was, steps around both ends, and gives the selection back', async () => {
  page = await readyPage({ firstText: TEXT });
  page.document.getState().select(6, 6);
  find().enter();
  find().look({ words: 'at' });
  expect(find()).toMatchObject({ starts: [5, 17, 21, 32, 42], at: 1, searching: false });
  expect([selected(), page.document.getState().selection.start]).toEqual(['at', 17]);
  const visited = [1, 1, 1, 1, -1, -1].map(by => {
    find().step(by === 1 ? 1 : -1);
    return find().at;
  });
  expect(visited).toEqual([2, 3, 4, 0, 4, 3]);
  find().look({ words: 't on th' });
  expect([selected(), find().starts]).toEqual(['t on th', [22]]);
  find().leave(true);
  expect(page.document.getState().selection).toMatchObject({ start: 6, end: 6 });
  expect(find()).toMatchObject({ open: false, starts: [], at: -1 });
});

test('capitals count where one says so, and what was selected is what is looked for', async () => {
  page = await readyPage({ firstText: TEXT });
  page.document.getState().select(4, 7);
  find().enter();
  expect(find()).toMatchObject({ words: 'cat', starts: [4, 16, 31, 41], at: 0 });
  find().look({ cased: true });
  expect(find().starts).toEqual([4, 31, 41]);
  find().step(-1);
  find().leave(false);
  expect(page.document.getState().selection).toMatchObject({ start: 41, end: 44 });
});

test('follows edits and runs, and where the text has changed the old selection is not brought back', async () => {
  page = await readyPage({ firstText: TEXT, model: { eosIds: [] } });
  find().enter();
  find().look({ words: 'cat' });
  expect(find().starts).toEqual([4, 16, 31, 41]);
  page.document.getState().edit(8, 8, 'cat, cat and ');
  expect(find().starts).toEqual([4, 8, 13, 29, 44, 54]);
  page.document.getState().edit(5, 6, 'u');
  expect(find().starts).toEqual([8, 13, 29, 44, 54]);
  await page.generation.getState().run();
  await idle(page);
  page.document.getState().edit(text(page).length, text(page).length, ' a CAT');
  const all = text(page).toLowerCase();
  const expected = [];
  for (let at = all.indexOf('cat'); at >= 0; at = all.indexOf('cat', at + 3)) expected.push(at);
  expect(find().starts).toEqual(expected);
  const { selection } = page.document.getState();
  find().leave(true);
  expect(page.document.getState().selection).toBe(selection);
});

test('a long text is searched in turns, and what is known shows meanwhile', async () => {
  page = await readyPage({ firstText: `${'x '.repeat(200_000)}needle`, holdFrames: true });
  find().enter();
  // Each look at the clock is a slice later.
  Object.defineProperty(page.clock, 'now', { get: () => (time += 20) });
  let time = 0;
  find().look({ words: 'x' });
  expect(find().searching).toBe(true);
  const first = find().starts.length;
  expect(first).toBeGreaterThan(0);
  expect(first).toBeLessThan(200_000);
  for (let turns = 0; find().searching && turns < 100; turns++) for (const frame of page.frames.splice(0)) frame();
  expect(find().starts).toHaveLength(200_000);
  find().look({ words: 'needle' });
  find().leave(true);
  for (const frame of page.frames.splice(0)) frame();
  expect(find()).toMatchObject({ open: false, starts: [] });
});
