// Walking through the merges of an e-mail address: from bytes to the tokens the page makes of it.
import { describe, expect, test } from 'vitest';
import { mergeTrace } from '../../tokenizer/merges.ts';
import { R50K_VOCAB_SIZE, r50kTokenizerJson } from '../../tokenizer/r50k.fixture.ts';
import { SHIPPED_VOCAB_SIZE, shippedJson } from '../../tokenizer/texts.fixture.ts';
import { createTokenizer } from '../../tokenizer/tokenizer.ts';
import { mergesOf, piecesAfter, symbolBytes } from './trace.ts';

const text = (symbols: readonly string[]) =>
  symbols.map(symbol => new TextDecoder().decode(symbolBytes(symbol))).join('');

describe.each([
  ['nucleus-3m', shippedJson('tokenizer.json'), SHIPPED_VOCAB_SIZE],
  ['r50k', r50kTokenizerJson(), R50K_VOCAB_SIZE],
])('%s', (_, json, vocabSize) => {
  const trace = mergeTrace(json, 'name@example.org');
  const merges = mergesOf(trace);

  test('starts with one symbol a byte and ends with the tokens', () => {
    expect(piecesAfter(trace, 0).flatMap(({ symbols }) => symbols)).toHaveLength('name@example.org'.length);
    const last = piecesAfter(trace, merges.length).flatMap(({ symbols }) => symbols);
    const ids = createTokenizer(json, {}, vocabSize).encode('name@example.org');
    expect(last).toHaveLength(ids.length);
    expect(trace.pieces.flatMap(piece => piece.ids)).toEqual([...ids]);
  });

  test('every step joins two symbols of one piece and loses no byte', () => {
    for (const [i, merge] of merges.entries()) {
      const pieces = piecesAfter(trace, i + 1);
      expect(pieces.filter(({ fresh }) => fresh !== null)).toHaveLength(1);
      const piece = pieces[merge.piece];
      expect(piece?.symbols[piece.fresh ?? -1]).toBe(merge.left + merge.right);
      expect(text(pieces.flatMap(({ symbols }) => symbols))).toBe('name@example.org');
    }
  });
});

test('bytes of a symbol, and of a word of its own', () => {
  expect([...symbolBytes('Ġa')]).toEqual([0x20, 0x61]);
  expect([...symbolBytes('日')]).toEqual([0xe6, 0x97, 0xa5]);
});
