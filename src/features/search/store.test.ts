// Searches on a scripted engine: live, stopped, kept beside each other, and taken into the text with the others as branches.
import { expect, test } from 'vitest';
import { logitsAfter, until } from '../../../e2e/support/scripted-engine.ts';
import { ids, type Page } from '../../../e2e/support/scripted-page.ts';
import { visitsOf } from '../../../e2e/support/visits.ts';
import { defined } from '../../lib/assert.ts';
import { distinctN, selfOverlap } from '../../sampling/diversity.ts';
import { logZOf } from '../../sampling/row.ts';
import { KINDS } from './types.ts';
import { END_WORDS, fallenWords, setupWords } from './words.ts';

// Nothing is computed in the background.
const { visit } = visitsOf('held');

async function open(length = 4): Promise<Page> {
  const page = await visit();
  page.settings.getState().change({ end_of_text: 'continue' });
  search(page).setNumber('max_new_tokens', length);
  search(page).setNumber('most', 40);
  return page;
}
const search = (page: Page) => page.search.getState();

test("beams are ranked, their numbers are the model's, and the taken one leaves the others as branches", async () => {
  const page = await open();
  const before = ids(page);
  await search(page).start();
  expect(search(page)).toMatchObject({ status: 'done', error: null });
  expect(ids(page)).toEqual(before);
  const { paths } = defined(search(page).findings[0], 'a finding');
  expect(paths).toHaveLength(4);
  for (const { tokens, total, score } of paths) {
    let sum = 0;
    for (const [i, { id }] of tokens.entries()) {
      const row = logitsAfter(Uint32Array.from([...before, ...tokens.slice(0, i).map(each => each.id)]));
      sum += (row[id] ?? 0) - logZOf(row);
    }
    expect(total).toBeCloseTo(sum, 6);
    expect(score).toBeCloseTo(sum / tokens.length, 6);
  }
  expect(search(page).fallen.length).toBeGreaterThan(0);
  for (const each of search(page).fallen) expect(fallenWords(each)).toMatch(/-?\d/);
  search(page).take(0, 1);
  expect(ids(page)).toEqual([...before, ...(paths[1]?.tokens.map(({ id }) => id) ?? [])]);
  expect(page.document.getState().branches).toHaveLength(4);
  page.document.getState().undo();
  expect(ids(page)).toEqual(before);
});

test('every kind finds something, and they are compared on one text even when one was taken', async () => {
  const page = await open();
  const before = ids(page);
  for (const kind of KINDS) {
    search(page).setKind(kind);
    await search(page).start();
    expect(search(page).status, kind).toBe('done');
    search(page).take(0, 0);
  }
  expect(search(page).findings.map(({ kind }) => kind)).toEqual([...KINDS].reverse());
  expect(search(page).base?.map(({ id }) => id)).toEqual(before);
  const found = (kind: string) =>
    defined(
      search(page).findings.find(each => each.kind === kind),
      kind,
    ).paths.map(({ tokens }) => tokens.map(({ id }) => id));
  const [greedy = []] = found('greedy');
  let text = before;
  for (const id of greedy) {
    const row = logitsAfter(Uint32Array.from(text));
    expect(id).toBe(row.indexOf(row.reduce((most, each) => Math.max(most, each), Number.NEGATIVE_INFINITY)));
    text = [...text, id];
  }
  expect(found('nucleus')).toHaveLength(4);
  expect(distinctN(found('nucleus'), 1)).toBeGreaterThan(0);
  expect(selfOverlap(found('beam'), 1)).toBeGreaterThan(0);
  // Best-first looks no further than its rows, and says so.
  expect(END_WORDS[defined(search(page).told?.end ?? 'most', 'an end')]).toContain('rows');
  // Another search of a kind takes the place of the one before.
  search(page).setKind('beam');
  search(page).setNumber('beams', 2);
  await search(page).start();
  expect(search(page).findings).toHaveLength(KINDS.length);
  expect(search(page).findings[0]?.setup).toBe(setupWords(search(page).setup));
});

test('a stop keeps what lived, a text that goes on begins anew, and one that is gone takes all along', async () => {
  const page = await open(30);
  const done = search(page).start();
  await until(() => (search(page).told?.step ?? 0) >= 2);
  search(page).stop();
  await done;
  expect(search(page).status).toBe('stopped');
  expect(search(page).findings[0]?.paths.length).toBe(4);
  expect(search(page).findings[0]?.paths[0]?.tokens.length).toBe(search(page).told?.step);
  const { text } = page.document.getState();
  page.document.getState().edit(text.length, text.length, ' and more');
  search(page).setNumber('max_new_tokens', 2);
  search(page).setKind('contrastive');
  await search(page).start();
  expect(search(page).findings.map(({ kind }) => kind)).toEqual(['contrastive']);
  expect(search(page).told?.candidates.length).toBe(4);
  page.document.getState().setText('Something else');
  expect(search(page)).toMatchObject({ findings: [], told: null, base: null });
});

test('numbers stay within their bounds', async () => {
  const page = await open();
  search(page).setNumber('beams', 99);
  search(page).setNumber('alpha', -1);
  search(page).setNumber('top_k', Number.NaN);
  expect(search(page).setup).toMatchObject({ beams: 16, alpha: 0, top_k: 4 });
  search(page).setStopping('never');
  expect(setupWords(search(page).setup)).toContain('early stopping never');
});
