// Pieces of text, and the proof by cases that certain borders are certain.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { anyText, troubleText } from '../texts.fixture.ts';
import { boundaryRule } from './border.ts';
import { type PretokenStep, pretokenise, readPretokenizer } from './steps.ts';

const GPT4 =
  "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";

const PLAIN = { words: [], wordsLookAround: false, normalised: false };

const gpt2 = readPretokenizer({ type: 'ByteLevel' });
const gpt4 = readPretokenizer({
  type: 'Sequence',
  pretokenizers: [
    { type: 'Split', pattern: { Regex: GPT4 }, behavior: 'Isolated' },
    { type: 'ByteLevel', use_regex: false },
  ],
});
const digits = readPretokenizer({
  type: 'Sequence',
  pretokenizers: [{ type: 'Digits', individual_digits: true }, { type: 'ByteLevel' }],
});

describe.each<[string, PretokenStep[]]>([
  ['GPT-2', gpt2],
  ['GPT-4', gpt4],
  ['digits', digits],
])('%s', (_, steps) => {
  test('the pieces join to the text', () => {
    fc.assert(
      fc.property(anyText(), text => {
        expect(pretokenise(text, steps).join('')).toBe(text);
      }),
    );
  });

  test('at a certain border the pieces of both sides are the pieces of the whole', () => {
    const rule = boundaryRule(steps, PLAIN);
    let certain = 0;
    fc.assert(
      fc.property(troubleText(), text => {
        const characters = Array.from(text);
        for (let i = 1; i < characters.length; i++) {
          if (!rule(characters[i - 1] ?? '', characters[i] ?? '')) continue;
          certain++;
          const left = characters.slice(0, i).join('');
          const right = characters.slice(i).join('');
          expect([...pretokenise(left, steps), ...pretokenise(right, steps)]).toEqual(pretokenise(text, steps));
        }
      }),
      { numRuns: 3000 },
    );
    expect(certain).toBeGreaterThan(1000);
  });
});

test('pieces of a known text', () => {
  expect(pretokenise("I'll  go, they've\n\n gone 12a", gpt2)).toEqual([
    'I',
    "'ll",
    ' ',
    ' go',
    ',',
    ' they',
    "'ve",
    '\n\n',
    ' gone',
    ' 12',
    'a',
  ]);
  expect(pretokenise("I'LL pay 12345!\n\n", gpt4)).toEqual(['I', "'LL", ' pay', ' ', '123', '45', '!\n\n']);
});

test('borders of GPT-2', () => {
  const rule = boundaryRule(gpt2, PLAIN);
  expect([rule('a', ' '), rule('.', '\n'), rule('a', '.'), rule('1', 'a'), rule('中', '。')]).toEqual(
    Array(5).fill(true),
  );
  expect([rule(' ', 'a'), rule('\n', 'a'), rule("'", 's'), rule('a', 'b'), rule('.', '!'), rule('\n', ' ')]).toEqual(
    Array(6).fill(false),
  );
});

test('no border is certain without a cut, or with added words across it', () => {
  expect(boundaryRule(readPretokenizer({ type: 'ByteLevel', use_regex: false }), PLAIN)('a', ' ')).toBe(false);
  expect(boundaryRule(gpt2, { ...PLAIN, words: ['a b'] })('a', ' ')).toBe(false);
  expect(boundaryRule(gpt2, { ...PLAIN, words: ['  '] })('a', ' ')).toBe(true);
});
