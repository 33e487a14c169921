// A long text: nothing of it is lost, and a key costs what it changes, however much stands around it.
import { describe, expect, test } from 'vitest';
import { SHIPPED_VOCAB_SIZE, shippedJson } from '../../tokenizer/texts.fixture.ts';
import { createTokenizer, type Tokenizer } from '../../tokenizer/tokenizer.ts';
import { createDocumentStore } from './document.ts';
import { plainToken } from './sequence.ts';
import type { DocumentStore, DocumentToken } from './types.ts';

const tokenizer = createTokenizer(
  shippedJson('tokenizer.json'),
  shippedJson('tokenizer_config.json'),
  SHIPPED_VOCAB_SIZE,
);

/** 45,000 characters of three bytes, in sentences. */
const CHINESE = '天地玄黄宇宙洪荒日月盈昃辰宿列张。'.repeat(2648).slice(0, 45_000);

function ready(text: string): DocumentStore {
  const store = createDocumentStore(text);
  store.getState().setTokenizer(tokenizer, false);
  return store;
}

test('45,000 Chinese characters after typed words are all in the document, and the next key too', () => {
  const store = ready('A few words first');
  const { length } = store.getState().text;
  store.getState().edit(length, length, CHINESE);
  expect(store.getState().text).toBe(`A few words first${CHINESE}`);
  expect(store.getState().view.text).toBe(store.getState().text);
  const end = store.getState().text.length;
  store.getState().edit(end, end, '!');
  const { text, tokens } = store.getState();
  expect(text).toBe(`A few words first${CHINESE}!`);
  expect(tokens.map(token => token.id)).toEqual([...tokenizer.encode(text)]);
  store.getState().undo();
  store.getState().undo();
  expect(store.getState().text).toBe('A few words first');
});

/** What an action reads and makes, counted in tokens and in characters. */
interface Counts {
  reads: number;
  made: number;
  encoded: number;
}

/** A text of so many tokens whose every look at one of them is counted. */
function watched(length: number): { store: DocumentStore; counts: Counts } {
  const counts: Counts = { reads: 0, made: 0, encoded: 0 };
  const counting: Tokenizer = {
    ...tokenizer,
    encode: text => {
      counts.encoded += text.length;
      return tokenizer.encode(text);
    },
    bytes: id => {
      counts.made += 1;
      return tokenizer.bytes(id);
    },
  };
  const [word = 0] = tokenizer.encode(' the');
  const tokens = Array.from({ length }, (): DocumentToken => {
    return new Proxy(plainToken(tokenizer, word, 'typed'), {
      get: (token, key: keyof DocumentToken) => {
        counts.reads += 1;
        return token[key];
      },
    });
  });
  const store = createDocumentStore();
  store.getState().setTokenizer(counting, false);
  const text = tokenizer.decode(tokens.map(({ id }) => id));
  store.getState().restore({ text, tokens, selection: { start: 0, end: 0, focus: 'end' } });
  return { store, counts };
}

describe('a key costs the same in a text of 200 tokens and of 20,000', () => {
  const cost = (length: number, act: (store: DocumentStore) => void): Counts => {
    const { store, counts } = watched(length);
    const { edit } = store.getState();
    // The first one learns where numbers end.
    edit(4, 4, 's');
    Object.assign(counts, { reads: 0, made: 0, encoded: 0 });
    act(store);
    return { ...counts };
  };
  const middle = (store: DocumentStore): number => 4 * Math.floor(store.getState().tokens.length / 2);
  const key = (at: (store: DocumentStore) => number, removed: number, insert: string) => (store: DocumentStore) => {
    const offset = at(store);
    store.getState().edit(offset, offset + removed, insert);
  };
  test.each<[string, (store: DocumentStore) => void]>([
    ['at the start', key(() => 0, 0, 'q')],
    ['in the middle', key(middle, 0, 'q')],
    ['at the end', key(store => store.getState().text.length, 0, 'q')],
    ['a deletion in the middle', key(middle, 1, '')],
    ['a line end', key(middle, 0, '\n')],
    ['a drawn token at the end', ({ getState }) => getState().appendDrawn([plainToken(tokenizer, 300, 'chosen')])],
    ['a caret', store => store.getState().select(middle(store), middle(store))],
  ])('%s', (_, act) => {
    const long = cost(20_000, act);
    expect(long).toEqual(cost(200, act));
    expect(long.reads).toBeLessThan(1_000);
    expect(long.made).toBeLessThan(10);
    expect(long.encoded).toBeLessThan(600);
  });
});
