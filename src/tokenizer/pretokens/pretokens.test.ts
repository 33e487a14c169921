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

describe("GPT-2's pattern by hand", () => {
  const pattern =
    /'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\p{White_Space}\p{L}\p{N}]+|\p{White_Space}+(?!\P{White_Space})|\p{White_Space}+/gu;

  test('the pieces are those of the regular expression', () => {
    const check = (text: string) => {
      expect(pretokenise(text, gpt2)).toEqual(text.match(pattern) ?? []);
    };
    fc.assert(fc.property(anyText(), check), { numRuns: 3000 });
    const unit = fc.constantFrom(
      "'",
      's',
      'l',
      'r',
      'e',
      'v',
      ' ',
      '\n',
      '\u0085',
      '\ufeff',
      '1',
      '!',
      '\u{10400}',
      '😀',
    );
    fc.assert(fc.property(fc.string({ unit, maxLength: 12 }), check), { numRuns: 3000 });
  });

  test('a run of millions of characters is one piece', () => {
    for (const char of ['中', '😀', '\u{10400}']) {
      const run = char.repeat(9_000_000);
      expect(pretokenise(`a! ${run} b`, gpt2).map(piece => piece.length)).toEqual([1, 1, run.length + 1, 2]);
    }
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

test('an unknown pattern has no certain border, nor have added words that look around', () => {
  const split = { type: 'Split', pattern: { Regex: '\\p{L}+ ?' }, behavior: 'Isolated' };
  const unknown = readPretokenizer({ type: 'Sequence', pretokenizers: [split, { type: 'ByteLevel' }] });
  expect(boundaryRule(unknown, PLAIN)('a', ' ')).toBe(false);
  expect(boundaryRule(gpt2, { ...PLAIN, wordsLookAround: true })('a', ' ')).toBe(false);
});

test('a border is certain in a normal form when it is so after each side is normalised', () => {
  const rule = boundaryRule(gpt2, { ...PLAIN, normalised: true });
  expect([rule('e', '\u0301'), rule('\u0301', 'a'), rule('a', '.')]).toEqual([false, false, false]);
  expect(rule('a', ' ')).toBe(true);
  let certain = 0;
  fc.assert(
    fc.property(anyText(), fc.constantFrom('NFC', 'NFD', 'NFKC', 'NFKD'), (text, form) => {
      const pieces = (part: string) => pretokenise(part.normalize(form), gpt2);
      const characters = Array.from(text);
      for (let i = 1; i < characters.length; i++) {
        if (!rule(characters[i - 1] ?? '', characters[i] ?? '')) continue;
        certain++;
        const sides = [characters.slice(0, i).join(''), characters.slice(i).join('')];
        expect(sides.flatMap(pieces)).toEqual(pieces(text));
      }
    }),
    { numRuns: 1000 },
  );
  expect(certain).toBeGreaterThan(100);
});

test('no border is certain without a cut, or with added words across it', () => {
  expect(boundaryRule(readPretokenizer({ type: 'ByteLevel', use_regex: false }), PLAIN)('a', ' ')).toBe(false);
  expect(boundaryRule(gpt2, { ...PLAIN, words: ['a b'] })('a', ' ')).toBe(false);
  expect(boundaryRule(gpt2, { ...PLAIN, words: ['  '] })('a', ' ')).toBe(true);
});
