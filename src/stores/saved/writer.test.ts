// When the open document is written: a moment after a change, as a run goes on, while the page goes, after the browser refused.
import { expect, test, vi } from 'vitest';
import { turn } from '../../../e2e/support/scripted-engine.ts';
import { keptRecord, type Page, text } from '../../../e2e/support/scripted-page.ts';
import { visitsOf, windowSays } from '../../../e2e/support/visits.ts';
import { readSaved } from './saved.ts';
import { MOST_DELAY_MS, WRITE_DELAY_MS } from './writer.ts';

const { visit } = visitsOf('held');

const written = (page: Page) => readSaved(keptRecord(page.memory).record)?.text;

test('a word is one write, a moment after its last key', async () => {
  const page = await visit({});
  await page.flush();
  page.memory.clear();
  for (const letter of 'f') page.document.getState().edit(text(page).length, text(page).length, letter);
  await vi.advanceTimersByTimeAsync(WRITE_DELAY_MS - 1);
  page.document.getState().edit(text(page).length, text(page).length, 'ox');
  await vi.advanceTimersByTimeAsync(WRITE_DELAY_MS - 100);
  expect(page.memory.size).toBe(0);
  await vi.advanceTimersByTimeAsync(100);
  expect(written(page)).toBe(text(page));
});

test('a text that grows without a pause, as in a run, is written as it grows', async () => {
  const page = await visit({ firstText: 'Begun' });
  const seen = new Set<string | undefined>();
  for (let i = 0; i < 40; i++) {
    page.document.getState().edit(text(page).length, text(page).length, ` ${i}`);
    await vi.advanceTimersByTimeAsync(100);
    seen.add(written(page));
    const behind = text(page).length - (written(page) ?? '').length;
    if (i > 10) expect(behind).toBeLessThanOrEqual((3 * MOST_DELAY_MS) / 100 + 3);
  }
  expect(seen.size).toBeGreaterThan(3);
});

test.each(['pagehide', 'freeze'])(
  'a page that goes (%s) writes at once, and the next one takes over what did not arrive',
  async way => {
    const events = windowSays();
    const memory = new Map<string, unknown>();
    const page = await visit({ memory });
    page.document.getState().edit(0, 0, 'X');
    events.dispatchEvent(new Event(way));
    const kept = structuredClone(memory.get('kept:tab'));
    await turn();
    await turn();
    expect(written(page)).toBe(text(page));
    expect(memory.has('kept:tab')).toBe(false);
    vi.unstubAllGlobals();
    // Killed before the database had it.
    const fresh = new Map<string, unknown>([['kept:tab', kept]]);
    expect(text(await visit({ memory: fresh }))).toBe(text(page));
    // Killed after: nothing comes twice.
    memory.set('kept:tab', kept);
    const again = await visit({ memory });
    expect(text(again)).toBe(text(page));
    expect(await again.documents.getState().acts?.list()).toHaveLength(1);
  },
);

test('what is under way when the page goes is kept, since its transaction goes with it', async () => {
  const events = windowSays();
  const memory = new Map<string, unknown>();
  const page = await visit({ memory });
  page.document.getState().edit(0, 0, 'X');
  await page.flush();
  const before = structuredClone(memory);
  page.document.getState().edit(0, 0, 'Y');
  const flushed = page.flush();
  await Promise.resolve();
  expect(written(page)).not.toBe(text(page));
  page.view.getState().setTint('rank');
  events.dispatchEvent(new Event('pagehide'));
  const kept = structuredClone(memory.get('kept:tab'));
  await flushed;
  vi.unstubAllGlobals();
  // The transaction was undone; or it was done, but not the one for the view.
  for (const there of [before, memory]) {
    there.set('kept:tab', kept);
    const again = await visit({ memory: there });
    expect(text(again)).toBe(text(page));
    expect(again.view.getState().tint).toBe('rank');
    expect(await again.documents.getState().acts?.list()).toHaveLength(1);
  }
});

test('what a page shows is kept when it goes, though nothing of its document is new', async () => {
  const events = windowSays();
  const memory = new Map<string, unknown>();
  const page = await visit({ memory });
  page.document.getState().edit(0, 0, 'X');
  await page.flush();
  const before = structuredClone(memory);
  page.view.getState().setTint('rank');
  events.dispatchEvent(new Event('pagehide'));
  before.set('kept:tab', memory.get('kept:tab'));
  vi.unstubAllGlobals();
  const again = await visit({ memory: before });
  expect(again.view.getState().tint).toBe('rank');
  expect(text(again)).toBe(text(page));
});

test('a text that nobody has touched makes no document, and stands there after a reload', async () => {
  const memory = new Map<string, unknown>();
  const page = await visit({ memory, firstText: 'A first text' });
  page.view.getState().setTint('rank');
  await page.flush();
  expect([...memory.keys()].filter(key => key.startsWith('document:'))).toEqual([]);
  const second = await visit({ memory, firstText: 'Another first text' });
  expect(text(second)).toBe('A first text');
  expect(second.view.getState().tint).toBe('rank');
});

test('a store that refuses leaves a page that works, says so, and writes when it can', async () => {
  const page = await visit({});
  const set = page.memory.set.bind(page.memory);
  page.memory.set = () => {
    throw new DOMException('full', 'QuotaExceededError');
  };
  page.document.getState().edit(0, 0, 'X');
  await expect(page.flush()).resolves.toBeUndefined();
  expect(page.documents.getState().failed).toBe(true);
  page.memory.set = set;
  await vi.advanceTimersByTimeAsync(5000);
  expect(page.documents.getState().failed).toBe(false);
  expect(written(page)).toBe(text(page));
});

test('a state that makes no record is said, tried again, and ends no later write', async () => {
  const page = await visit({});
  await page.flush();
  const { getState } = page.documents;
  page.document.getState().edit(0, 0, 'A');
  page.documents.getState = () => {
    throw new Error('planted');
  };
  await vi.advanceTimersByTimeAsync(WRITE_DELAY_MS);
  await expect(page.flush()).resolves.toBeUndefined();
  page.documents.getState = getState;
  expect(page.documents.getState().failed).toBe(true);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(written(page)).toBe(text(page));
  expect(page.documents.getState().failed).toBe(false);
});
