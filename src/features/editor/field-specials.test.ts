// What a person writes in place of special tokens, of which it shares letters: all of it is in the document, whatever part of it the texts have in common.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createDocumentStore } from '../../stores/document/document.ts';
import { createIdTokenizer } from '../../tokenizer/id-tokenizer.ts';
import { Field } from './field.ts';
import { FakeField } from './nativeField.fixture.ts';

/** Every id is a special token: `\[17\]`. */
const tokenizer = createIdTokenizer(97);
const written = (...ids: number[]): string => ids.map(id => `\\[${id}\\]`).join('');

function setup(text: string) {
  const store = createDocumentStore(text);
  store.getState().setTokenizer(tokenizer, false);
  const native = new FakeField();
  const field = new Field(native, { document: store, interrupt: () => {}, report: () => {}, onStanding: () => {} });
  const texts = () => [native.value, store.getState().text];
  return { store, native, field, texts };
}

describe('pasted over a selection', () => {
  test('of all of the text, which begins and ends alike', () => {
    const { native, field, texts } = setup(`${written(15, 8)} and ${written(22)}`);
    native.moveCaret(0, native.value.length);
    field.sync();
    native.type(written(17, 3, 42));
    field.sync();
    expect(texts()).toEqual([written(17, 3, 42), written(17, 3, 42)]);
  });

  test('of one token among others', () => {
    const { store, native, field, texts } = setup(written(10, 11, 12));
    native.moveCaret(6, 12);
    field.sync();
    native.type(written(13));
    field.sync();
    expect(texts()).toEqual([written(10, 13, 12), written(10, 13, 12)]);
    expect(store.getState().tokens.map(({ id }) => id)).toEqual([10, 13, 12]);
  });

  test('with letters in between alone: the token around them is another one', () => {
    const { native, field, texts } = setup(written(10, 11));
    native.moveCaret(0, 12);
    field.sync();
    native.type(written(10, 121));
    field.sync();
    expect(texts()).toEqual([written(10, 121), written(10, 121)]);
  });

  test('of a part of a token: no half of that stays behind', () => {
    const { native, field, texts } = setup(`a${written(10)}b`);
    native.moveCaret(3, 7);
    field.sync();
    native.type('1x');
    field.sync();
    expect(texts()).toEqual(['a1xb', 'a1xb']);
  });
});

test('put there by a program, without a selection', () => {
  const { native, field, texts } = setup(written(15, 8));
  native.value = written(17, 8, 16);
  field.sync();
  expect(texts()).toEqual([written(17, 8, 16), written(17, 8, 16)]);
});

test('a key that deletes takes the whole token, from either side', () => {
  const { native, field, texts } = setup(written(10, 11, 12));
  native.moveCaret(12);
  field.sync();
  native.type('', 1);
  field.sync();
  expect(texts()).toEqual([written(10, 12), written(10, 12)]);
});

test('letters that are typed within a token go behind it', () => {
  const { native, field, texts } = setup(written(10, 11));
  native.moveCaret(3);
  field.sync();
  native.type('x');
  field.sync();
  expect(texts()).toEqual([`${written(10)}x${written(11)}`, `${written(10)}x${written(11)}`]);
});

test('whole tokens in place of whole tokens: the document has what was written', () => {
  const ids = fc.array(fc.integer({ min: 0, max: 130 }), { maxLength: 5 });
  fc.assert(
    fc.property(ids, ids, ids, ids, (before, selected, after, put) => {
      const { native, field, texts } = setup(written(...before, ...selected, ...after));
      const start = written(...before).length;
      native.moveCaret(start, start + written(...selected).length);
      field.sync();
      native.type(written(...put));
      field.sync();
      const wanted = written(...before, ...put, ...after);
      expect(texts()).toEqual([wanted, wanted]);
    }),
  );
});
