// Words typed while another document is on its way are that one's; whatever else is done meanwhile is done to the text that stands there.
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createDocumentsStore } from '../../stores/saved/documents.ts';
import { holdWords } from './held.ts';

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }));
afterEach(() => void vi.useRealTimers());

function setup() {
  const documents = createDocumentsStore();
  documents.setState({ id: 'old' });
  const field = Object.assign(new EventTarget(), { selectionStart: 3, selectionEnd: 5 });
  const put: string[] = [];
  const end = new AbortController();
  holdWords(field, (words, replaces) => put.push(`${replaces ? 'over' : 'behind'} ${words}`), documents, end.signal);
  /** True where the field does nothing of its own. */
  const input = (inputType: string, data: string | null = null, isComposing = false): boolean =>
    !field.dispatchEvent(
      Object.assign(new Event('beforeinput', { cancelable: !isComposing }), { inputType, data, isComposing }),
    );
  const type = (words: string): boolean => input('insertText', words);
  const key = (name: string, how: { ctrlKey?: boolean; altGraph?: boolean } = {}): void => {
    const { ctrlKey = false, altGraph = false } = how;
    const state = { ctrlKey, altKey: altGraph, metaKey: false, getModifierState: () => altGraph };
    field.dispatchEvent(Object.assign(new Event('keydown'), { key: name, ...state }));
  };
  /** Another document was asked for. */
  const ask = () => documents.setState({ coming: true });
  /** It stands there, with a selection of its own. */
  const arrive = () => {
    Object.assign(field, { selectionStart: 0, selectionEnd: 9 });
    documents.setState({ id: 'new' });
    documents.setState({ coming: false });
    vi.advanceTimersByTime(0);
  };
  return { documents, field, put, end, input, type, key, ask, arrive };
}

test('they wait until it is there, and take the place of nothing in it', () => {
  const { put, type, input, ask, arrive } = setup();
  expect(type('a')).toBe(false);
  ask();
  expect(type('b')).toBe(true);
  expect(input('insertLineBreak')).toBe(true);
  expect(type('c')).toBe(true);
  expect(put).toEqual([]);
  arrive();
  expect(put).toEqual(['behind b\nc']);
  expect(type('d')).toBe(false);
});

test('whoever asked for it sees it first as it came, and a key of that moment keeps its place', () => {
  const { documents, put, type, ask } = setup();
  ask();
  type('b');
  documents.setState({ id: 'new', coming: false });
  expect(put).toEqual([]);
  expect(type('c')).toBe(true);
  vi.advanceTimersByTime(0);
  expect(put).toEqual(['behind bc']);
});

test('where the document stays they go in where they were typed', () => {
  const { documents, put, type, ask } = setup();
  ask();
  type('b');
  documents.setState({ coming: false });
  vi.advanceTimersByTime(0);
  expect(put).toEqual(['over b']);
});

test('each is for the document that was asked for before it', () => {
  const { documents, put, type, ask } = setup();
  ask();
  type('for the first');
  documents.setState({ id: 'first' });
  vi.advanceTimersByTime(0);
  type('for the second');
  documents.setState({ id: 'second', coming: false });
  vi.advanceTimersByTime(0);
  expect(put).toEqual(['behind for the first', 'behind for the second']);
});

describe('ends the waiting, and is let through:', () => {
  test.each<[string, (page: ReturnType<typeof setup>) => unknown]>([
    ['a deletion', ({ input }) => expect(input('deleteContentBackward')).toBe(false)],
    ['a paste', ({ input }) => expect(input('insertFromPaste', 'x')).toBe(false)],
    ['a spelling that is put right', ({ input }) => expect(input('insertReplacementText', 'x')).toBe(false)],
    ['a composition', ({ input }) => expect(input('insertCompositionText', 'k', true)).toBe(false)],
    ['an input method', ({ field }) => field.dispatchEvent(new Event('compositionstart'))],
    ['a pointer', ({ field }) => field.dispatchEvent(new Event('pointerdown'))],
    ['a look elsewhere', ({ field }) => field.dispatchEvent(new Event('blur'))],
    ['an arrow', ({ key }) => key('ArrowLeft')],
    ['a command', ({ key }) => key('a', { ctrlKey: true })],
    ['two seconds', () => vi.advanceTimersByTime(2000)],
  ])('%s', (_, act) => {
    const page = setup();
    page.ask();
    page.type('words');
    act(page);
    expect(page.put).toEqual(['over words']);
    // No more until the next is asked for.
    expect(page.type(' and')).toBe(false);
    page.arrive();
    page.ask();
    expect(page.type('again')).toBe(true);
  });

  test('and no key that types, or holds another', () => {
    const { put, type, key, ask } = setup();
    ask();
    type('a');
    for (const name of ['b', 'Enter', 'Shift', 'CapsLock', 'Control']) key(name);
    key('@', { altGraph: true });
    vi.advanceTimersByTime(1999);
    expect(put).toEqual([]);
  });
});

test('a field that goes away loses none', () => {
  const { put, end, type, ask } = setup();
  ask();
  type('words');
  end.abort();
  expect(put).toEqual(['over words']);
});
