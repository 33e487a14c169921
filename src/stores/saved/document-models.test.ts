// Documents of several models: each opens with its own, or says which one it lacks.
import { expect, test } from 'vitest';
import { until } from '../../../e2e/support/scripted-engine.ts';
import { ids, keptRecord, text } from '../../../e2e/support/scripted-page.ts';
import { visitsOf } from '../../../e2e/support/visits.ts';
import { splitDigest } from '../../lib/weight-format.ts';
import { modelTag } from '../model/model.ts';
import { DEFAULT_SOURCE } from '../model/sources.ts';
import { acts, type } from './documents.fixture.ts';
import { readSaved } from './saved.ts';

const { visit } = visitsOf('held');

test('a document opens with its own where that ships or is stored', async () => {
  const page = await visit({ firstText: 'Of the shipped model' });
  await page.generation.getState().step();
  const { id } = page.documents.getState();
  const before = ids(page);
  await acts(page).create({ text: 'Of another one', keep: true });
  await page.model.getState().loadModel({ kind: 'hub', repo: 'a/b', revision: 'main' });
  await acts(page).open(id);
  await until(() => page.model.getState().load.status === 'loading');
  await until(() => page.model.getState().load.status === 'ready');
  const { load } = page.model.getState();
  expect(load.status === 'ready' && load.model.source.kind).toBe('shipped');
  expect(ids(page)).toEqual(before);
  expect(page.document.getState().tokens.at(-1)).toMatchObject({ origin: 'drawn', draw: { outdated: false } });
});

test('one that is opened while the model of another loads gets its own after that', async () => {
  const page = await visit({ firstText: 'Of the shipped model' });
  await page.generation.getState().step();
  const { id: first } = page.documents.getState();
  const before = ids(page);
  await acts(page).create({ text: 'Of another one', keep: true });
  await page.model.getState().loadModel({ kind: 'hub', repo: 'a/b', revision: 'main' });
  await acts(page).create({ text: 'Third', keep: true });
  const loading = page.model.getState().loadModel({ kind: 'hub', repo: 'c/d', revision: 'main' });
  expect(page.model.getState().load.status).toBe('loading');
  await acts(page).open(first);
  await loading;
  const sourceOf = () => {
    const { load } = page.model.getState();
    return load.status === 'ready' ? load.model.source.kind : load.status;
  };
  await until(() => sourceOf() === 'shipped');
  expect(page.documents.getState().notice).toBeNull();
  expect(ids(page)).toEqual(before);
});

test('a model that a person chooses while the stored ones are looked through is not loaded over', async () => {
  const page = await visit({ firstText: 'Of a model of the Hub' });
  const hub = (repo: string) => ({ kind: 'hub', repo, revision: 'main' }) as const;
  const sourceOf = () => {
    const { load } = page.model.getState();
    return load.status === 'ready' ? load.model.source : load.status;
  };
  await page.model.getState().loadModel(hub('a/b'));
  await page.generation.getState().step();
  const { id } = page.documents.getState();
  const { files: digest } = splitDigest(modelTag(page.model.getState()));
  await acts(page).create({ text: 'Of the shipped model', keep: true });
  await page.model.getState().loadModel(DEFAULT_SOURCE);
  const { cache, loadModel } = page.model.getState();
  const stored = {
    key: 'a',
    name: 'b',
    commit: 'c',
    source: hub('a/b'),
    bytes: 1,
    storedAt: 0,
    complete: true,
    digest,
  };
  const chosen: Promise<void>[] = [];
  page.model.setState({
    listCache: async () => {
      page.model.setState({ cache: { ...cache, models: [stored] } });
      if (chosen.length === 0) chosen.push(loadModel(hub('c/d')));
    },
  });
  await acts(page).open(id);
  await until(() => chosen.length > 0);
  await chosen[0];
  await until(() => typeof sourceOf() !== 'string');
  expect(sourceOf()).toEqual(hub('c/d'));
  expect(page.documents.getState().notice).toBeNull();
});

test('one that is not stored is named, nothing is fetched, and the record stays as it is until the text is changed', async () => {
  const memory = new Map<string, unknown>();
  const first = await visit({ memory, firstText: 'Far away' });
  await first.model.getState().loadModel({ kind: 'hub', repo: 'a/b', revision: 'main' });
  await first.generation.getState().run();
  first.document.getState().cut(1, 'choice');
  type(first, ' branch');
  await first.flush();
  const { key, record } = keptRecord(memory);
  memory.set(key, { ...Object(record), fingerprint: 'another', model: 'f'.repeat(64) });
  const kept = structuredClone(memory.get(key));
  const own = text(first);

  const second = await visit({ memory });
  expect(second.documents.getState().notice).toEqual({
    kind: 'model',
    source: { kind: 'hub', repo: 'a/b', revision: 'main' },
  });
  expect(second.worker.of('load').map(command => command.source.kind)).toEqual(['shipped']);
  expect(text(second)).toBe(own);
  // In the words of this vocabulary, all branches of it.
  expect(second.document.getState().branches).toHaveLength(2);
  second.settings.getState().change({ temperature: 0.1 });
  second.document.getState().select(0, 1);
  await second.flush();
  // Settings are a person's, and are kept with it.
  const { settings } = readSaved(kept) ?? {};
  const now = readSaved(memory.get(key));
  expect(now).toEqual({ ...readSaved(kept), settings: { ...settings, temperature: 0.1 } });
  type(second, '!');
  await second.flush();
  expect(readSaved(memory.get(key))?.text).toBe(`${own}!`);
});
