// A person at the field while a run streams into it: what they type, compose and select is theirs.
import { afterEach, expect, test } from 'vitest';
import { turn, until } from '../../../e2e/support/scripted-engine.ts';
import { idle, type Page, readyPage } from '../../../e2e/support/scripted-page.ts';
import { isRunning } from '../../stores/run/generation-types.ts';
import { Field } from './field.ts';
import { FakeField } from './nativeField.fixture.ts';

const PROMPT = 'Once upon a time there was a small';
const pages: Page[] = [];

afterEach(() => {
  for (const page of pages.splice(0)) page.dispose();
});

async function streaming(): Promise<{ page: Page; native: FakeField; field: Field }> {
  const page = await readyPage();
  pages.push(page);
  const native = new FakeField();
  const field = new Field(native, {
    document: page.document,
    interrupt: () => page.generation.getState().interrupt(),
    report: () => {},
    onStanding: () => {},
  });
  page.settings.getState().change({ max_new_tokens: 25, end_of_text: 'never' });
  void page.generation.getState().run();
  await until(() => native.value.length > PROMPT.length + 8);
  expect(isRunning(page.generation.getState().status)).toBe(true);
  return { page, native, field };
}

test('a composition stops the run, and not a word of it or of the text is lost', async () => {
  const { page, native, field } = await streaming();
  field.composeStart();
  const before = native.value;
  native.type('に');
  field.sync();
  await idle(page);
  await turn();
  expect(page.generation.getState().status).toMatchObject({ kind: 'finished', reason: 'cancelled' });
  native.type('日本', 1);
  field.sync();
  field.settle();
  expect(native.value).toBe(`${before}日本`);
  expect(page.document.getState().text).toBe(native.value);
  native.type(' and on');
  field.sync();
  await page.generation.getState().step();
  expect(native.value.startsWith(`${before}日本 and on`)).toBe(true);
  expect(page.document.getState().text).toBe(native.value);
});

test('a key during a run is an edit of the text that is in the field', async () => {
  const { page, native, field } = await streaming();
  const before = native.value;
  native.moveCaret(4);
  native.type('!');
  field.sync();
  await idle(page);
  await turn();
  expect(native.value).toBe(`Once!${before.slice(4)}`);
  expect(page.document.getState().text).toBe(native.value);
  expect(native.selectionStart).toBe(5);
});

test('the caret that a key has just moved is where it was moved, however many tokens come', async () => {
  const { page, native } = await streaming();
  native.moveCaret(0);
  await idle(page);
  expect(native.value.length).toBeGreaterThan(PROMPT.length + 8);
  expect([native.selectionStart, native.selectionEnd]).toEqual([0, 0]);
  expect(page.document.getState().selected).toBe(0);
});
