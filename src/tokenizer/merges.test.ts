// The merge trace against the library's ids and against the definition of BPE.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { BYTE_TO_CHAR } from './byte-alphabet.ts';
import { mergeTrace, symbolsAfter } from './merges.ts';
import { R50K_VOCAB_SIZE, r50kTokenizerJson } from './r50k.fixture.ts';
import { isJsonObject } from './spec.ts';
import { anyText, SHIPPED_VOCAB_SIZE, shippedJson, TEXTS } from './texts.fixture.ts';
import { createTokenizer } from './tokenizer.ts';

const idsOf = (json: unknown, text: string) => mergeTrace(json, text).pieces.flatMap(piece => piece.ids);

/** A tokenizer.json with bytes and these merges alone; a merge makes its token where there is none yet. */
function jsonOf(merges: readonly (readonly [string, string])[], rest: Record<string, unknown> = {}) {
  const vocab: Record<string, number> = Object.fromEntries(BYTE_TO_CHAR.map((char, byte) => [char, byte]));
  for (const [left, right] of merges) vocab[left + right] ??= Object.keys(vocab).length;
  return { model: { type: 'BPE', vocab, merges }, pre_tokenizer: { type: 'ByteLevel' }, ...rest };
}

describe.each([
  ['nucleus-3m', shippedJson('tokenizer.json'), SHIPPED_VOCAB_SIZE],
  ['r50k', r50kTokenizerJson(), R50K_VOCAB_SIZE],
])('%s', (_, json, vocabSize) => {
  const tokenizer = createTokenizer(json, {}, vocabSize);

  test('the ids are those of the library, the pieces join to the text', () => {
    const check = (text: string) => {
      expect(idsOf(json, text)).toEqual([...tokenizer.encode(text)]);
      expect(
        mergeTrace(json, text)
          .pieces.map(piece => piece.text)
          .join(''),
      ).toBe(text);
    };
    TEXTS.forEach(check);
    fc.assert(fc.property(anyText(), check), { numRuns: 500 });
  });

  test('the steps lead from the bytes to the result', () => {
    fc.assert(
      fc.property(anyText(), text => {
        for (const piece of mergeTrace(json, text).pieces) {
          expect(symbolsAfter(piece, piece.merges.length)).toEqual(piece.result);
          piece.merges.forEach((step, i) => {
            expect(symbolsAfter(piece, i).slice(step.at, step.at + 2)).toEqual([step.left, step.right]);
          });
        }
      }),
    );
  });
});

test('the trace of a word', () => {
  const [piece] = mergeTrace(
    jsonOf([
      ['a', 'b'],
      ['ab', 'ab'],
      ['c', 'abab'],
    ]),
    'cabababd',
  ).pieces;
  expect(piece).toEqual({
    text: 'cabababd',
    symbols: ['c', 'a', 'b', 'a', 'b', 'a', 'b', 'd'],
    merges: [
      { left: 'a', right: 'b', rank: 0, at: 1 },
      { left: 'a', right: 'b', rank: 0, at: 2 },
      { left: 'a', right: 'b', rank: 0, at: 3 },
      { left: 'ab', right: 'ab', rank: 1, at: 1 },
      { left: 'c', right: 'abab', rank: 2, at: 0 },
    ],
    result: ['cabab', 'ab', 'd'],
    ids: [258, 256, 100],
  });
});

/** Merges of pairs that exist by then, in an order that no training would give. */
const shuffledMerges = fc
  .array(fc.tuple(fc.nat(), fc.nat(), fc.nat()), { minLength: 1, maxLength: 12 })
  .map(choices => {
    const symbols = ['a', 'b', 'c'];
    const merges: { readonly pair: readonly [string, string]; readonly order: number }[] = [];
    for (const [a, b, order] of choices) {
      const pair = [symbols[a % symbols.length] ?? 'a', symbols[b % symbols.length] ?? 'b'] as const;
      if (merges.some(merge => merge.pair.join(' ') === pair.join(' '))) continue;
      merges.push({ pair, order });
      symbols.push(pair.join(''));
    }
    return merges.sort((x, y) => x.order - y.order).map(merge => merge.pair);
  });

test('with merges in any order: the lowest rank first, the leftmost of equals, one at a time', () => {
  fc.assert(
    fc.property(
      shuffledMerges,
      fc.string({ unit: fc.constantFrom('a', 'b', 'c'), minLength: 1, maxLength: 30 }),
      (merges, word) => {
        const symbols = Array.from(word);
        const steps: unknown[] = [];
        for (;;) {
          let best: { readonly rank: number; readonly at: number } | null = null;
          for (let at = 0; at + 1 < symbols.length; at++) {
            const rank = merges.findIndex(([left, right]) => left === symbols[at] && right === symbols[at + 1]);
            if (rank >= 0 && (best === null || rank < best.rank)) best = { rank, at };
          }
          if (best === null) break;
          const [left, right] = symbols.slice(best.at, best.at + 2);
          steps.push({ left, right, ...best });
          symbols.splice(best.at, 2, `${left}${right}`);
        }
        const json = jsonOf(merges);
        const [piece] = mergeTrace(json, word).pieces;
        expect(piece?.merges).toEqual(steps);
        expect(piece?.result).toEqual(symbols);
        expect(piece?.ids).toEqual([...createTokenizer(json, {}, 300).encode(word)]);
      },
    ),
    { numRuns: 400 },
  );
});

test('a word of 40,000 letters', () => {
  const word = Array.from({ length: 40_000 }, (_, i) => 'etaoinshrdlu'[(i * i + (i >> 3)) % 12]).join('');
  const json = r50kTokenizerJson();
  expect(idsOf(json, word)).toEqual([...createTokenizer(json, {}, R50K_VOCAB_SIZE).encode(word)]);
});

describe('other pre-tokenizers', () => {
  const gpt4 =
    "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";
  const split = { type: 'Split', pattern: { Regex: gpt4 }, behavior: 'Isolated', invert: false };
  const bytes = { type: 'ByteLevel', add_prefix_space: false, use_regex: false };
  const shipped = shippedJson('tokenizer.json');
  const base = isJsonObject(shipped) && isJsonObject(shipped.model) ? shipped.model : {};
  const over = (rest: Record<string, unknown>, model: Record<string, unknown> = {}) => ({
    model: { ...base, ...model },
    ...rest,
  });

  test.each([
    ['a pattern in the manner of GPT-4', over({ pre_tokenizer: { type: 'Sequence', pretokenizers: [split, bytes] } })],
    [
      'whole pieces without merges',
      over({ pre_tokenizer: { type: 'Sequence', pretokenizers: [split, bytes] } }, { ignore_merges: true }),
    ],
    [
      'digits apart',
      over({
        pre_tokenizer: {
          type: 'Sequence',
          pretokenizers: [
            { type: 'Digits', individual_digits: true },
            { ...bytes, use_regex: true },
          ],
        },
      }),
    ],
    [
      'matches only',
      over({
        pre_tokenizer: { type: 'Sequence', pretokenizers: [{ ...split, invert: true, behavior: 'Removed' }, bytes] },
      }),
    ],
    ['no cut at all', over({ pre_tokenizer: bytes })],
    ['a normal form', over({ pre_tokenizer: { type: 'ByteLevel' }, normalizer: { type: 'NFC' } })],
    [
      'an added word',
      over({ pre_tokenizer: { type: 'ByteLevel' }, added_tokens: [{ id: 2048, content: '  ', special: false }] }),
    ],
  ])('%s', (_, json) => {
    const tokenizer = createTokenizer(json, {}, 2100);
    const check = (text: string) => {
      expect(idsOf(json, text)).toEqual([...tokenizer.encode(text)]);
    };
    TEXTS.forEach(check);
    fc.assert(fc.property(anyText(), check));
  });
});
