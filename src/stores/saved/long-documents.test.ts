// A long document while it grows: what is written is what was added, and every way to it has all of it.
import { expect, test, vi } from 'vitest';
import { ids, keptRecord, type Page, text } from '../../../e2e/support/scripted-page.ts';
import { visitsOf, windowSays } from '../../../e2e/support/visits.ts';
import { acts, list, titles, type } from './documents.fixture.ts';
import { readSaved } from './saved.ts';
import { LONG_DOCUMENT } from './saved-tail.ts';
import { MOST_DELAY_MS } from './writer.ts';

const { visit } = visitsOf('held');

/** Of typed words, each a token or more; written. */
async function longDocument(memory = new Map<string, unknown>()): Promise<Page> {
  const page = await visit({ memory, tab: 'one' });
  page.document.getState().setText('Once upon a time there was a small dog. '.repeat(LONG_DOCUMENT / 8));
  await page.flush();
  expect(ids(page).length).toBeGreaterThan(LONG_DOCUMENT);
  return page;
}

const keyOf = (page: Page): string => keptRecord(page.memory, 'one').key;
const tailOf = (page: Page): unknown => page.memory.get(keyOf(page).replace('document:', 'tail:'));

/** Bytes of text and arrays. */
function weight(value: unknown): number {
  if (typeof value === 'string') return value.length;
  if (ArrayBuffer.isView(value)) return value.byteLength;
  return typeof value === 'object' && value !== null
    ? Object.values(value).reduce((sum, each) => sum + weight(each), 0)
    : 8;
}

test('while it grows what is written is what was added, never all of it', async () => {
  const page = await longDocument();
  const whole = weight(page.memory.get(keyOf(page)));
  let [writes, written] = [0, 0];
  const set = page.memory.set.bind(page.memory);
  page.memory.set = (key, value) => {
    if (key.startsWith('entry:')) writes++;
    written += weight(value);
    return set(key, value);
  };
  for (let i = 0; i < 40; i++) {
    type(page, ` and ${i}`);
    await vi.advanceTimersByTimeAsync(MOST_DELAY_MS / 4);
  }
  await page.flush();
  expect(writes).toBeGreaterThan(5);
  expect(written).toBeLessThan(whole / 2);
  expect(text(await visit({ memory: page.memory, tab: 'one' }))).toBe(text(page));
});

test('a run is written as it goes on, and no sooner than that: not once a token', async () => {
  const page = await longDocument();
  let writes = 0;
  const set = page.memory.set.bind(page.memory);
  page.memory.set = (key, value) => {
    if (key.startsWith('entry:')) {
      writes++;
      // Drawn while the write is under way.
      if (writes < 50) type(page, ' on');
    }
    return set(key, value);
  };
  type(page, ' and');
  await vi.advanceTimersByTimeAsync(10 * MOST_DELAY_MS);
  expect(writes).toBeGreaterThanOrEqual(9);
  expect(writes).toBeLessThan(25);
});

test('list, search, copy, name, file, removal and another tab have its end too', async () => {
  const memory = new Map<string, unknown>();
  const page = await longDocument(memory);
  type(page, ' Zebra');
  await page.flush();
  expect(tailOf(page)).toBeDefined();
  const { id } = page.documents.getState();
  expect((await list(page))[0]?.tokens).toBe(ids(page).length);
  expect([...(await acts(page).find([id], 'zebra', new AbortController().signal))]).toEqual([id]);
  expect(await acts(page).exported([id])).toContain('Zebra');
  const two = await visit({ memory, tab: 'two' });
  expect(text(two)).toBe(text(page));
  expect(ids(two)).toEqual(ids(page));
  await acts(two).duplicate(id);
  expect(text(two)).toBe(text(page));
  await acts(two).rename(id, 'Named');
  expect(await titles(two)).toContain('Named');
  expect(readSaved(memory.get(`document:${id}`))?.text).toBe(text(page));
  await acts(two).remove(id);
  expect([...memory.keys()].filter(key => key.endsWith(id))).toEqual([]);
  await acts(two).putBack();
  await acts(two).open(id);
  expect(text(two)).toBe(text(page));
});

test('an end that another tab has passed becomes a document of its own, whole', async () => {
  const memory = new Map<string, unknown>();
  const one = await longDocument(memory);
  type(one, ' Of one');
  await one.flush();
  const two = await visit({ memory, tab: 'two' });
  type(two, ', of two');
  type(one, ', again');
  await two.flush();
  await one.flush();
  expect(one.documents.getState().notice).toMatchObject({ kind: 'copied' });
  type(one, ', and on');
  await one.flush();
  const [first, second] = [text(one), text(two)];
  expect(text(await visit({ memory, tab: 'one' }))).toBe(first);
  expect(text(await visit({ memory, tab: 'two' }))).toBe(second);
});

test('what is kept of it while a page goes is its end, and the next page joins it', async () => {
  const events = windowSays();
  const memory = new Map<string, unknown>();
  const page = await longDocument(memory);
  const before = structuredClone(memory);
  type(page, ' The end');
  events.dispatchEvent(new Event('pagehide'));
  const kept = structuredClone(memory.get('kept:one'));
  vi.unstubAllGlobals();
  expect(weight(kept)).toBeLessThan(10_000);
  before.set('kept:one', kept);
  const again = await visit({ memory: before, tab: 'one' });
  expect(text(again)).toBe(text(page));
  expect(ids(again)).toEqual(ids(page));
  expect(await list(again)).toHaveLength(1);
});
