// Documents: new, opened, named, copied, removed and brought back, searched; two tabs; texts of before there were documents; faults of the storage.
import 'fake-indexeddb/auto';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { until } from '../../../e2e/support/scripted-engine.ts';
import {
  ids,
  keptRecord,
  makePage,
  type Page,
  type PageOptions,
  readyPage,
  text,
} from '../../../e2e/support/scripted-page.ts';
import type { DocumentActs, ListedDocument } from './documents.ts';
import { databaseRecords } from './records.ts';
import { readSaved } from './saved.ts';
import { firstWords, titleOf } from './title.ts';

const pages: Page[] = [];
const visit = async (options: PageOptions = {}): Promise<Page> => {
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

function acts(page: Page): DocumentActs {
  const { acts: here } = page.documents.getState();
  if (here === null) throw new Error('nothing has been read');
  return here;
}
const list = (page: Page): Promise<readonly ListedDocument[]> => acts(page).list();
const titles = async (page: Page): Promise<string[]> =>
  (await list(page)).map(({ title, words }) => titleOf(title, words)).sort();
const type = (page: Page, added: string): void =>
  page.document.getState().edit(text(page).length, text(page).length, added);

describe('documents', () => {
  test('each keeps its branches, settings, seed, pins and steps of Undo; another one changes none of it', async () => {
    const page = await visit({ firstText: 'The first document' });
    page.settings.getState().change({ temperature: 1.4, max_new_tokens: 4 });
    await page.generation.getState().run();
    page.document.getState().cut(2, 'choice');
    type(page, ' other');
    page.pins.getState().pin(300);
    const first = { id: page.documents.getState().id, ids: ids(page), text: text(page) };
    const branches = page.document.getState().branches.map(branch => branch.tokens.map(token => token.id));
    const { canUndo } = page.document.getState();
    expect(branches).toHaveLength(2);

    await acts(page).create({ text: 'Another', keep: true });
    expect(text(page)).toBe('Another');
    expect(page.document.getState()).toMatchObject({ canUndo: null, branch: 1 });
    expect(page.document.getState().branches).toHaveLength(1);
    page.settings.getState().change({ temperature: 0.3 });
    page.pins.getState().clear();
    type(page, ' one');

    await acts(page).open(first.id);
    expect(text(page)).toBe(first.text);
    expect(page.document.getState().branches.map(branch => branch.tokens.map(token => token.id))).toEqual(branches);
    expect(page.settings.getState().settings).toMatchObject({ temperature: 1.4, max_new_tokens: 4 });
    expect(page.pins.getState().pins.map(pin => pin.id)).toEqual([300]);
    expect(page.document.getState().canUndo).toBe(canUndo);
    page.document.getState().undo();
    expect(text(page)).not.toBe(first.text);
    page.document.getState().redo();
    expect(text(page)).toBe(first.text);

    const listed = await list(page);
    expect(listed.map(({ words, branches: count, readable }) => ({ words, count, readable }))).toEqual(
      expect.arrayContaining([
        { words: 'Another one', count: 1, readable: true },
        { words: first.text, count: 2, readable: true },
      ]),
    );
    expect(listed.map(({ model }) => model)).toEqual(['nucleus-3m', 'nucleus-3m']);
    expect(listed.every(({ tokens }) => tokens > 0)).toBe(true);
  });

  test('a new one takes the place of a text that nobody has touched, and of no other', async () => {
    const page = await visit({ firstText: 'Shown at first' });
    await acts(page).create({ text: 'An example' });
    await acts(page).create({ text: 'Another example' });
    expect(await list(page)).toHaveLength(0);
    type(page, ', written on');
    await acts(page).create({ text: 'An example' });
    expect(text(page)).toBe('An example');
    expect(await titles(page)).toEqual(['Another example, written on']);
  });

  test('is called by its first words until a person names it, also when it is not open', async () => {
    expect(firstWords('  Two\n\n words ')).toBe('Two words');
    expect(firstWords(`${'word '.repeat(30)}`)).toMatch(/^(word ){7}word…$/);
    expect(titleOf('', ' \n')).toBe('Untitled');
    const page = await visit({ firstText: 'Some words' });
    type(page, ' more');
    const { id } = page.documents.getState();
    await acts(page).rename(id, '  A   name\n');
    expect(page.documents.getState().title).toBe('A name');
    await acts(page).create({ text: 'Second', keep: true });
    expect(await titles(page)).toEqual(['A name', 'Second']);
    await acts(page).rename(id, 'Its second name');
    expect(await titles(page)).toEqual(['Its second name', 'Second']);
    await acts(page).open(id);
    expect(page.documents.getState().title).toBe('Its second name');
    await acts(page).rename(id, '');
    expect(await titles(page)).toEqual(['Second', 'Some words more']);
  });

  test('a copy is a document of its own and opens', async () => {
    const page = await visit({ firstText: 'To be copied' });
    const { id } = page.documents.getState();
    await acts(page).duplicate(id);
    expect(page.documents.getState().id).not.toBe(id);
    expect(text(page)).toBe('To be copied');
    type(page, ' and changed');
    await page.flush();
    await acts(page).open(id);
    expect(text(page)).toBe('To be copied');
    expect(await titles(page)).toEqual(['To be copied', 'To be copied (copy)']);
  });

  test('one that was removed comes back whole, with its Undo; the one after it is the newest', async () => {
    const page = await visit({ firstText: 'The kept one' });
    type(page, '.');
    await acts(page).create({ text: 'The removed one', keep: true });
    type(page, ', changed');
    const { id } = page.documents.getState();
    await acts(page).remove(id);
    expect(text(page)).toBe('The kept one.');
    expect(page.documents.getState().notice).toEqual({ kind: 'deleted', title: 'The removed one, changed' });
    expect(await titles(page)).toEqual(['The kept one.']);
    await acts(page).putBack();
    expect(page.documents.getState()).toMatchObject({ id, notice: null });
    expect(text(page)).toBe('The removed one, changed');
    page.document.getState().undo();
    expect(text(page)).toBe('The removed one');
    await acts(page).remove(id);
    await acts(page).remove(page.documents.getState().id);
    expect(text(page)).toBe('');
    expect(await list(page)).toEqual([]);
  });

  test('are found by any text of theirs, in other branches too', async () => {
    const page = await visit({ firstText: 'Foxes and dogs' });
    page.document.getState().cut(1, 'choice');
    type(page, ' Bears');
    const { id } = page.documents.getState();
    await acts(page).create({ text: 'Cats', keep: true });
    await page.flush();
    const all = (await list(page)).map(each => each.id);
    const found = (query: string) => acts(page).find(all, query, new AbortController().signal);
    expect(await found('DOGS')).toEqual(new Set([id]));
    expect(await found('bears')).toEqual(new Set([id]));
    expect((await found('s')).size).toBe(2);
    expect((await found('wolves')).size).toBe(0);
  });

  test('a run that is under way ends with the document it belongs to', async () => {
    const page = await visit({ firstText: 'Running' });
    page.settings.getState().change({ max_new_tokens: 500, end_of_text: 'never' });
    const run = page.generation.getState().run();
    await until(() => page.document.getState().tokens.length > 4);
    const { id } = page.documents.getState();
    await acts(page).create({ text: 'Quiet' });
    await run;
    expect(text(page)).toBe('Quiet');
    await acts(page).open(id);
    expect(text(page).startsWith('Running')).toBe(true);
    expect(page.document.getState().tokens.some(token => token.origin === 'drawn')).toBe(true);
  });
});

describe('files', () => {
  test('one or all go out whole and come in as documents of their own; none takes the place of another', async () => {
    const page = await visit({ firstText: 'Exported' });
    await page.generation.getState().run();
    page.document.getState().cut(2, 'choice');
    type(page, ' branch');
    const { id } = page.documents.getState();
    const [own, branches] = [text(page), page.document.getState().branches];
    await acts(page).create({ text: 'Second', keep: true });
    const [one, all] = [await acts(page).exported([id]), await acts(page).exported('all')];
    expect(await acts(page).imported(one)).toEqual({ added: 1, refused: 0, why: null });
    expect(await titles(page)).toEqual([own, own, 'Second']);

    const other = await visit({ firstText: 'Elsewhere' });
    expect(await acts(other).imported(all)).toEqual({ added: 2, refused: 0, why: null });
    expect(text(other)).toBe('Elsewhere');
    await acts(other).open(id);
    expect(text(other)).toBe(own);
    const drawn = (list: typeof branches) =>
      list.map(branch => branch.tokens.map(({ id: token, draw }) => [token, draw]));
    expect(drawn(other.document.getState().branches)).toEqual(drawn(branches));
  });

  test('what is damaged, foreign or newer is refused in words, and the sound ones of a file are taken', async () => {
    const page = await visit({ firstText: 'Stays' });
    await acts(page).create({ text: 'Sound', keep: true });
    const file = JSON.parse(await acts(page).exported('all'));
    const hostile = [
      { id: '../x', record: file.documents[0].record },
      { id: 'a', record: { version: 1, text: 5 } },
      { id: 'b', record: { version: 99, text: '' } },
      null,
      JSON.parse('{"id":"c","record":{"__proto__":{"version":1,"text":"x"}}}'),
    ];
    file.documents.push(...hostile);
    expect(await acts(page).imported(JSON.stringify(file))).toEqual({ added: 1, refused: hostile.length, why: null });
    expect(await titles(page)).toEqual(['Sound', 'Sound']);
    for (const [json, why] of [
      ['{', 'not_ours'],
      ['[]', 'not_ours'],
      [JSON.stringify({ ...file, format: 'nucleus.run' }), 'not_ours'],
      [JSON.stringify({ ...file, documents: {} }), 'not_ours'],
      [JSON.stringify({ ...file, version: 2 }), 'newer'],
    ]) {
      expect(await acts(page).imported(json ?? '')).toMatchObject({ added: 0, why });
    }
  });
});

describe('another model', () => {
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
    expect(memory.get(key)).toEqual(kept);
    type(second, '!');
    await second.flush();
    expect(readSaved(memory.get(key))?.text).toBe(`${own}!`);
  });
});

describe('two tabs', () => {
  async function both(): Promise<{ memory: Map<string, unknown>; one: Page; two: Page }> {
    const memory = new Map<string, unknown>();
    const one = await visit({ memory, tab: 'one', firstText: 'Shared' });
    type(one, '.');
    await one.flush();
    const two = await visit({ memory, tab: 'two' });
    expect(two.documents.getState().id).toBe(one.documents.getState().id);
    return { memory, one, two };
  }

  test('what one writes stands in the other one, whose own text of before is a step of Undo', async () => {
    const { one, two } = await both();
    type(one, ' Written in one.');
    await one.flush();
    await until(() => text(two) === 'Shared. Written in one.');
    two.document.getState().undo();
    expect(text(two)).toBe('Shared.');
    two.document.getState().redo();
    type(two, ' And in two.');
    await two.flush();
    await until(() => text(one) === 'Shared. Written in one. And in two.');
    expect(await list(one)).toHaveLength(1);
    await acts(one).rename(one.documents.getState().id, 'Named');
    await until(() => two.documents.getState().title === 'Named');
  });

  test('where both write, the later one gets a document of its own and says so: neither text is lost', async () => {
    const { memory, one, two } = await both();
    type(one, ' Of the first tab');
    type(two, ' Of the second tab');
    await one.flush();
    await two.flush();
    expect(two.documents.getState()).toMatchObject({
      notice: { kind: 'copied', title: 'Shared. Of the second tab (copy)' },
    });
    expect(two.documents.getState().id).not.toBe(one.documents.getState().id);
    type(two, ', again');
    await two.flush();
    for (const [tab, expected] of [
      ['one', 'Shared. Of the first tab'],
      ['two', 'Shared. Of the second tab, again'],
    ] as const) {
      expect(text(await visit({ memory, tab }))).toBe(expected);
    }
    expect(await list(one)).toHaveLength(2);
  });

  test('begun side by side each keeps its own, and a new one begins with what was written last', async () => {
    const memory = new Map<string, unknown>();
    const one = await visit({ memory, tab: 'one' });
    const two = await visit({ memory, tab: 'two' });
    one.document.getState().setText('Of the first');
    two.document.getState().setText('Of the second');
    await one.flush();
    await two.flush();
    expect(text(await visit({ memory, tab: 'two' }))).toBe('Of the second');
    const again = await visit({ memory, tab: 'one' });
    expect(text(again)).toBe('Of the first');
    again.document.getState().setText('Written last');
    await again.flush();
    expect(text(await visit({ memory, tab: 'one' }))).toBe('Written last');
    expect(text(await visit({ memory, tab: 'three' }))).toBe('Written last');
  });

  test('a caret that moves in one does not make a copy of what the other one writes', async () => {
    const { one, two } = await both();
    two.document.getState().select(1, 2);
    type(one, ' More');
    await one.flush();
    await two.flush();
    await until(() => text(two) === 'Shared. More');
    const [before] = await list(two);
    await new Promise(setImmediate);
    two.document.getState().select(0, 1);
    await two.flush();
    expect(await list(two)).toMatchObject([{ changed: before?.changed }]);
    expect(two.documents.getState()).toMatchObject({ notice: null, id: one.documents.getState().id });
  });

  test('a document that one deletes while the other one writes in it stays', async () => {
    const { one, two } = await both();
    type(two, ' Still wanted');
    await acts(one).remove(one.documents.getState().id);
    await two.flush();
    expect(two.documents.getState().notice).toMatchObject({ kind: 'copied', why: 'deleted' });
    expect(await titles(one)).toEqual(['Shared. Still wanted']);
  });
});

describe('what was kept before', () => {
  test('becomes documents, each text once, and each tab has its own', async () => {
    const page = await visit({ firstText: 'An old text' });
    type(page, '.');
    await page.flush();
    const old = { ...Object(keptRecord(page.memory).record), version: 1, view: { tint: 'rank' } };
    const memory = new Map<string, unknown>([
      ['page', { ...old, text: 'Of another tab', ids: 'x' }],
      ['page:two', { ...old, text: 'Of another tab', ids: 'x' }],
      ['written:page:two', 5],
      ['page:one', old],
    ]);
    const one = await visit({ memory, tab: 'one' });
    expect(text(one)).toBe('An old text.');
    expect(one.view.getState().tint).toBe('rank');
    expect(ids(one)).toEqual(ids(page));
    expect(await titles(one)).toEqual(['An old text.', 'Of another tab']);
    expect(text(await visit({ memory, tab: 'two' }))).toBe('Of another tab');
    expect(text(await visit({ memory, tab: 'three' }))).toBe('Of another tab');
    expect(await list(one)).toHaveLength(2);
  });
});

describe('faults', () => {
  test('a damaged or newer record is listed as what cannot be read, stops nothing and stays', async () => {
    const memory = new Map<string, unknown>([
      ['document:newer', { version: 99, text: 'x' }],
      ['entry:newer', { version: 99 }],
      ['document:bad', 'x'],
      ['page:tab', { version: 2, document: 'newer' }],
    ]);
    const page = await visit({ memory, firstText: 'Begins anew' });
    expect(text(page)).toBe('Begins anew');
    type(page, '.');
    await page.flush();
    expect((await list(page)).map(({ id, readable }) => [id, readable])).toEqual([
      [page.documents.getState().id, true],
      ['bad', false],
      ['newer', false],
    ]);
    await acts(page).open('newer');
    expect(page.documents.getState().notice).toEqual({ kind: 'unreadable' });
    expect(text(page)).toBe('Begins anew.');
    expect(memory.get('document:newer')).toEqual({ version: 99, text: 'x' });
    // A small record that is gone is made from the document.
    memory.delete(`entry:${page.documents.getState().id}`);
    expect(await titles(page)).toContain('Begins anew.');
  });

  test('a database that never answers is done without', async () => {
    const page = makePage({ firstText: 'Without' });
    pages.push(page);
    const memory = page.memory;
    const get = memory.get.bind(memory);
    memory.get = key => (key.startsWith('page') ? new Promise(() => {}) : get(key));
    const starting = page.start();
    for (let i = 0; i < 40 && page.documents.getState().acts === null; i++) {
      await vi.advanceTimersByTimeAsync(1000);
      await new Promise(setImmediate);
    }
    await starting;
    expect(text(page)).toBe('Without');
    expect(page.model.getState().load.status).toBe('ready');
  });

  test('the database: all or nothing, only over what is known, and anew after it was deleted', async () => {
    const records = databaseRecords();
    expect(
      await records.put(
        [
          ['a', { stamp: '1' }],
          ['b', 5],
        ],
        { key: 'a', stamp: null },
      ),
    ).toBe(true);
    expect(
      await records.put(
        [
          ['a', { stamp: '2' }],
          ['b', undefined],
        ],
        { key: 'a', stamp: 'other' },
      ),
    ).toBe(false);
    expect(await records.get('b')).toBe(5);
    await expect(
      records.put(
        [
          ['c', 1],
          ['d', () => {}],
        ],
        { key: 'a', stamp: '1' },
      ),
    ).rejects.toThrow();
    expect(await records.keys()).toEqual(['a', 'b']);
    expect(
      await records.put(
        [
          ['b', undefined],
          ['ab', 7],
        ],
        { key: 'a', stamp: '1' },
      ),
    ).toBe(true);
    expect(await records.all('a')).toEqual([
      ['a', { stamp: '1' }],
      ['ab', 7],
    ]);
    await new Promise((resolve, reject) => {
      const gone = indexedDB.deleteDatabase('nucleus-page');
      gone.onsuccess = resolve;
      gone.onerror = reject;
      gone.onblocked = reject;
    });
    expect(await records.keys()).toEqual([]);
    expect(await records.put([['a', 1]])).toBe(true);
  });
});
