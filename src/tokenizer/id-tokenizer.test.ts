// Ids as text: what is an id, what stays text, and an id that is written key by key.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { retokenise } from './edit.ts';
import { createIdTokenizer, idBytesTable } from './id-tokenizer.ts';
import { layoutTokens } from './text.ts';

const V = 53;
const tokenizer = createIdTokenizer(V);
const ids = (text: string) => [...tokenizer.encode(text)];
const bytesOf = (text: string) => Array.from(new TextEncoder().encode(text), byte => V + byte);

describe('encode', () => {
  test('ids in brackets are ids', () => {
    expect(ids('\\[17\\]\\[0\\]\\[52\\]')).toEqual([17, 0, 52]);
    expect(ids('\\[17\\] and \\[3\\]')).toEqual([17, ...bytesOf(' and '), 3]);
  });

  test.each([
    '',
    'é🙂',
    '[17]',
    '\\[\\]',
    '\\[017\\]',
    '\\[53\\]',
    '\\[-1\\]',
    '\\[1',
    '\\[1.0\\]',
    '\\[99999999999\\]',
  ])('%j is text', text => {
    expect(ids(text)).toEqual(bytesOf(text));
  });

  test('any text comes back, in slices as well', () => {
    const part = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.nat(60).map(n => `\\[${n}\\]`),
      fc.constantFrom('\\', '[', '\\]'),
    );
    fc.assert(
      fc.property(fc.array(part), fc.integer({ min: 1, max: 9 }), (parts, steps) => {
        const text = parts.join('').toWellFormed();
        expect(tokenizer.decode(ids(text))).toBe(text);
        const slices = [...tokenizer.encodeSlices(text, steps)];
        expect(slices.flatMap(slice => [...slice.ids])).toEqual(ids(text));
        expect(slices.map(slice => text.slice(slice.start, slice.end)).join('')).toBe(text);
      }),
    );
  });
});

test('an id written key by key becomes that id with its last key, and text beside it stays', () => {
  let text = '\\[4\\]hm';
  let tokens = ids(text).map(id => ({ id, bytes: tokenizer.bytes(id), typed: true }));
  for (const key of '\\[17\\]') {
    const at = text.length;
    const {
      from,
      to,
      ids: made,
    } = retokenise(tokens, layoutTokens(tokens.map(t => t.bytes)), { start: at, end: at, insert: key }, tokenizer);
    tokens = [
      ...tokens.slice(0, from),
      ...Array.from(made, id => ({ id, bytes: tokenizer.bytes(id), typed: true })),
      ...tokens.slice(to),
    ];
    text += key;
    expect(tokenizer.decode(tokens.map(t => t.id))).toBe(text);
  }
  expect(tokens.map(t => t.id)).toEqual([4, ...bytesOf('hm'), 17]);
});

test('bytes, special tokens, search', () => {
  expect(idBytesTable(3).map(bytes => new TextDecoder().decode(bytes))).toEqual(['\\[0\\]', '\\[1\\]', '\\[2\\]']);
  expect(tokenizer.bytes(V + 65)).toEqual(Uint8Array.of(65));
  expect(() => tokenizer.bytes(V + 256)).toThrow(expect.objectContaining({ code: 'bad_token' }));
  expect([tokenizer.isSpecial(52), tokenizer.isSpecial(53), tokenizer.specials.size]).toEqual([true, false, 0]);
  expect([tokenizer.idOf('\\[9\\]'), tokenizer.idOf('\\[53\\]'), tokenizer.idOf('x\\[9\\]')]).toEqual([
    9,
    undefined,
    undefined,
  ]);
  expect(tokenizer.search('17', 3)).toEqual([17]);
  expect(tokenizer.search('\\[5', 9)).toEqual([5, 50, 51, 52]);
  expect(createIdTokenizer(V).fingerprint).toBe(tokenizer.fingerprint);
  expect(createIdTokenizer(V + 1).fingerprint).not.toBe(tokenizer.fingerprint);
});
