// Several models among the files of this computer, as they are listed: how they stand, which is in use, and what came of opening one in its row.
import { createElement } from 'react';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { rendered } from '../../../e2e/support/rendered.ts';
import { type Page, readyPage } from '../../../e2e/support/scripted-page.ts';
import type { WireError } from '../../protocol/events.ts';
import type { OneOfSeveral } from '../../stores/model/types.ts';
import { AskedAt, type Place } from './asked.ts';
import { LocalFiles } from './LocalFiles.tsx';

const GB = 1e9;
const fileOf = (name: string, lastModified = 1) => new File(['gguf'], name, { lastModified });
const one = (name: string, bytes: number, ...files: File[]): OneOfSeveral => ({
  file: files[0]?.name ?? '',
  parts: files.length,
  bytes,
  source: { kind: 'local', name },
  files,
});
const SMALL = one('small', GB, fileOf('small.gguf'));
const PARTS = one('parts', 2 * GB, fileOf('p-00001-of-00002.gguf'), fileOf('p-00002-of-00002.gguf'));
const LARGE = one('large', 9 * GB, fileOf('large.gguf'));

let page: Page;
beforeEach(async () => {
  page = await readyPage();
  page.model.setState({ several: { folder: 'quants', models: [LARGE, SMALL, PARTS] } });
});
afterEach(() => page.dispose());

/** The words of the section, with what was asked for at `place`. */
function words(place: Place | null = null): string {
  vi.stubGlobal('navigator', { deviceMemory: 8 });
  const value = { place, ask: () => {} };
  const markup = rendered(page, createElement(AskedAt, { value }, createElement(LocalFiles)));
  return markup
    .replaceAll('<li', '\n<li')
    .replace(/<[^>]*>/g, ' ')
    .replace(/ +/g, ' ');
}
const rows = (place?: Place): string[] =>
  words(place)
    .split('\n')
    .slice(1)
    .map(row => row.trim());
const error: WireError = { code: 'unsupported_model', message: '', detail: { found: 'sphinx' } };
const open = (files: readonly File[]) => page.model.getState().loadModel(SMALL.source, { files, keep: false });

test('the smallest first, parts as one, the largest that is likely to fit, each with its button', () => {
  const [small, parts, large] = rows();
  expect(words()).toContain('quants holds 3 models.');
  expect(small).toBe('small.gguf 1.0 GB Open');
  expect(parts).toBe('p-00001-of-00002.gguf and 1 more · 2.0 GB · the largest that is likely to fit Open');
  expect(large).toMatch(/^large\.gguf 9\.0 GB Its weights take 9\.0 GB; this adapter gives 1\.1 GB at most/);
  page.model.setState({ several: { folder: '', models: [SMALL, PARTS] } });
  expect(words()).toContain('These files hold 2 models.');
  page.model.setState({ several: null });
  expect(words()).not.toContain('models.');
});

test('the one in use is told by its files, whatever it is called', async () => {
  await open(SMALL.files);
  expect(rows().map(row => row.includes('in use'))).toEqual([true, false, false]);
  // The same file, from the folder opened once more; and another one of its name.
  for (const [lastModified, inUse] of [
    [1, true],
    [2, false],
  ] as const) {
    const again = one('small', GB, fileOf('small.gguf', lastModified));
    page.model.setState({ several: { folder: 'quants', models: [again, PARTS] } });
    expect(rows()[0]?.includes('in use')).toBe(inUse);
  }
  await page.model.getState().loadDefault();
  expect(rows().join()).not.toContain('in use');
});

test('a load and what goes wrong with it are told in the row of its file alone', () => {
  const progress = {
    phase: 'download',
    bytes: 1,
    totalBytes: 4,
    fromCache: false,
    speed: null,
    secondsLeft: null,
  } as const;
  const ready = page.model.getState().load;
  page.model.setState({ load: { status: 'loading', source: SMALL.source, progress, cancelling: false } });
  const at = `several ${SMALL.file}` as const;
  expect(rows(at).map(row => /Reading from disk · small.*Cancel/.test(row))).toEqual([true, false, false]);
  page.model.setState({ load: ready, failure: { source: SMALL.source, error } });
  const refused = /sphinx.* do not run here/;
  expect(rows(at).map(row => refused.test(row))).toEqual([true, false, false]);
  page.model.setState({ load: { status: 'failed', source: SMALL.source, error }, failure: null });
  expect(rows(at).map(row => refused.test(row))).toEqual([true, false, false]);
  // What other files came to is told below the list.
  expect(words('files').match(/do not run here/g)).toHaveLength(1);
  expect(rows().join()).not.toMatch(refused);
});
