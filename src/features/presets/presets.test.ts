// Presets: kept by name, used and taken back, deleted and brought back, out as a file and in again, two tabs beside each other.
import { afterEach, describe, expect, test } from 'vitest';
import { turn } from '../../../e2e/support/scripted-engine.ts';
import { type Page, readyPage } from '../../../e2e/support/scripted-page.ts';
import { DEFAULT_SETTINGS } from '../../sampling/settings.ts';
import type { KeptRecord } from '../shared/keptRecord.ts';
import { type Preset, readPresetFile, readPresets, shippedSettings, writePresets } from './preset.ts';
import { SHIPPED } from './shipped.ts';
import { createPresetsStore, type PresetsStoreState } from './store.ts';
import { settingWords } from './words.ts';

let page: Page;
afterEach(() => page.dispose());

function memory(): KeptRecord & { kept: unknown; broken: boolean } {
  const made = {
    kept: undefined as unknown,
    broken: false,
    read: async () => structuredClone(made.kept),
    update: async (change: (kept: unknown) => unknown) => {
      if (made.broken) throw new DOMException('full', 'QuotaExceededError');
      made.kept = structuredClone(change(structuredClone(made.kept)));
    },
  };
  return made;
}

async function opened(records = memory()) {
  page = await readyPage();
  const { store } = createPresetsStore(page, records);
  await turn();
  const state = (): PresetsStoreState => store.getState();
  return { records, state, names: () => state().presets?.map(({ name }) => name) };
}

describe('presets', () => {
  test('hold settings and text, and bring both back: the text as a document of its own', async () => {
    const { state, names } = await opened();
    const first = page.document.getState().text;
    page.settings.getState().change({ temperature: 1.5, stop: ['x'] });
    expect(await state().save('  Warm \n one ', true)).toBe(true);
    expect(await state().save('   ', true)).toBe(false);
    page.settings.getState().change({ temperature: 0.2, stop: [] });
    expect(await state().save('Cold', false)).toBe(true);
    expect(names()).toEqual(['Cold', 'Warm one']);
    page.document.getState().setText('Another text');
    const [cold, warm] = state().presets ?? [];
    await state().use(warm as Preset);
    expect(page.settings.getState().settings).toMatchObject({ temperature: 1.5, stop: ['x'] });
    expect(page.document.getState().text).toBe(first);
    await state().takeBack();
    expect(page.settings.getState().settings).toMatchObject({ temperature: 0.2, stop: [] });
    expect(cold?.text).toBeNull();
  });

  test('with a text leave the settings of the document before as they were', async () => {
    const { state } = await opened();
    page.document.getState().setText('My own text');
    page.settings.getState().change({ temperature: 0.3 });
    const { id } = page.documents.getState();
    await state().use({ name: 'Warm', text: 'Another one', settings: { ...DEFAULT_SETTINGS, temperature: 1.5 } });
    expect(page.documents.getState().id).not.toBe(id);
    expect(page.settings.getState().settings.temperature).toBe(1.5);
    expect(state().done).toMatchObject({ kind: 'used', before: { temperature: 0.3 } });
    await page.documents.getState().acts?.open(id);
    expect(page.settings.getState().settings.temperature).toBe(0.3);
    // What could be taken back belongs to the other document.
    expect(state().done).toBeNull();
  });

  test('with a text apply their settings where the tokenizer opens every text with a token', async () => {
    const { state } = await opened();
    const { acts } = page.documents.getState();
    if (acts === null) throw new Error('documents can be made');
    const create: typeof acts.create = wanted => acts.create({ ...wanted, text: `<s>${wanted?.text}` });
    page.documents.setState({ acts: { ...acts, create } });
    await state().use({ name: 'Warm', text: 'Another one', settings: { ...DEFAULT_SETTINGS, temperature: 1.5 } });
    expect(page.document.getState().text).toBe('<s>Another one');
    expect(page.settings.getState().settings.temperature).toBe(1.5);
  });

  test('whose text cannot be opened change nothing', async () => {
    const { state } = await opened();
    const { acts } = page.documents.getState();
    if (acts === null) throw new Error('documents can be made');
    page.documents.setState({ acts: { ...acts, create: () => Promise.resolve(false) } });
    const { settings } = page.settings.getState();
    await state().use({ name: 'Warm', text: 'Another one', settings: { ...DEFAULT_SETTINGS, temperature: 1.5 } });
    expect(page.settings.getState().settings).toBe(settings);
    expect(state().done).toBeNull();
  });

  test('are renamed, deleted, and brought back to their place', async () => {
    const { state, names } = await opened();
    for (const name of ['a', 'b', 'c']) await state().save(name, false);
    const [, b] = state().presets ?? [];
    await state().rename(b?.id ?? '', 'bee');
    await state().rename(b?.id ?? '', '  ');
    expect(names()).toEqual(['c', 'bee', 'a']);
    await state().remove(b?.id ?? '');
    expect(names()).toEqual(['c', 'a']);
    expect(state().done).toMatchObject({ kind: 'deleted', preset: { name: 'bee' } });
    await state().takeBack();
    expect(names()).toEqual(['c', 'bee', 'a']);
    expect(state().done).toBeNull();
  });

  test('of two tabs stay side by side, and a reload has all of them', async () => {
    const one = await opened();
    const { store: other } = createPresetsStore(page, one.records);
    await turn();
    await one.state().save('one', false);
    await other.getState().save('two', false);
    await one.state().save('three', false);
    expect(one.names()).toEqual(['three', 'two', 'one']);
    const { store: later } = createPresetsStore(page, one.records);
    await turn();
    expect(later.getState().presets?.map(({ name }) => name)).toEqual(['three', 'two', 'one']);
  });

  test('that the browser does not keep are said not to be', async () => {
    const { state, records } = await opened();
    records.broken = true;
    expect(await state().save('x', false)).toBe(false);
    expect(state()).toMatchObject({ failed: 'storage', presets: [] });
    expect(await state().imported(writePresets([]))).toMatchObject({ ok: true, presets: [] });
    records.broken = false;
    expect(await state().save('x', false)).toBe(true);
    expect(state().failed).toBe('');
  });

  test('go out as a file and come in beside those that are there', async () => {
    const { state, names } = await opened();
    page.settings.getState().change({ constraint: { kind: 'regex', text: '"\\d🙂' }, min_p: 0.1 });
    await state().save('a "name" 🙂', true);
    const file = state().exported('all');
    expect(await state().imported(file)).toMatchObject({ ok: true, unreadable: 0 });
    expect(names()).toEqual(['a "name" 🙂', 'a "name" 🙂']);
    const [in_, out] = state().presets ?? [];
    expect({ ...in_, id: '' }).toEqual({ ...out, id: '' });
    expect(new Set(state().presets?.map(({ id }) => id)).size).toBe(2);
  });
});

describe('files', () => {
  test.each([
    ['{', 'not_ours'],
    ['[]', 'not_ours'],
    ['{"format":"nucleus.documents","version":1,"presets":[]}', 'not_ours'],
    ['{"format":"nucleus.presets","version":1,"presets":{}}', 'not_ours'],
    ['{"format":"nucleus.presets","version":2}', 'newer'],
    [' '.repeat(33 * 1024 * 1024), 'too_large'],
  ])('%# are refused by their reason', (text, why) => {
    expect(readPresetFile(text)).toEqual({ ok: false, why });
  });

  test('that are damaged or hostile give what can be read', () => {
    const sound = {
      id: 'a',
      name: 'Sound',
      text: null,
      settings: { temperature: 9e9, top_k: 'x', constraint: { kind: 'nope' } },
    };
    const presets = [
      sound,
      { ...sound, id: '../x' },
      { ...sound, id: 'b', name: '' },
      { ...sound, id: 'c', text: 5 },
      null,
      7,
      '__proto__',
    ];
    const read = readPresetFile(JSON.stringify({ format: 'nucleus.presets', version: 1, presets }));
    expect(read).toMatchObject({ ok: true, unreadable: 6 });
    const [only] = readPresets(presets);
    expect(only?.settings.temperature).toBeLessThanOrEqual(10);
    expect(only?.settings).toMatchObject({ top_k: 0, constraint: { kind: 'none' } });
  });
});

test('what comes with the page is sound, has names of its own and says what it holds', () => {
  expect(new Set(SHIPPED.map(({ name }) => name)).size).toBe(SHIPPED.length);
  for (const preset of SHIPPED) {
    const settings = shippedSettings(preset);
    expect(settings).toEqual({ ...DEFAULT_SETTINGS, ...preset.settings });
    expect(settingWords({ settings })).toContain('temperature');
  }
});
