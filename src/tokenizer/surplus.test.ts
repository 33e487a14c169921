// Ids that the model has no row for: gone from the tokenizer, with every merge that needs them, and no text becomes one.
import { expect, test } from 'vitest';
import { BYTE_TO_CHAR } from './byte-alphabet.ts';
import { withoutSurplus } from './surplus.ts';
import { createTokenizer } from './tokenizer.ts';

/** 256 bytes, then `ab`, `abc` and an added token. */
function json(merges: readonly unknown[] = ['a b', ['ab', 'c']]) {
  const vocab = Object.fromEntries([...BYTE_TO_CHAR, 'ab', 'abc'].map((token, id) => [token, id]));
  return {
    added_tokens: [{ id: 258, content: '[PAD]', special: true }],
    pre_tokenizer: { type: 'ByteLevel', add_prefix_space: false, use_regex: true },
    decoder: { type: 'ByteLevel' },
    model: { type: 'BPE', vocab, merges },
  };
}

const encode = (given: unknown, V: number, text: string) => [...createTokenizer(given, null, V).encode(text)];
const A = BYTE_TO_CHAR.indexOf('a');
const C = BYTE_TO_CHAR.indexOf('c');

test('a tokenizer that fits is left alone', () => {
  const given = json();
  expect(withoutSurplus(given, 259)).toEqual({ tokenizerJson: given, surplus: 0 });
  expect(withoutSurplus(given, 259).tokenizerJson).toBe(given);
});

test('an added token, a merged one, and merges of both spellings', () => {
  const pad = withoutSurplus(json(), 258);
  expect(pad.surplus).toBe(1);
  expect(encode(pad.tokenizerJson, 258, 'abc')).toEqual([257]);
  const merged = withoutSurplus(json(), 257);
  expect(merged.surplus).toBe(2);
  expect(encode(merged.tokenizerJson, 257, 'abc')).toEqual([256, C]);
  const none = withoutSurplus(json(), 256);
  expect(encode(none.tokenizerJson, 256, 'abc')).toEqual([A, A + 1, C]);
});

test('merges whose right side is marked as going on with a word', () => {
  const vocab = { a: 0, '##b': 1, '##c': 2, ab: 3, abc: 4 };
  const model = { type: 'BPE', continuing_subword_prefix: '##', vocab, merges: ['a ##b', ['ab', '##c']] };
  const { tokenizerJson, surplus } = withoutSurplus({ model }, 4);
  expect(surplus).toBe(1);
  expect(tokenizerJson).toMatchObject({ model: { merges: ['a ##b'] } });
});

test('one whose bytes have no row is left for the reader to refuse', () => {
  const given = json();
  expect(withoutSurplus(given, 200)).toEqual({ tokenizerJson: given, surplus: 0 });
  expect(() => createTokenizer(given, null, 200)).toThrow(expect.objectContaining({ code: 'tokenizer_mismatch' }));
});

test('one that was made for a far larger model', () => {
  const large = json([]);
  for (let id = 258; id < 1000; id++) Object.assign(large.model.vocab, { [`w${id}`]: id });
  const { tokenizerJson, surplus } = withoutSurplus(large, 300);
  expect(surplus).toBe(700);
  expect(encode(tokenizerJson, 300, 'w999')).toEqual(encode(json([]), 259, 'w999'));
});

test.each([[null], [[]], ['x'], [{}], [{ model: null }], [{ model: { vocab: [] } }]])('%j is left alone', given => {
  expect(withoutSurplus(given, 5).tokenizerJson).toBe(given);
});
