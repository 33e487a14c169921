// Patterns that would go back for ever: their matches are those of the browser's regular expressions, and their time grows with the text alone.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Machine } from './machine.ts';
import { compilePattern } from './pattern.ts';
import { PROVED } from './published.ts';
import { isLinear, type Shape, shapeOf } from './shape.ts';
import { stretches, type TextPattern } from './split.ts';
import { UnknownPattern } from './unknown-pattern.ts';

const matches = (pattern: TextPattern, text: string): string[] =>
  [...stretches(text, pattern)].map(({ start, end, matches: is }) => `${is ? '+' : '-'}${text.slice(start, end)}`);

const letters = fc.string({ unit: fc.constantFrom('a', 'b', 'c', '\n', '𝒳'), maxLength: 14 });

/** Patterns as the translation writes them, over few letters. */
const patterns = fc.letrec<{ node: string }>(tie => ({
  node: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    fc.constantFrom('a', 'b', 'c', '[ab]', '[^a]', '[^\\n]', '\\p{L}'),
    fc
      .tuple(tie('node'), fc.constantFrom('*', '+', '?', '*?', '+?', '??', '{2}', '{1,3}', '{0,2}', '{2,}'))
      .map(([of, q]) => `(?:${of})${q}`),
    fc.tuple(fc.constantFrom('a', '[ab]', '\\p{L}'), fc.constantFrom('*', '+', '?')).map(([of, q]) => of + q),
    fc.tuple(tie('node'), tie('node')).map(parts => parts.join('')),
    fc.tuple(tie('node'), tie('node')).map(parts => `(?:${parts.join('|')})`),
    fc.constantFrom('(?!a)', '(?=[ab])', '(?!ab|c)', '(?=(?<atomic0>a+))\\k<atomic0>'),
  ),
})).node;

function machineOf(shape: Shape): Machine | null {
  try {
    return new Machine(shape);
  } catch (thrown) {
    if (thrown instanceof UnknownPattern) return null;
    throw thrown;
  }
}

test('matches what a regular expression matches', () => {
  const seen = { machine: 0, direct: 0 };
  fc.assert(
    fc.property(patterns, fc.array(letters, { minLength: 1, maxLength: 3 }), (source, texts) => {
      // A name stands once in a pattern of the browser's.
      fc.pre(source.split('atomic0>a').length <= 2);
      const shape = shapeOf(source);
      seen[isLinear(shape) ? 'direct' : 'machine']++;
      const machine = machineOf(shape);
      fc.pre(machine !== null);
      for (const text of texts) expect(matches(machine ?? /x/g, text)).toEqual(matches(new RegExp(source, 'gu'), text));
    }),
    { numRuns: 3000 },
  );
  expect(seen.machine).toBeGreaterThan(500);
  expect(seen.direct).toBeGreaterThan(100);
});

test.each([
  '(a+)+b',
  '(a|a)*b',
  '(a|aa)+b',
  '(?:a?){30}a{30}b',
  'a*a*a*a*b',
  'a+b',
  'a++b',
  '(?:(?:a+)b?)+c|(?!a)ab',
  '\\s*\\n',
])('%s takes few steps a letter', source => {
  const pattern = compilePattern(source);
  const text = (source.includes('s') ? ' ' : 'a').repeat(20_000);
  // Quadratic or worse would not come back in this test's time.
  expect(matches(pattern, text)).toEqual([`-${text}`]);
});

test.each([
  '(a+)+$',
  '(?=(?:a+)+b)a',
  '(?:ab)++c',
  '(?:a{1,1000}){1,1000}b',
  `${'('.repeat(5000)}a${')'.repeat(5000)}`,
])('%s is refused by name', source => expect(() => compilePattern(source)).toThrow(UnknownPattern));

const S = '\\s+(?!\\S)|\\s+';
const LETTERS = '[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]';
const SMALL = '[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]';

test.each([
  ...PROVED,
  `'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|${S}`,
  `(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?[\\p{L}\\p{M}]+|\\p{N}| ?[^\\s\\p{L}\\p{M}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|${S}`,
  `[!"#$%&'()*+,\\-./:;<=>?@\\[\\\\\\]^_\`{|}~][A-Za-z]+|[^\\r\\n\\p{L}\\p{P}\\p{S}]?[\\p{L}\\p{M}]+| ?[\\p{P}\\p{S}]+[\\r\\n]*|\\s*[\\r\\n]+|${S}`,
  `[^\\r\\n\\p{L}\\p{N}]?${LETTERS}*${SMALL}+|[^\\r\\n\\p{L}\\p{N}]?${LETTERS}+${SMALL}*|\\p{N}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n/]*|\\s*[\\r\\n]+|${S}`,
  ' ?[^(\\s|[.,!?…。，、।۔،])]+',
  '\\s?\\p{L}+',
  '\\s?\\p{P}+',
  '[\\r\\n]',
  '\\p{N}{1,3}',
  '[0-9][0-9][0-9]',
  ' {2,}',
])('published, and left to the browser: %s', source => expect(compilePattern(source)).toBeInstanceOf(RegExp));
