// Words typed while another document is on its way are that one's.
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createDocumentsStore } from '../../stores/saved/documents.ts';
import { holdWords } from './held.ts';

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }));
afterEach(() => void vi.useRealTimers());

function setup() {
  const documents = createDocumentsStore();
  const field = new EventTarget();
  const put: string[] = [];
  const end = new AbortController();
  holdWords(field, words => put.push(words), documents, end.signal);
  /** True where the field does nothing of its own. */
  const input = (inputType: string, data: string | null = null, how: { composes?: boolean } = {}): boolean => {
    const event = new Event('beforeinput', { cancelable: how.composes !== true });
    return !field.dispatchEvent(Object.assign(event, { inputType, data, isComposing: how.composes === true }));
  };
  const coming = (on: boolean) => documents.setState({ coming: on });
  return { put, end, input, coming };
}

test('they wait until it is there, in one piece, as a person made them', () => {
  const { put, input, coming } = setup();
  expect(input('insertText', 'a')).toBe(false);
  coming(true);
  expect(input('insertText', 'b')).toBe(true);
  expect(input('insertText', '🙂')).toBe(true);
  expect(input('deleteContentBackward')).toBe(true);
  expect(input('insertLineBreak')).toBe(true);
  expect(input('insertFromPaste', 'pasted')).toBe(true);
  expect(put).toEqual([]);
  coming(false);
  expect(put).toEqual(['b\npasted']);
  expect(input('insertText', 'c')).toBe(false);
});

test('a deletion takes nothing of the document that goes', () => {
  const { put, input, coming } = setup();
  coming(true);
  expect(input('deleteContentBackward')).toBe(true);
  coming(false);
  expect(put).toEqual([]);
});

test('an input method and the steps of Undo are let through', () => {
  const { input, coming } = setup();
  coming(true);
  expect(input('insertCompositionText', 'k', { composes: true })).toBe(false);
  expect(input('historyUndo')).toBe(false);
});

test('after two seconds they go into what stands there, and so do those after them; the next time they wait again', () => {
  const { put, input, coming } = setup();
  coming(true);
  input('insertText', 'long');
  vi.advanceTimersByTime(1999);
  expect(put).toEqual([]);
  vi.advanceTimersByTime(1);
  expect(put).toEqual(['long']);
  expect(input('insertText', 'er')).toBe(false);
  coming(false);
  coming(true);
  expect(input('insertText', 'again')).toBe(true);
});

test('a field that goes away loses none', () => {
  const { put, end, input, coming } = setup();
  coming(true);
  input('insertText', 'words');
  end.abort();
  expect(put).toEqual(['words']);
});
