// The way back after a run of columns: from models of its own alone, and over nothing that a person has done meanwhile.
import { describe, expect, test } from 'vitest';
import { until } from '../../../e2e/support/scripted-engine.ts';
import type { Page, PageOptions } from '../../../e2e/support/scripted-page.ts';
import { visitsOf } from '../../../e2e/support/visits.ts';
import type { ModelSource } from '../../lib/model-source.ts';

const { visit } = visitsOf('held');

const OTHER: ModelSource = { kind: 'hub', repo: 'a/b', revision: 'main' };
const THIRD: ModelSource = { kind: 'hub', repo: 'c/d', revision: 'main' };

const compare = (page: Page) => page.compare.getState();
const states = (page: Page): string[] => compare(page).columns.map(({ status }) => status);
const loads = (page: Page): string[] =>
  page.worker.of('load').map(({ source }) => (source.kind === 'hub' ? source.repo : source.kind));

/** Two columns long enough to act in the middle of them, the second on the model of `second`. */
async function open(second: ModelSource | null, options: PageOptions = {}): Promise<Page> {
  const page = await visit(options);
  page.settings.getState().change({ max_new_tokens: 30, end_of_text: 'continue' });
  for (const { id } of compare(page).columns) compare(page).takeSettings(id);
  compare(page).change(2, { model: second });
  return page;
}

/** A run of both, to the question and its yes. */
async function run(page: Page): Promise<void> {
  await compare(page).run([1, 2]);
  if (compare(page).asking !== null) await compare(page).answer(true);
}

/** The column of this place draws. */
const draws = (page: Page, at: number): Promise<void> =>
  until(() => (compare(page).columns[at]?.result?.tokens.length ?? 0) >= 2);

describe('a model', () => {
  test('that a person loads in the middle stays, where the run had loaded none', async () => {
    const page = await open(null);
    const done = run(page);
    await draws(page, 0);
    const loading = page.model.getState().loadModel(THIRD);
    await Promise.all([done, loading]);
    expect(page.model.getState().load).toMatchObject({ status: 'ready', model: { source: THIRD } });
    expect(loads(page)).toEqual(['shipped', 'c/d']);
    expect(states(page)).toEqual(['stopped', 'stopped']);
    expect(compare(page).working).toBe('no');
  });

  test('that a person loads in the place of one of the run stays', async () => {
    const page = await open(OTHER);
    const done = run(page);
    await draws(page, 1);
    const loading = page.model.getState().loadModel(THIRD);
    await Promise.all([done, loading]);
    expect(page.model.getState().load).toMatchObject({ status: 'ready', model: { source: THIRD } });
    expect(loads(page)).toEqual(['shipped', 'a/b', 'c/d']);
    expect(states(page)).toEqual(['done', 'stopped']);
  });

  test('that a person loads while one of the run is on its way stays', async () => {
    const page = await open(OTHER);
    const done = run(page);
    await until(() => page.model.getState().load.status === 'loading');
    const loading = page.model.getState().loadModel(THIRD);
    await Promise.all([done, loading]);
    expect(page.model.getState().load).toMatchObject({ status: 'ready', model: { source: THIRD } });
    expect(loads(page)).toEqual(['shipped', 'a/b', 'c/d']);
  });

  test('that a person opens again with other keys and values stays so', async () => {
    const page = await open(null);
    const done = run(page);
    await draws(page, 0);
    const loading = page.model.getState().keepKv('f16');
    await Promise.all([done, loading]);
    expect(page.model.getState()).toMatchObject({ load: { status: 'ready' }, context: { kv: 'f16' } });
    expect(loads(page)).toEqual(['shipped', 'shipped']);
  });

  test.each(['person', 'tab'] as const)('stays let go by a %s, whoever had loaded it', async by => {
    for (const [second, at] of [[null, 0] as const, [OTHER, 1] as const]) {
      const page = await open(second);
      const done = run(page);
      await draws(page, at);
      page.model.getState().unload(by);
      await done;
      expect(page.model.getState()).toMatchObject({ load: { status: 'idle' }, letGo: { by } });
      expect(page.workers).toHaveLength(1);
    }
  });

  test('that a person loads goes on loading where the run is stopped before it has heard of it', async () => {
    const page = await open(null);
    const done = run(page);
    await draws(page, 0);
    const loading = page.model.getState().loadModel(THIRD);
    compare(page).stop();
    await Promise.all([done, loading]);
    expect(page.model.getState().load).toMatchObject({ status: 'ready', model: { source: THIRD } });
  });

  test('of the run gives way to the first one where the run is stopped, also while it loads', async () => {
    for (const there of [false, true]) {
      const page = await open(OTHER);
      const done = run(page);
      await (there ? draws(page, 1) : until(() => page.model.getState().load.status === 'loading'));
      compare(page).stop();
      await done;
      expect(page.model.getState().load).toMatchObject({ status: 'ready', model: { source: { kind: 'shipped' } } });
      expect(states(page)).toEqual(['done', 'stopped']);
    }
  });

  test('that a person loads on the way back stays', async () => {
    const page = await open(OTHER);
    const done = run(page);
    await until(() => compare(page).working === 'back');
    const loading = page.model.getState().loadModel(THIRD);
    await Promise.all([done, loading]);
    expect(page.model.getState().load).toMatchObject({ status: 'ready', model: { source: THIRD } });
  });
});
