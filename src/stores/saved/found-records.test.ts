// What a visit finds in the store: texts of before there were documents, damaged and newer records, a database that never answers.
import { expect, test, vi } from 'vitest';
import { ids, keptRecord, text } from '../../../e2e/support/scripted-page.ts';
import { visitsOf } from '../../../e2e/support/visits.ts';
import { acts, list, titles, type } from './documents.fixture.ts';

const { visit, arrive } = visitsOf('held');

test('what was kept before becomes documents, each text once, and each tab has its own', async () => {
  const page = await visit({ firstText: 'An old text' });
  type(page, '.');
  await page.flush();
  const old = { ...Object(keptRecord(page.memory).record), version: 1, view: { tint: 'rank' } };
  const memory = new Map<string, unknown>([
    ['page', { ...old, text: 'Of another tab', ids: 'x' }],
    ['page:two', { ...old, text: 'Of another tab', ids: 'x' }],
    ['written:page:two', 5],
    ['page:one', old],
  ]);
  const one = await visit({ memory, tab: 'one' });
  expect(text(one)).toBe('An old text.');
  expect(one.view.getState().tint).toBe('rank');
  expect(ids(one)).toEqual(ids(page));
  expect(await titles(one)).toEqual(['An old text.', 'Of another tab']);
  expect(text(await visit({ memory, tab: 'two' }))).toBe('Of another tab');
  expect(text(await visit({ memory, tab: 'three' }))).toBe('Of another tab');
  expect(await list(one)).toHaveLength(2);
});

test('a damaged or newer record is listed as what cannot be read, stops nothing and stays', async () => {
  const memory = new Map<string, unknown>([
    ['document:newer', { version: 99, text: 'x' }],
    ['entry:newer', { version: 99 }],
    ['document:bad', 'x'],
    ['page:tab', { version: 2, document: 'newer' }],
  ]);
  const page = await visit({ memory, firstText: 'Begins anew' });
  expect(text(page)).toBe('Begins anew');
  type(page, '.');
  await page.flush();
  expect((await list(page)).map(({ id, readable }) => [id, readable])).toEqual([
    [page.documents.getState().id, true],
    ['bad', false],
    ['newer', false],
  ]);
  await acts(page).open('newer');
  expect(page.documents.getState().notice).toEqual({ kind: 'unreadable' });
  expect(text(page)).toBe('Begins anew.');
  expect(memory.get('document:newer')).toEqual({ version: 99, text: 'x' });
  // A small record that is gone is made from the document.
  memory.delete(`entry:${page.documents.getState().id}`);
  expect(await titles(page)).toContain('Begins anew.');
});

test('a database that never answers is done without', async () => {
  const page = arrive({ firstText: 'Without' });
  const memory = page.memory;
  const get = memory.get.bind(memory);
  memory.get = key => (key.startsWith('page') ? new Promise(() => {}) : get(key));
  const starting = page.start();
  for (let i = 0; i < 40 && page.documents.getState().acts === null; i++) {
    await vi.advanceTimersByTimeAsync(1000);
    await new Promise(setImmediate);
  }
  await starting;
  expect(text(page)).toBe('Without');
  expect(page.model.getState().load.status).toBe('ready');
});
