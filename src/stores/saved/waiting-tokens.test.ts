// Documents whose tokens wait for their model: what a person changes before it is there joins them, and what nobody changed stays as it lies in the store.
import { expect, test, vi } from 'vitest';
import { until } from '../../../e2e/support/scripted-engine.ts';
import { keptRecord, type Page, text } from '../../../e2e/support/scripted-page.ts';
import { visitsOf } from '../../../e2e/support/visits.ts';
import { NucleusError } from '../../lib/error.ts';
import { acts, list, type } from './documents.fixture.ts';

const { visit, arrive } = visitsOf('held');

/** A page with a run in it and a branch beside it; written. */
async function withDraws(memory: Map<string, unknown>): Promise<Page> {
  const page = await visit({ memory });
  await page.generation.getState().run();
  await page.generation.getState().continueFrom(12, 300);
  page.document.getState().selectToken('end');
  await page.flush();
  return page;
}

/** Without numbers, which come by scoring. */
const bare = (page: Page) =>
  page.document.getState().tokens.map(({ id, origin, draw }) => ({ id, origin, seed: draw?.seed, u: draw?.u }));
const others = (page: Page) =>
  page.document
    .getState()
    .branches.filter(({ id }) => id !== page.document.getState().branch)
    .map(({ id, name, tokens }) => [id, name, tokens.map(token => [token.id, token.draw?.seed])]);

test('a letter typed before the model came, and a reload before it does: ids, draws and branches are there', async () => {
  const memory = new Map<string, unknown>();
  const first = await withDraws(memory);
  // It would follow what other tabs write.
  first.dispose();
  const second = arrive({ memory, blocked: new NucleusError('no_webgpu', 'none') });
  await second.start();
  type(second, '!');
  await second.flush();
  expect((await list(second))[0]).toMatchObject({ tokens: bare(first).length, branches: 2 });
  second.dispose();
  const third = arrive({ memory, blocked: new NucleusError('no_webgpu', 'none') });
  await third.start();
  expect(text(third)).toBe(`${text(first)}!`);
  type(third, '?');
  await third.flush();
  third.dispose();

  const fourth = await visit({ memory });
  expect(text(fourth)).toBe(`${text(first)}!?`);
  expect(bare(fourth).slice(0, bare(first).length)).toEqual(bare(first));
  expect(others(fourth)).toEqual(others(first));
  fourth.document.getState().undo();
  expect(text(fourth)).toBe(text(first));
  expect(bare(fourth)).toEqual(bare(first));
  type(fourth, ' on');
  await fourth.flush();
  const fifth = await visit({ memory });
  expect(bare(fifth)).toEqual(bare(fourth));
  expect(others(fifth)).toEqual(others(first));
});

test('an edit made before the model came keeps the ids beside it, and Undo takes it back', async () => {
  const memory = new Map<string, unknown>();
  const first = await withDraws(memory);
  const second = arrive({ memory });
  const started = second.start();
  await until(() => second.model.getState().load.status === 'loading');
  second.document.getState().edit(0, 4, 'Tw');
  second.document.getState().edit(2, 2, 'ice \u{1F600}');
  await started;
  expect(text(second)).toBe(text(first).replace('Once', 'Twice \u{1F600}'));
  const drawn = (page: Page) => bare(page).filter(({ origin }) => origin === 'drawn');
  expect(drawn(first).length).toBeGreaterThan(1);
  expect(drawn(second)).toEqual(drawn(first));
  second.document.getState().undo();
  expect(text(second)).toBe(text(first));
  expect(bare(second)).toEqual(bare(first));
});

test('a selection made before the model came stays, with its direction; also one that is told late', async () => {
  const memory = new Map<string, unknown>();
  await withDraws(memory);
  for (const late of [false, true]) {
    const page = arrive({ memory });
    const started = page.start();
    await until(() => page.model.getState().load.status === 'loading');
    page.document.getState().select(3, 9, 'start');
    // As a field does: it looks for the caret when it hears of anything.
    const end = page.document.subscribe(() => {
      end();
      if (late) page.document.getState().select(2, 7);
    });
    await started;
    await until(() => page.document.getState().tokenizer !== null);
    const wanted = late ? { start: 2, end: 7, focus: 'end' } : { start: 3, end: 9, focus: 'start' };
    expect(page.document.getState().selection).toEqual(wanted);
    page.dispose();
  }
});

test('a name given to a document of another vocabulary leaves its ids alone', async () => {
  const memory = new Map<string, unknown>();
  await withDraws(memory);
  const { key, record } = keptRecord(memory);
  memory.set(key, { ...Object(record), fingerprint: 'another', model: 'f'.repeat(64) });
  const before = structuredClone(memory.get(key));
  const second = await visit({ memory });
  await acts(second).rename(second.documents.getState().id, 'Named');
  expect(memory.get(key)).toMatchObject({ ...Object(before), title: 'Named', stamp: expect.any(String) });
});

test('a long text of another vocabulary is not written while it gets its tokens', async () => {
  const memory = new Map<string, unknown>();
  const first = await withDraws(memory);
  first.document.getState().edit(0, 0, 'Once upon a time there was a small dog. '.repeat(600));
  await first.flush();
  const { key, record } = keptRecord(memory);
  memory.set(key, { ...Object(record), fingerprint: 'another', model: 'f'.repeat(64), branches: undefined });
  const before = structuredClone(memory.get(key));
  // However quick the machine is, each look at this clock ends a turn.
  let time = 0;
  using _clock = vi.spyOn(Date, 'now').mockImplementation(() => (time += 1000));
  const second = arrive({ memory });
  let turns = 0;
  second.document.subscribe((now, old) => {
    if (old.pending !== null && now.pending !== old.pending) turns++;
  });
  await second.start();
  await until(() => second.document.getState().tokenizer !== null);
  await vi.advanceTimersByTimeAsync(100);
  second.document.getState().finish();
  expect(turns).toBeGreaterThan(0);
  await second.flush();
  expect(second.document.getState().pending).toBeNull();
  expect(memory.get(key)).toEqual(before);
  // What a person changes is written.
  type(second, '!');
  await second.flush();
  expect(memory.get(key)).not.toEqual(before);
});
