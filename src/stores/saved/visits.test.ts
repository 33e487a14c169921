// What a reload brings back.
import { expect, test, vi } from 'vitest';
import { type Interception, until } from '../../../e2e/support/scripted-engine.ts';
import { keptRecord, makePage, text } from '../../../e2e/support/scripted-page.ts';
import { settle } from '../../../e2e/support/settle.ts';
import { tabKeeps, visitsOf, windowSays } from '../../../e2e/support/visits.ts';
import { NucleusError } from '../../lib/error.ts';
import { sourceKey } from '../../lib/model-source.ts';
import { DEFAULT_VIEW, VIEW_CHOICES, type ViewChoices } from '../view.ts';
import { readSaved } from './saved.ts';
import { WRITE_DELAY_MS } from './writer.ts';

const { visit, arrive } = visitsOf('held');

test('brings back what was typed before anything was read, also when no model came', async () => {
  const memory = new Map<string, unknown>();
  const page = arrive({ memory, blocked: new NucleusError('no_webgpu', 'none') });
  page.document.getState().setText('Typed at once');
  await page.start();
  await page.flush();
  page.dispose();
  expect(text(await visit({ memory }))).toBe('Typed at once');
});

test('brings back what was typed before the code that saves had come, and once', async () => {
  const events = windowSays();
  const kept = new Map<string, string>();
  tabKeeps(kept);
  const memory = new Map<string, unknown>();
  const before = await visit({ memory });
  before.document.getState().setText('Of the last visit');
  await before.flush();
  before.dispose();
  const first = makePage({ memory });
  first.document.getState().setText('Typed at once');
  events.dispatchEvent(new Event('pagehide'));
  first.dispose();
  const second = await visit({ memory });
  expect(text(second)).toBe('Typed at once');
  await second.flush();
  events.dispatchEvent(new Event('pagehide'));
  expect(kept.size).toBe(0);
  expect(text(await visit({ memory }))).toBe('Typed at once');
});

test('brings back text, ids with origin and draws, settings, seeds and view; numbers come by scoring', async () => {
  const memory = new Map<string, unknown>();
  const first = await visit({ memory });
  first.settings.getState().change({ temperature: 1.3, stop: ['\n'] });
  first.view.getState().setTint('rank');
  first.view.getState().setTheme('dark');
  await first.generation.getState().run();
  await first.generation.getState().continueFrom(12, 300);
  first.document.getState().select(3, 5, 'start');
  await first.flush();
  const before = first.document.getState();

  const second = await visit({ memory });
  const after = second.document.getState();
  expect(after.text).toBe(before.text);
  const bare = (tokens: typeof before.tokens) => tokens.map(({ stats: _, top: __, ...token }) => token);
  expect(bare(after.tokens)).toEqual(bare(before.tokens));
  expect(after.selection).toEqual(before.selection);
  expect(after.canUndo).toBeNull();
  expect(second.settings.getState().settings).toEqual(first.settings.getState().settings);
  expect(second.view.getState()).toMatchObject({ tint: 'rank', theme: 'dark' });
  expect(second.generation.getState().seed).toBe(first.generation.getState().seed);
  expect(second.worker.of('generate')).toHaveLength(0);
  await settle();
  await until(() =>
    second.document
      .getState()
      .tokens.slice(1)
      .every(token => token.stats !== undefined),
  );
  for (const [i, token] of second.document.getState().tokens.entries()) {
    const was = before.tokens[i];
    if (was?.stats) expect(token.stats?.logprob).toBeCloseTo(was.stats.logprob, 4);
  }
});

test('brings back every choice of how the page looks', async () => {
  const memory = new Map<string, unknown>();
  const first = await visit({ memory });
  const chosen: ViewChoices = {
    theme: 'dark',
    tint: 'entropy',
    side: 'lens',
    panel: 'stages',
    followStep: 'softmax',
    borders: true,
    whitespace: false,
    barScale: 'log',
  };
  for (const name of VIEW_CHOICES) expect(chosen[name]).not.toBe(DEFAULT_VIEW[name]);
  first.view.setState(chosen);
  await first.flush();
  const second = await visit({ memory });
  expect(second.view.getState()).toMatchObject(chosen);
});

test('what is chosen before anything was read stands; the rest comes back around it', async () => {
  const memory = new Map<string, unknown>();
  const first = await visit({ memory });
  first.document.getState().edit(0, 4, 'Twice');
  first.settings.getState().change({ temperature: 0.5, top_p: 0.5, stop: ['END'], dry_sequence_breakers: ['.'] });
  first.settings.getState().setSeed('7');
  first.view.setState({ side: 'lens', tint: 'rank' });
  await first.flush();
  const second = arrive({ memory });
  const started = second.start();
  second.settings.getState().change({ temperature: 0.9 });
  second.view.getState().setSide('branches');
  await started;
  expect(text(second)).toBe(text(first));
  const there = { temperature: 0.9, top_p: 0.5, stop: ['END'], dry_sequence_breakers: ['.'] };
  expect(second.settings.getState()).toMatchObject({ settings: there, seed: '7' });
  expect(second.view.getState()).toMatchObject({ side: 'branches', tint: 'rank' });
  await second.flush();
  expect(readSaved(keptRecord(memory).record)).toMatchObject({ settings: there, seed: '7' });
});

test('goes on with the seed of the run it left', async () => {
  const memory = new Map<string, unknown>();
  const first = await visit({ memory });
  await first.generation.getState().step();
  await first.flush();
  const second = await visit({ memory });
  await second.generation.getState().step();
  await first.generation.getState().step();
  expect(second.document.getState().tokens.at(-1)?.id).toBe(first.document.getState().tokens.at(-1)?.id);
});

test('an edit made before the model was there is worth more than what was kept', async () => {
  const memory = new Map<string, unknown>();
  const first = await visit({ memory });
  await first.generation.getState().run();
  await first.flush();
  const second = arrive({ memory });
  const started = second.start();
  await until(() => text(second) === text(first));
  second.document.getState().edit(0, 4, 'Twice');
  await started;
  expect(text(second)).toBe(text(first).replace('Once', 'Twice'));
});

test('what was typed before anything was read is a document of its own; what was kept stays, with its branches', async () => {
  const memory = new Map<string, unknown>();
  const first = await visit({ memory });
  await first.generation.getState().run();
  first.document.getState().cut(1, 'choice');
  await first.flush();
  const kept = first.document.getState().branches;
  expect(kept).toHaveLength(2);
  const second = arrive({ memory });
  second.document.getState().setText('Typed at once');
  await second.start();
  expect(text(second)).toBe('Typed at once');
  expect(second.document.getState().branches).toHaveLength(1);
  await second.flush();
  const third = await visit({ memory });
  expect(text(third)).toBe('Typed at once');
  await third.documents.getState().acts?.open(first.documents.getState().id);
  const { branches } = third.document.getState();
  expect(branches.map(branch => branch.tokens.map(token => token.id))).toEqual(
    kept.map(branch => branch.tokens.map(token => token.id)),
  );
});

test('with another model keeps the text; draws are marked', async () => {
  const memory = new Map<string, unknown>();
  const first = await visit({ memory });
  await first.generation.getState().run();
  await first.flush();
  const second = await visit({ memory, model: { commit: 'other' } });
  expect(text(second)).toBe(text(first));
  expect(second.document.getState().tokens.at(-1)).toMatchObject({ origin: 'drawn', draw: { outdated: true } });
});

test('brings back the model in use, also where nobody has touched the text', async () => {
  const source = { kind: 'hub', repo: 'a/b', revision: 'main' } as const;
  const stored = {
    key: sourceKey(source),
    name: 'a/b',
    source,
    commit: 'c',
    digest: '',
    bytes: 1,
    complete: true,
    storedAt: 0,
  };
  const intercept: Interception = (command, say) => {
    if (command.type !== 'cache_list') return false;
    say({ type: 'cache', run: command.run, models: [stored], usage: 1 });
    say({ type: 'done', run: command.run });
    return true;
  };
  const memory = new Map<string, unknown>();
  const first = await visit({ memory, intercept });
  await first.model.getState().loadModel(source);
  await first.flush();
  expect([...memory.keys()].filter(key => key.startsWith('document:'))).toEqual([]);
  const second = await visit({ memory, intercept });
  expect(second.worker.of('load').map(command => command.source)).toEqual([source]);
});

test('a model of the Hub that is no longer cached is not fetched unasked', async () => {
  const memory = new Map<string, unknown>();
  const first = await visit({ memory });
  await first.model.getState().loadModel({ kind: 'hub', repo: 'a/b', revision: 'main' });
  await vi.advanceTimersByTimeAsync(WRITE_DELAY_MS);
  await first.flush();
  const second = await visit({ memory });
  expect(second.worker.of('load').map(command => command.source.kind)).toEqual(['shipped']);
  expect(second.worker.of('cache_list').length).toBeGreaterThan(0);
});
