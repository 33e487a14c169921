// A browser that keeps nothing more: what stands in a document is not left without a word.
import { expect, test, vi } from 'vitest';
import { until } from '../../../e2e/support/scripted-engine.ts';
import { keptRecord, type Page, text } from '../../../e2e/support/scripted-page.ts';
import { visitsOf } from '../../../e2e/support/visits.ts';
import { NucleusError } from '../../lib/error.ts';
import { acts, exported, titles, type } from './documents.fixture.ts';
import { MOST_TEXT } from './documents.ts';
import { readSaved } from './saved.ts';

const { visit, arrive } = visitsOf('held');

/** Refuses every write until it is told not to. */
function fills(page: Page): () => void {
  const set = page.memory.set.bind(page.memory);
  page.memory.set = () => {
    throw new DOMException('full', 'QuotaExceededError');
  };
  return () => {
    page.memory.set = set;
  };
}

const noticeOf = (page: Page) => page.documents.getState().notice?.kind ?? null;

async function twoDocuments(): Promise<{ readonly page: Page; readonly first: string; readonly second: string }> {
  const page = await visit({ firstText: 'Kept' });
  type(page, ' first');
  const first = page.documents.getState().id;
  await acts(page).create({ text: 'Second', keep: true });
  await page.flush();
  const second = page.documents.getState().id;
  return { page, first, second };
}

test.each(['create', 'open'] as const)(
  '%s: asked first, stayed with, and gone from when the person says so',
  async act => {
    const { page, first, second } = await twoDocuments();
    const go = () => (act === 'create' ? acts(page).create({ text: 'Third' }) : acts(page).open(first));
    fills(page);
    type(page, ', new words');
    const staying = go();
    await until(() => noticeOf(page) === 'unkept');
    expect(text(page)).toBe('Second, new words');
    acts(page).dismiss();
    expect(await staying).toBe(false);
    expect(page.documents.getState()).toMatchObject({ id: second, notice: null, failed: true });
    expect(text(page)).toBe('Second, new words');

    const going = go();
    await until(() => noticeOf(page) === 'unkept');
    acts(page).loseIt();
    expect(await going).toBe(true);
    expect(page.documents.getState().id).not.toBe(second);
    expect(text(page)).toBe(act === 'create' ? 'Third' : 'Kept first');
  },
);

test('another document is on its way until it stands there, and not while a person is asked', async () => {
  const { page, first } = await twoDocuments();
  const seen: string[] = [];
  page.documents.subscribe(({ coming, id, notice }, before) => {
    if (coming !== before.coming) seen.push(`${coming} ${id === first ? 'first' : 'second'} ${notice?.kind ?? ''}`);
  });
  const makeRoom = fills(page);
  type(page, ', new words');
  const going = acts(page).open(first);
  expect(page.documents.getState().coming).toBe(true);
  await until(() => noticeOf(page) === 'unkept');
  acts(page).loseIt();
  await going;
  makeRoom();
  expect(seen).toEqual(['true second ', 'false second unkept', 'true second unkept', 'false first ']);
});

test('once there is room nothing is asked, and nobody is taken away', async () => {
  const { page, first, second } = await twoDocuments();
  const empties = fills(page);
  type(page, ', new words');
  const going = acts(page).open(first);
  await until(() => noticeOf(page) === 'unkept');
  empties();
  await vi.advanceTimersByTimeAsync(5000);
  await going;
  expect(page.documents.getState()).toMatchObject({ id: second, notice: null, failed: false });
  await acts(page).open(first);
  expect(text(page)).toBe('Kept first');
  await acts(page).open(second);
  expect(text(page)).toBe('Second, new words');
});

test('asking for something else is an answer', async () => {
  const { page, first, second } = await twoDocuments();
  fills(page);
  type(page, ', new words');
  const opening = acts(page).open(first);
  await until(() => noticeOf(page) === 'unkept');
  const creating = acts(page).create({ text: 'Third' });
  await opening;
  await until(() => noticeOf(page) === 'unkept');
  expect(page.documents.getState().id).toBe(second);
  acts(page).loseIt();
  await creating;
  expect(text(page)).toBe('Third');
});

test('a copy of what cannot be kept is refused, and so is a name; both are said', async () => {
  const { page, first, second } = await twoDocuments();
  const empties = fills(page);
  type(page, ', new words');
  await acts(page).duplicate(second);
  expect(noticeOf(page)).toBe('full');
  acts(page).dismiss();
  await acts(page).rename(first, 'Another name');
  expect(noticeOf(page)).toBe('full');
  empties();
  await page.flush();
  expect(await titles(page)).toEqual(['Kept first', 'Second, new words']);
});

test('a deletion that cannot be taken back yet keeps its way back', async () => {
  const { page, first } = await twoDocuments();
  await acts(page).remove(first);
  const empties = fills(page);
  await acts(page).putBack();
  expect(page.documents.getState().notice).toEqual({ kind: 'full', removed: true });
  expect(await titles(page)).toEqual(['Second']);
  empties();
  await acts(page).putBack();
  expect(noticeOf(page)).toBeNull();
  expect(await titles(page)).toEqual(['Kept first', 'Second']);
});

test('what was not taken of files is said once the question has its answer', async () => {
  const { page, first } = await twoDocuments();
  fills(page);
  type(page, ', new words');
  const going = acts(page).open(first);
  await until(() => noticeOf(page) === 'unkept');
  acts(page).refuse('It holds no documents.');
  await Promise.resolve();
  expect(noticeOf(page)).toBe('unkept');
  acts(page).loseIt();
  await going;
  await until(() => noticeOf(page) === 'refused');
  expect(text(page)).toBe('Kept first');
});

test('the end of the question takes away nothing else that there is to say', async () => {
  const { page, first } = await twoDocuments();
  const empties = fills(page);
  type(page, ', new words');
  const going = acts(page).open(first);
  await until(() => noticeOf(page) === 'unkept');
  const copied = { kind: 'copied', title: 'Second, new words', why: 'changed' } as const;
  page.documents.setState({ notice: copied });
  empties();
  await vi.advanceTimersByTimeAsync(5000);
  expect(await going).toBe(false);
  expect(page.documents.getState().notice).toEqual(copied);
});

test('ids of the model of before are not put under another vocabulary', async () => {
  const { page } = await twoDocuments();
  fills(page);
  type(page, ', new words');
  const { tokens, tokenizer } = page.document.getState();
  const going = acts(page).create({ text: text(page), tokens, keep: true });
  await until(() => noticeOf(page) === 'unkept');
  if (tokenizer === null) throw new Error('a model is there');
  const other = Object.create(tokenizer, { fingerprint: { value: 'other' } });
  page.document.getState().setTokenizer(other, false);
  acts(page).loseIt();
  await going;
  expect(page.document.getState().tokens).not.toBe(tokens);
  expect(page.document.getState().tokens.some(token => tokens.includes(token))).toBe(false);
});

test('a text that is too long to be read back is not written over what was kept, and says so', async () => {
  const page = arrive({ blocked: new NucleusError('no_webgpu', 'none') });
  await page.start();
  type(page, ' first');
  await page.flush();
  const kept = text(page);
  type(page, 'x'.repeat(MOST_TEXT));
  await page.flush();
  expect(page.documents.getState().failed).toBe(true);
  expect(readSaved(keptRecord(page.memory).record)?.text).toBe(kept);
  const going = acts(page).create({ text: 'Third' });
  await until(() => noticeOf(page) === 'unkept');
  acts(page).dismiss();
  await going;
  page.document.getState().edit(kept.length, text(page).length, ', shortened');
  await page.flush();
  expect(page.documents.getState().failed).toBe(false);
  expect(readSaved(keptRecord(page.memory).record)?.text).toBe(`${kept}, shortened`);
});

test('a file of documents has the open one as it stands here, kept or not', async () => {
  const { page, second } = await twoDocuments();
  const empties = fills(page);
  type(page, ', new words');
  for (const ids of ['all', [second]] as const) {
    const file = await exported(page, ids);
    empties();
    const other = await visit({});
    await acts(other).imported(file);
    expect(await titles(other)).toEqual(ids === 'all' ? ['Kept first', 'Second, new words'] : ['Second, new words']);
    fills(page);
  }
});

test('what the browser does not give is said', async () => {
  const { page } = await twoDocuments();
  page.memory.get = () => {
    throw new DOMException('closed', 'InvalidStateError');
  };
  expect(await acts(page).exported('all')).toBeNull();
  expect(noticeOf(page)).toBe('full');
});
