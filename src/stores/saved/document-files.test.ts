// Documents as a file: out and in again whole, and what is refused.
import { expect, test } from 'vitest';
import { text } from '../../../e2e/support/scripted-page.ts';
import { visitsOf } from '../../../e2e/support/visits.ts';
import { acts, exported, titles, type } from './documents.fixture.ts';

const { visit } = visitsOf('held');

test('one or all go out whole and come in as documents of their own; none takes the place of another', async () => {
  const page = await visit({ firstText: 'Exported' });
  await page.generation.getState().run();
  page.document.getState().cut(2, 'choice');
  type(page, ' branch');
  const { id } = page.documents.getState();
  const [own, branches] = [text(page), page.document.getState().branches];
  await acts(page).create({ text: 'Second', keep: true });
  const [one, all] = [await exported(page, [id]), await exported(page, 'all')];
  expect(await acts(page).imported(one)).toEqual({ added: 1, refused: 0, why: null });
  expect(await titles(page)).toEqual([own, own, 'Second']);

  const other = await visit({ firstText: 'Elsewhere' });
  expect(await acts(other).imported(all)).toEqual({ added: 2, refused: 0, why: null });
  expect(text(other)).toBe('Elsewhere');
  // Under an id of its own, whatever the file says.
  const there = (await acts(other).list()).find(({ words }) => words === own);
  expect(there?.id).not.toBe(id);
  await acts(other).open(there?.id ?? '');
  expect(text(other)).toBe(own);
  const drawn = (list: typeof branches) =>
    list.map(branch => branch.tokens.map(({ id: token, draw }) => [token, draw]));
  expect(drawn(other.document.getState().branches)).toEqual(drawn(branches));
});

test('what is damaged, foreign or newer is refused in words, and the sound ones of a file are taken', async () => {
  const page = await visit({ firstText: 'Stays' });
  await acts(page).create({ text: 'Sound', keep: true });
  const file = JSON.parse(await exported(page, 'all'));
  const hostile = [
    { id: '../x', record: file.documents[0].record },
    { id: 'a', record: { version: 1, text: 5 } },
    { id: 'b', record: { version: 99, text: '' } },
    null,
    JSON.parse('{"id":"c","record":{"__proto__":{"version":1,"text":"x"}}}'),
  ];
  file.documents.push(...hostile);
  expect(await acts(page).imported(JSON.stringify(file))).toEqual({ added: 1, refused: hostile.length, why: null });
  expect(await titles(page)).toEqual(['Sound', 'Sound']);
  for (const [json, why] of [
    ['{', 'not_ours'],
    ['[]', 'not_ours'],
    [JSON.stringify({ ...file, format: 'nucleus.run' }), 'not_ours'],
    [JSON.stringify({ ...file, documents: {} }), 'not_ours'],
    [JSON.stringify({ ...file, version: 2 }), 'newer'],
  ]) {
    expect(await acts(page).imported(json ?? '')).toMatchObject({ added: 0, why });
  }
});
