// What a reload keeps of conversations, and its careful reading.
import { expect, test } from 'vitest';
import type { KeptRecord } from '../shared/keptRecord.ts';
import { chatPage, TEMPLATE } from './chat.fixture.ts';
import { keepConversations, readKept } from './kept.ts';
import { turnsOf } from './prompts.ts';

function memory(): KeptRecord & { value: unknown } {
  const records = {
    value: undefined as unknown,
    read: () => Promise.resolve(structuredClone(records.value)),
    update: (change: (kept: unknown) => unknown) => {
      records.value = structuredClone(change(records.value));
      return Promise.resolve();
    },
  };
  return records;
}

test('a text that comes back is the conversation that it was, in whatever page', async () => {
  const records = memory();
  const first = await chatPage({ template: TEMPLATE });
  const waits: (() => void)[] = [];
  const later = (_: number, callback: () => void) => {
    waits.push(callback);
    return () => {};
  };
  const end = keepConversations(first.chat, records, later);
  first.chat.getState().change({ system: 'Terse.', strategy: 'drop' });
  await first.say('Hello');
  const { text } = first.page.document.getState();
  expect(records.value).toBeDefined();
  first.chat.getState().change({ first: 9 });
  waits.at(-1)?.();
  end();

  const second = await chatPage({ template: TEMPLATE });
  second.page.document.getState().setText(text);
  expect(second.chat.getState().shown).toBeNull();
  keepConversations(second.chat, records, later);
  await expect.poll(() => second.chat.getState().setup.strategy).toBe('drop');
  const { shown, setup } = second.chat.getState();
  expect(setup.first).toBe(9);
  expect(setup.system).toBe('Terse.');
  expect(shown === null ? [] : turnsOf(shown).map(({ content }) => content)[0]).toBe('Hello');
});

test('a tab that sends with an older setup leaves the one that another tab has kept; its own change is kept', async () => {
  const records = memory();
  const later = (_: number, callback: () => void) => {
    callback();
    return () => {};
  };
  const one = await chatPage({ template: TEMPLATE });
  const ends = [keepConversations(one.chat, records, later)];
  one.chat.getState().change({ system: 'Terse.' });
  const two = await chatPage({ template: TEMPLATE });
  ends.push(keepConversations(two.chat, records, later));
  await expect.poll(() => two.chat.getState().setup.system).toBe('Terse.');
  two.chat.getState().change({ system: 'In rhymes.', custom: 'My own template' });
  await one.say('Hello');
  const kept = () => readKept(records.value);
  expect(kept()?.prompts).toHaveLength(1);
  expect(kept()?.setup).toMatchObject({ system: 'In rhymes.', custom: 'My own template' });
  // Nor does one that has not read yet what is kept.
  const three = await chatPage({ template: TEMPLATE });
  ends.push(keepConversations(three.chat, { ...records, read: () => new Promise(() => {}) }, later));
  await three.say('Good day');
  expect(kept()?.prompts).toHaveLength(2);
  expect(kept()?.setup).toMatchObject({ system: 'In rhymes.' });
  one.chat.getState().change({ first: 9 });
  expect(kept()?.setup).toMatchObject({ system: 'Terse.', first: 9 });
  for (const end of ends) end();
});

test('what is unsound is left, never an error', () => {
  const prompt = {
    system: '',
    turns: [{ role: 'user', content: 'a' }],
    omitted: 0,
    summary: '',
    windowed: 0,
    text: 'a',
    spans: [{ start: 0, end: 1 }],
    end: '',
    cost: null,
  };
  for (const value of [null, 3, 'x', {}, { prompts: 'x' }]) expect(readKept(value)).toBeNull();
  const unsound = [
    { ...prompt, spans: [{ start: 0, end: 9 }] },
    { ...prompt, spans: [] },
    { ...prompt, omitted: 2 },
    { ...prompt, turns: [{ role: 'god', content: 'a' }] },
  ];
  const kept = readKept({ setup: { strategy: 'all', first: -1, custom: 4 }, prompts: [...unsound, prompt] });
  expect(kept?.prompts).toEqual([prompt]);
  expect(kept?.setup).toMatchObject({ strategy: 'stop', first: 4, custom: null });
});
