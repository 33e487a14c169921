// Whether a shared run is of the model that is here, told by its content; and which stored model it needs.
import { afterEach, describe, expect, test } from 'vitest';
import { type Page, readyPage } from '../../../e2e/support/scripted-page.ts';
import type { CachedModel } from '../../lib/model-source.ts';
import { digestIn } from '../../lib/weight-format.ts';
import { writeLink } from './link.ts';
import { readLink } from './readLink.ts';
import { differencesOf, formatNeeded, neededSource, runToShare, type SharedRun, wayToModel } from './sharedRun.ts';
import { differenceWords, wayWords } from './words.ts';

let page: Page | undefined;
afterEach(() => page?.dispose());

/** A run of the model that is here, as it comes back from a link, with a part of its model replaced. */
async function shared(part: Partial<SharedRun['model']>): Promise<{ page: Page; run: SharedRun }> {
  page = await readyPage();
  const run = runToShare(page);
  if (run === null) throw new Error('nothing to share');
  const made = await writeLink({ ...run, model: { ...run.model, ...part } });
  const read = made.ok ? await readLink(made.fragment) : null;
  if (!read?.ok) throw new Error('the link does not come back');
  return { page, run: read.value };
}

const differences = ({ page: here, run }: { page: Page; run: SharedRun }) => {
  const { model, commit } = differencesOf(run, here.model.getState()) ?? {};
  return { model, commit };
};

const OTHER = '0a'.repeat(32);

describe('a shared run', () => {
  test('is of the same model where the content is, under any name', async () => {
    expect(differences(await shared({}))).toEqual({ model: null, commit: false });
    expect(differences(await shared({ key: 'local/mine', name: 'mine' }))).toEqual({ model: null, commit: false });
  });

  test('is of other weights where the content differs, under the same name', async () => {
    expect(differences(await shared({ digest: OTHER }))).toEqual({ model: null, commit: true });
    expect(differences(await shared({ digest: OTHER, key: 'local/mine', name: 'mine' }))).toEqual({
      model: 'mine',
      commit: false,
    });
  });

  test('that does not say its content is known by key and commit', async () => {
    expect(differences(await shared({ digest: '' }))).toEqual({ model: null, commit: false });
    expect(differences(await shared({ digest: '', commit: 'abc' }))).toEqual({ model: null, commit: true });
  });

  test('of the same files in another format says so, and not that the files are others', async () => {
    const { page: here, run } = await shared({});
    const digest = digestIn(run.model.digest, 'int8');
    const other = { ...run, model: { ...run.model, digest } };
    expect(differencesOf(run, here.model.getState())).toMatchObject({ model: null, commit: false, format: null });
    const found = differencesOf(other, here.model.getState());
    expect(found).toMatchObject({ model: null, commit: false, format: 'int8' });
    expect(found && differenceWords(found, 'x')).toEqual([
      'It was made with the weights in int8: numbers here differ a little.',
    ]);
    await here.model.getState().keepFormat('int8');
    expect(differencesOf(other, here.model.getState())).toMatchObject({ commit: false, format: null });
    expect(differencesOf(run, here.model.getState())).toMatchObject({ commit: false, format: 'stored' });
    expect(runToShare(here)?.model.digest).toBe(digest);
  });

  test('a digest that is none is refused', async () => {
    await expect(shared({ digest: `${OTHER}:int3` })).rejects.toThrow('does not come back');
    await expect(shared({ digest: 'abc' })).rejects.toThrow('does not come back');
  });
});

describe('the model it needs', () => {
  const stored: CachedModel = {
    key: 'local/mine-2',
    name: 'mine-2',
    source: { kind: 'local', name: 'mine-2' },
    commit: '',
    digest: OTHER,
    bytes: 1,
    complete: true,
    storedAt: 1,
  };
  const model = { key: 'local/mine', commit: '', name: 'mine', digest: OTHER };

  test('is the stored one of the same content', () => {
    expect(neededSource(model, [{ ...stored, digest: '', key: 'local/mine' }, stored])).toEqual(stored.source);
    const quantised = { ...model, digest: digestIn(OTHER, 'int8') };
    expect(neededSource(quantised, [stored])).toEqual(stored.source);
    expect([quantised, model, { ...model, digest: '' }].map(formatNeeded)).toEqual(['int8', 'stored', undefined]);
  });

  test('is never a stored one of the same name alone', () => {
    expect(neededSource(model, [])).toBeNull();
    expect(neededSource({ ...model, digest: '' }, [])).toEqual({ kind: 'local', name: 'mine' });
    const hub = { ...model, key: 'hub/a/b@main' };
    expect(neededSource(hub, [])).toEqual({ kind: 'hub', repo: 'a/b', revision: 'main' });
  });

  test('is said by the button: which files, or under which name they are here already', () => {
    const words = (shared: typeof model, models: readonly CachedModel[]) =>
      wayWords(wayToModel(shared, models), shared);
    expect(words(model, [])).toBe('Open the files of mine');
    expect(words(model, [{ ...stored, digest: '', key: 'local/mine' }])).toBe('Open the files of mine');
    const mine = { ...stored, key: 'local/mine', source: { kind: 'local', name: 'mine' } } as const;
    expect(words(model, [mine])).toBe('Load mine');
    expect(words(model, [{ ...mine, complete: false }])).toBe('Open the files of mine');
    const other = { ...stored, key: 'local/mine-2', source: { kind: 'local', name: 'mine-2' } } as const;
    expect(words(model, [other])).toBe('Load mine-2, which has the same content as mine');
    expect(words({ ...model, key: 'hub/a/b@main' }, [])).toBe('Load mine');
    expect(words({ ...model, digest: digestIn(OTHER, 'int8') }, [mine])).toBe('Load mine in int8');
  });
});
