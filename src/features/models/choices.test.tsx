// The models of a repository that holds several, as they are listed: their sizes, which is likely to fit, and the look at one of them in its place.
import { createElement, type ReactNode } from 'react';
import { afterEach, expect, test, vi } from 'vitest';
import { rendered } from '../../../e2e/support/rendered.ts';
import { type Page, readyPage } from '../../../e2e/support/scripted-page.ts';
import type { WireError } from '../../protocol/events.ts';
import { AskedAt } from './asked.ts';
import { Choices, choicesOf } from './Choices.tsx';
import { Inspection } from './Inspection.tsx';
import { LoadTrouble } from './LoadTrouble.tsx';

const SOURCE = { kind: 'hub', repo: 'a/several', revision: 'v1' } as const;
const GB = 1e9;
const choose = (choices: unknown): WireError => ({
  code: 'choose_file',
  message: '',
  detail: { repo: SOURCE.repo, choices: JSON.stringify(choices) },
});
const SEVERAL = choose([
  { file: 'large.gguf', parts: 1, bytes: 9 * GB },
  { file: 'parts-00001-of-00003.gguf', parts: 3, bytes: 2 * GB },
  { file: 'small.gguf', parts: 1, bytes: GB },
]);

const pages: Page[] = [];
afterEach(() => {
  for (const page of pages.splice(0)) page.dispose();
});
async function open(): Promise<Page> {
  const page = await readyPage();
  pages.push(page);
  return page;
}

/** In a browser that tells so many GiB of memory. */
function markupOf(page: Page, element: ReactNode, deviceMemory = 8): string {
  vi.stubGlobal('navigator', { deviceMemory });
  return rendered(page, element);
}
const words = (markup: string): string => markup.replace(/<[^>]*>/g, ' ').replace(/\s+/g, ' ');
const rowsOf = (page: Page, deviceMemory?: number): string[] => {
  const choices = choicesOf(SEVERAL) ?? [];
  const list = createElement(Choices, { choices, source: SOURCE, at: 'name' });
  const markup = markupOf(page, list, deviceMemory);
  return markup
    .split('<li')
    .slice(1)
    .map(row => words(`<li${row}`).trim());
};

test('only an error that leaves models to choose from has a list of them', () => {
  expect(choicesOf(SEVERAL)?.map(({ file }) => file)).toEqual([
    'large.gguf',
    'parts-00001-of-00003.gguf',
    'small.gguf',
  ]);
  expect(choicesOf({ ...SEVERAL, code: 'network' })).toBeNull();
  expect(choicesOf({ ...SEVERAL, detail: {} })).toBeNull();
  expect(choicesOf(choose([{ file: 'a.gguf' }]))).toBeNull();
});

test('the smallest first, parts as one, the largest that is likely to fit, and why another is not', async () => {
  const page = await open();
  const [small, parts, large] = rowsOf(page);
  expect(small).toBe('small.gguf 1.0 GB Look at it');
  expect(parts).toBe('parts-00001-of-00003.gguf and 2 more · 2.0 GB · the largest that is likely to fit Look at it');
  expect(large).toMatch(/^large\.gguf 9\.0 GB Its weights take 9\.0 GB; this adapter gives 1\.1 GB at most/);
  expect(rowsOf(page, 1)[1]).toMatch(/2\.0 GB Its weights take 2\.0 GB; this device has 1\.1 GB of memory/);
  expect(rowsOf(page, 1)[0]).toContain('the largest that is likely to fit');
});

test('the look stands in the row of its file, of its revision alone', async () => {
  const page = await open();
  const chosen = { ...SOURCE, file: 'small.gguf' };
  page.model.setState({ chosen: { status: 'loading', source: chosen } });
  expect(rowsOf(page).map(row => row.includes('Looking at the files…'))).toEqual([true, false, false]);
  page.model.setState({ chosen: { status: 'loading', source: { ...chosen, revision: 'main' } } });
  expect(rowsOf(page).join()).not.toContain('Looking at the files…');
});

test('what a load has left to choose from gives way to a look at another model', async () => {
  const page = await open();
  page.model.setState({ failure: { source: SOURCE, error: SEVERAL } });
  const shown = () => words(markupOf(page, createElement(LoadTrouble, { at: null })));
  expect(shown()).toContain('a/several holds 3 models');
  page.model.setState({ inspection: { status: 'loading', source: { ...SOURCE, repo: 'a/other' } } });
  expect(shown()).toBe('');
  const asked = { place: 'name', ask: () => {} } as const;
  const look = createElement(AskedAt, { value: asked }, createElement(Inspection, { at: 'name' }));
  expect(words(markupOf(page, look))).toContain('Looking at the files');
});
