// What a reload keeps, and that nothing in the store can break a start.
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { type Interception, turn, until } from '../../../e2e/support/scripted-engine.ts';
import {
  keptRecord,
  makePage,
  type Page,
  type PageOptions,
  readyPage,
  text,
} from '../../../e2e/support/scripted-page.ts';
import { settle } from '../../../e2e/support/settle.ts';
import { NucleusError } from '../../lib/error.ts';
import { sourceKey } from '../../lib/model-source.ts';
import { DEFAULT_SETTINGS } from '../../sampling/settings.ts';
import { DEFAULT_VIEW, VIEW_CHOICES, type ViewChoices } from '../view.ts';
import { readSaved, SAVED_VERSION, writeSaved } from './saved.ts';
import { readPage } from './saved-page.ts';
import { MOST_DELAY_MS, WRITE_DELAY_MS } from './writer.ts';

const pages: Page[] = [];
const visit = async (options: PageOptions): Promise<Page> => {
  const page = await readyPage(options);
  pages.push(page);
  return page;
};
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
});
afterEach(() => {
  for (const page of pages.splice(0)) page.dispose();
  vi.useRealTimers();
});

describe('a reload', () => {
  test('brings back what was typed before anything was read, also when no model came', async () => {
    const memory = new Map<string, unknown>();
    const page = makePage({ memory, blocked: new NucleusError('no_webgpu', 'none') });
    pages.push(page);
    page.document.getState().setText('Typed at once');
    await page.start();
    await page.flush();
    page.dispose();
    expect(text(await visit({ memory }))).toBe('Typed at once');
  });

  test('brings back what was typed before the code that saves had come, and once', async () => {
    const events = new EventTarget();
    vi.stubGlobal('addEventListener', events.addEventListener.bind(events));
    vi.stubGlobal('removeEventListener', events.removeEventListener.bind(events));
    const kept = new Map<string, string>();
    vi.stubGlobal('sessionStorage', {
      getItem: (key: string) => kept.get(key) ?? null,
      setItem: (key: string, value: string) => kept.set(key, value),
      removeItem: (key: string) => kept.delete(key),
    });
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
    vi.unstubAllGlobals();
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
      wide: true,
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
    const second = makePage({ memory });
    pages.push(second);
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
    const second = makePage({ memory });
    pages.push(second);
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
});

describe('writing', () => {
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

  test('a page that goes writes at once, and the next one takes over what did not arrive', async () => {
    const events = new EventTarget();
    vi.stubGlobal('addEventListener', events.addEventListener.bind(events));
    vi.stubGlobal('removeEventListener', events.removeEventListener.bind(events));
    const memory = new Map<string, unknown>();
    const page = await visit({ memory });
    page.document.getState().edit(0, 0, 'X');
    events.dispatchEvent(new Event('pagehide'));
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
});

describe('reading is careful', () => {
  const sound = () =>
    writeSaved({
      title: 'A title',
      created: 5,
      text: 'Once',
      tokens: [{ id: 5, bytes: new Uint8Array(1), special: false, origin: 'typed' }],
      set: null,
      fingerprint: 'f',
      model: 'm',
      selection: { start: 1, end: 2, focus: 'end' },
      settings: DEFAULT_SETTINGS,
      seed: '7',
      lastSeed: 8,
      pins: { ids: [3, 300], fingerprint: 'f' },
      source: { kind: 'hub', repo: 'a/b', revision: 'main' },
    });

  test('what was written is read', () => {
    expect(readSaved(structuredClone(sound()))).toEqual({
      title: 'A title',
      created: 5,
      text: 'Once',
      tokens: [{ id: 5, origin: 'typed' }],
      set: null,
      fingerprint: 'f',
      model: 'm',
      selection: { start: 1, end: 2, focus: 'end' },
      settings: DEFAULT_SETTINGS,
      seed: '7',
      lastSeed: 8,
      pins: { ids: [3, 300], fingerprint: 'f' },
      source: { kind: 'hub', repo: 'a/b', revision: 'main' },
    });
  });

  test('formats that are none are as stored', () => {
    for (const formats of [{ 'local/a': 'int2' }, ['int2'], 7, undefined]) {
      expect(readPage({ version: 2, formats })?.formats).toEqual({});
    }
  });

  test('another version is not read', () => {
    expect(readSaved({ ...Object(sound()), version: SAVED_VERSION + 1 })).toBeNull();
  });

  test.each([
    ['ids of another length', { ids: new Uint32Array(3) }],
    ['ids that are no array of ids', { ids: [1, 2] }],
    ['settings that are none', { drawSettings: 'x' }],
  ])('%s: the text alone is brought back', (_, part) => {
    expect(readSaved({ ...Object(sound()), ...part })).toMatchObject({ text: 'Once', tokens: [] });
  });

  test('a source that is no name gives the default', () => {
    for (const source of [
      { kind: 'hub', repo: '../..', revision: 'x' },
      { kind: 'local', name: '<script>' },
      5,
      null,
    ]) {
      const saved = readSaved({ ...Object(sound()), source });
      expect(saved === null || saved.source === null).toBe(true);
    }
  });

  test('anything at all: never an error, always within bounds', () => {
    const junk = fc.oneof(fc.anything(), fc.constant(new Float64Array([Number.NaN])), fc.constant(new Uint8Array(1)));
    fc.assert(
      fc.property(
        fc.oneof(junk, fc.dictionary(fc.constantFrom(...Object.keys(Object(sound()))), junk)),
        fc.boolean(),
        (value, part) => {
          const saved = readSaved(part && typeof value === 'object' ? { ...Object(sound()), ...value } : value);
          if (saved === null) return;
          expect(saved.selection.end).toBeLessThanOrEqual(saved.text.length);
          expect(saved.settings.temperature).toBeGreaterThanOrEqual(0);
          expect(saved.pins.ids.length).toBeLessThanOrEqual(8);
          expect(saved.pins.ids.every(id => Number.isInteger(id) && id >= 0)).toBe(true);
          expect(saved.seed).toMatch(/^\d*$/);
        },
      ),
      { numRuns: 500 },
    );
  });

  test('a page starts on anything', async () => {
    for (const value of [null, 5, 'x', [], { version: SAVED_VERSION }, { ...Object(sound()), ids: 'x', view: 3 }]) {
      for (const key of ['page', 'page:tab', 'document:a', 'entry:a', 'kept:tab']) {
        const memory = new Map<string, unknown>([
          ['page', { version: 2, document: 'a' }],
          [key, value],
        ]);
        const page = await visit({ memory });
        expect(page.model.getState().load.status).toBe('ready');
      }
    }
  });
});
