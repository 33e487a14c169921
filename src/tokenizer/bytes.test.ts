// The byte alphabet, and the table of token bytes that the worker reads.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { BYTE_TO_CHAR, bytesToVocabulary, vocabularyToBytes } from './byte-alphabet.ts';
import { tokenBytesTable } from './bytes.ts';
import { R50K_VOCAB_SIZE, r50kTokenizerJson } from './r50k.fixture.ts';
import { SHIPPED_VOCAB_SIZE, shippedJson } from './texts.fixture.ts';
import { createTokenizer } from './tokenizer.ts';

describe('the alphabet', () => {
  test('256 different printable characters; known ones', () => {
    expect(new Set(BYTE_TO_CHAR).size).toBe(256);
    expect(BYTE_TO_CHAR.every(char => /^[^\s\p{C}]$/u.test(char))).toBe(true);
    expect([0x20, 0x0a, 0x00, 0x21, 0x7f, 0xa0, 0xad, 0xff].map(byte => BYTE_TO_CHAR[byte])).toEqual([...'ĠĊĀ!ġłŃÿ']);
  });

  test('there and back', () => {
    fc.assert(
      fc.property(fc.uint8Array(), bytes => {
        expect(vocabularyToBytes(bytesToVocabulary(bytes))).toEqual(bytes);
      }),
    );
    expect(vocabularyToBytes('a b')).toBeNull();
    expect(vocabularyToBytes('▁a')).toBeNull();
  });
});

describe('tokenBytesTable', () => {
  test.each([
    ['nucleus-3m', shippedJson('tokenizer.json'), SHIPPED_VOCAB_SIZE],
    ['r50k', r50kTokenizerJson(), R50K_VOCAB_SIZE],
  ])('%s: the bytes are those of the tokenizer', (_, json, vocabSize) => {
    const table = tokenBytesTable(json, vocabSize);
    const tokenizer = createTokenizer(json, {}, vocabSize);
    expect(table).toHaveLength(vocabSize);
    expect(table.every((bytes, id) => Buffer.compare(bytes, tokenizer.bytes(id)) === 0)).toBe(true);
  });

  test('ids of padding have no bytes; a table for another model is refused', () => {
    const table = tokenBytesTable(r50kTokenizerJson(), 50_304);
    expect(table[50_256]).toEqual(new TextEncoder().encode('<|endoftext|>'));
    expect(table[50_257]).toHaveLength(0);
    expect(() => tokenBytesTable(r50kTokenizerJson(), 2048)).toThrow(
      expect.objectContaining({ code: 'tokenizer_mismatch' }),
    );
    expect(() => tokenBytesTable('{}', 2048)).toThrow(expect.objectContaining({ code: 'bad_tokenizer' }));
  });
});
