// Documents of one page: new, opened, named, copied, removed and brought back, searched.
import { expect, test } from 'vitest';
import { until } from '../../../e2e/support/scripted-engine.ts';
import { ids, text } from '../../../e2e/support/scripted-page.ts';
import { visitsOf } from '../../../e2e/support/visits.ts';
import { defined } from '../../lib/assert.ts';
import { acts, list, titles, type } from './documents.fixture.ts';
import { firstWords, titleOf } from './title.ts';

const { visit } = visitsOf('held');

test('each keeps its branches, settings, seed, pins and steps of Undo; another one changes none of it', async () => {
  const page = await visit({ firstText: 'The first document' });
  page.settings.getState().change({ temperature: 1.4, max_new_tokens: 4 });
  await page.generation.getState().run();
  page.document.getState().cut(2, 'choice');
  type(page, ' other');
  page.pins.getState().pin(300);
  const first = { id: page.documents.getState().id, ids: ids(page), text: text(page) };
  const branches = page.document.getState().branches.map(branch => branch.tokens.map(token => token.id));
  const { canUndo } = page.document.getState();
  expect(branches).toHaveLength(2);

  await acts(page).create({ text: 'Another', keep: true });
  expect(text(page)).toBe('Another');
  expect(page.document.getState()).toMatchObject({ canUndo: null, branch: 1 });
  expect(page.document.getState().branches).toHaveLength(1);
  page.settings.getState().change({ temperature: 0.3 });
  page.pins.getState().clear();
  type(page, ' one');

  await acts(page).open(first.id);
  expect(text(page)).toBe(first.text);
  expect(page.document.getState().branches.map(branch => branch.tokens.map(token => token.id))).toEqual(branches);
  expect(page.settings.getState().settings).toMatchObject({ temperature: 1.4, max_new_tokens: 4 });
  expect(page.pins.getState().pins.map(pin => pin.id)).toEqual([300]);
  expect(page.document.getState().canUndo).toBe(canUndo);
  page.document.getState().undo();
  expect(text(page)).not.toBe(first.text);
  page.document.getState().redo();
  expect(text(page)).toBe(first.text);

  const listed = await list(page);
  expect(listed.map(({ words, branches: count, readable }) => ({ words, count, readable }))).toEqual(
    expect.arrayContaining([
      { words: 'Another one', count: 1, readable: true },
      { words: first.text, count: 2, readable: true },
    ]),
  );
  expect(listed.map(({ model }) => model)).toEqual(['nucleus-3m', 'nucleus-3m']);
  expect(listed.every(({ tokens }) => tokens > 0)).toBe(true);
});

test('a new one takes the place of a text that nobody has touched, and of no other', async () => {
  const page = await visit({ firstText: 'Shown at first' });
  await acts(page).create({ text: 'An example' });
  await acts(page).create({ text: 'Another example' });
  expect(await list(page)).toHaveLength(0);
  type(page, ', written on');
  await acts(page).create({ text: 'An example' });
  expect(text(page)).toBe('An example');
  expect(await titles(page)).toEqual(['Another example, written on']);
});

test('is called by its first words until a person names it, also when it is not open', async () => {
  expect(firstWords('  Two\n\n words ')).toBe('Two words');
  expect(firstWords(`${'word '.repeat(30)}`)).toMatch(/^(word ){7}word…$/);
  expect(titleOf('', ' \n')).toBe('Untitled');
  const page = await visit({ firstText: 'Some words' });
  type(page, ' more');
  const { id } = page.documents.getState();
  await acts(page).rename(id, '  A   name\n');
  expect(page.documents.getState().title).toBe('A name');
  await acts(page).create({ text: 'Second', keep: true });
  expect(await titles(page)).toEqual(['A name', 'Second']);
  await acts(page).rename(id, 'Its second name');
  expect(await titles(page)).toEqual(['Its second name', 'Second']);
  await acts(page).open(id);
  expect(page.documents.getState().title).toBe('Its second name');
  await acts(page).rename(id, '');
  expect(await titles(page)).toEqual(['Second', 'Some words more']);
});

test('a copy is a document of its own and opens', async () => {
  const page = await visit({ firstText: 'To be copied' });
  const { id } = page.documents.getState();
  await acts(page).duplicate(id);
  expect(page.documents.getState().id).not.toBe(id);
  expect(text(page)).toBe('To be copied');
  type(page, ' and changed');
  await page.flush();
  await acts(page).open(id);
  expect(text(page)).toBe('To be copied');
  expect(await titles(page)).toEqual(['To be copied', 'To be copied (copy)']);
});

test('one that was removed comes back whole, with its Undo; the one after it is the newest', async () => {
  const page = await visit({ firstText: 'The kept one' });
  type(page, '.');
  await acts(page).create({ text: 'The removed one', keep: true });
  type(page, ', changed');
  const { id } = page.documents.getState();
  await acts(page).remove(id);
  expect(text(page)).toBe('The kept one.');
  expect(page.documents.getState().notice).toEqual({ kind: 'deleted', title: 'The removed one, changed' });
  expect(await titles(page)).toEqual(['The kept one.']);
  await acts(page).putBack();
  expect(page.documents.getState()).toMatchObject({ id, notice: null });
  expect(text(page)).toBe('The removed one, changed');
  page.document.getState().undo();
  expect(text(page)).toBe('The removed one');
  await acts(page).remove(id);
  await acts(page).remove(page.documents.getState().id);
  expect(text(page)).toBe('');
  expect(await list(page)).toEqual([]);
});

test('are found by any text of theirs, in other branches too', async () => {
  const page = await visit({ firstText: 'Foxes and dogs' });
  page.document.getState().cut(1, 'choice');
  type(page, ' Bears');
  const { id } = page.documents.getState();
  await acts(page).create({ text: 'Cats', keep: true });
  await page.flush();
  const all = (await list(page)).map(each => each.id);
  const found = (query: string) => acts(page).find(all, query, new AbortController().signal);
  expect(await found('DOGS')).toEqual(new Set([id]));
  expect(await found('bears')).toEqual(new Set([id]));
  expect((await found('s')).size).toBe(2);
  expect((await found('wolves')).size).toBe(0);
});

test('a run that is under way ends with the document it belongs to', async () => {
  const page = await visit({ firstText: 'Running' });
  page.settings.getState().change({ max_new_tokens: 500, end_of_text: 'never' });
  const run = page.generation.getState().run();
  await until(() => page.document.getState().tokens.length > 4);
  const { id } = page.documents.getState();
  await acts(page).create({ text: 'Quiet' });
  await run;
  expect(text(page)).toBe('Quiet');
  await acts(page).open(id);
  expect(text(page).startsWith('Running')).toBe(true);
  expect(page.document.getState().tokens.some(token => token.origin === 'drawn')).toBe(true);
});

test.each([
  ['untouched', ''],
  ['changed', '!'],
])('a run that waits for a model does not begin in another document: the text is %s', async (_, typed) => {
  const page = await visit({ firstText: 'Waiting' });
  if (typed !== '') type(page, typed);
  const loading = page.model.getState().loadModel(defined(page.worker.of('load').at(-1), 'a load').source);
  await until(() => page.model.getState().load.status === 'loading');
  const run = page.generation.getState().run();
  expect(page.generation.getState().status).toEqual({ kind: 'waiting' });
  await acts(page).create({ text: 'Quiet' });
  await Promise.all([loading, run]);
  expect(page.model.getState().load.status).toBe('ready');
  expect(text(page)).toBe('Quiet');
});

test('settings and pins of a document that was opened again are kept, though its text stays as it is', async () => {
  const page = await visit({ firstText: 'First' });
  type(page, ' one');
  const { id } = page.documents.getState();
  await acts(page).create({ text: 'Second', keep: true });
  await acts(page).open(id);
  page.settings.getState().change({ temperature: 1.7 });
  page.pins.getState().pin(300);
  await acts(page).create({ text: 'Third', keep: true });
  await acts(page).open(id);
  expect(page.settings.getState().settings.temperature).toBe(1.7);
  expect(page.pins.getState().pins).toHaveLength(1);
});
