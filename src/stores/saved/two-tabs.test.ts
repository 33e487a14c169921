// Documents in two tabs: what one writes, renames or removes while the other looks on or writes too.
import { expect, test } from 'vitest';
import { until } from '../../../e2e/support/scripted-engine.ts';
import { memoryStore, type Page, text } from '../../../e2e/support/scripted-page.ts';
import { visitsOf } from '../../../e2e/support/visits.ts';
import { acts, list, titles, type } from './documents.fixture.ts';
import { readSaved } from './saved.ts';

const { visit } = visitsOf('held');

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

test('what one writes while the other begins with it stands there too', async () => {
  const memory = new Map<string, unknown>();
  const one = await visit({ memory, tab: 'one', firstText: 'Shared' });
  type(one, '.');
  await one.flush();
  const saved = memoryStore(memory, 'two');
  let writes = true;
  const get = async (key: string): Promise<unknown> => {
    const value = await saved.records.get(key);
    if (!writes || !key.startsWith('document:')) return value;
    writes = false;
    type(one, ' Written meanwhile.');
    await one.flush();
    return value;
  };
  const two = await visit({ saved: { ...saved, records: { ...saved.records, get } } });
  await until(() => text(two) === 'Shared. Written meanwhile.');
  expect(text(two)).toBe('Shared. Written meanwhile.');
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

test('it says so, too, where the write comes of going on to another document', async () => {
  const { one, two } = await both();
  type(one, ' Of the first tab');
  type(two, ' Of the second tab');
  await one.flush();
  await acts(two).create();
  expect(text(two)).toBe('');
  expect(two.documents.getState()).toMatchObject({
    notice: { kind: 'copied', title: 'Shared. Of the second tab (copy)' },
  });
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

test('what one writes leaves a selection of the other one, whose text is the same, where it is: also one that is told late', async () => {
  const { one, two } = await both();
  const stands = () => two.document.getState().selection;
  two.document.getState().select(2, 4);
  await acts(one).rename(one.documents.getState().id, 'Named');
  await until(() => two.documents.getState().title === 'Named');
  expect(stands()).toMatchObject({ start: 2, end: 4 });
  // As a field does: it looks for the caret when it hears of anything.
  const end = two.document.subscribe(() => {
    end();
    two.document.getState().select(0, 7);
  });
  await acts(one).rename(one.documents.getState().id, 'Named anew');
  await until(() => two.documents.getState().title === 'Named anew');
  expect(stands()).toMatchObject({ start: 0, end: 7 });
});

test('a document that one deletes while the other one writes in it stays', async () => {
  const { one, two } = await both();
  type(two, ' Still wanted');
  await acts(one).remove(one.documents.getState().id);
  await two.flush();
  expect(two.documents.getState().notice).toMatchObject({ kind: 'copied', why: 'deleted' });
  expect(await titles(one)).toEqual(['Shared. Still wanted']);
});

test('what one writes while the other one opens the document is not written over', async () => {
  const { memory, one } = await both();
  const { id } = one.documents.getState();
  const get = memory.get.bind(memory);
  let asked = 0;
  memory.get = key => {
    const value = get(key);
    // Between the records of the document.
    if (key.endsWith(id) && ++asked === 1) {
      memory.set(`document:${id}`, { ...Object(get(`document:${id}`)), text: 'Of the first tab', ids: 'x' });
      memory.set(`entry:${id}`, { ...Object(get(`entry:${id}`)), stamp: 'newer' });
    }
    return value;
  };
  const three = await visit({ memory, tab: 'three' });
  expect(asked).toBe(3);
  type(three, ' and of the third');
  await three.flush();
  const texts = [...memory].filter(([key]) => key.startsWith('document:')).map(([, record]) => readSaved(record)?.text);
  expect(texts.sort()).toEqual(['Of the first tab', 'Of the first tab and of the third']);
});
