// Typed numbers: what the texts of common locales mean, what is refused and in which words, and that nothing is misread.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Range, readingWords, readNumber, shareOf, snap } from './number.ts';

const unit = { min: 0, max: 1, step: 0.01 };
const temperature = { min: 0, max: 5, step: 0.01, least: 0.001 };
const bias = { min: -100, max: 100, step: 0.5 };
const topK = { min: 0, max: 1_000_000, step: 1 };
const wide = { min: 0, max: 1_000_000, step: 0.1 };
const seeds = { min: 0, max: Number.MAX_SAFE_INTEGER, step: 1 };

const read = (text: string, range: Range): number | string => {
  const reading = readNumber(text, range);
  return reading.kind === 'read' ? reading.value : reading.kind;
};
const saidOf = (text: string, range: Range): string | null => readingWords(text, readNumber(text, range), '7');

describe('what a text means', () => {
  test.each([
    [' 0.73 ', unit, 0.73],
    ['0,7', unit, 0.7],
    ['.5', unit, 0.5],
    [',5', unit, 0.5],
    ['1.', unit, 1],
    ['0.500', unit, 0.5],
    ['1e-2', unit, 0.01],
    ['０．７', unit, 0.7],
    ['−2,5', bias, -2.5],
    ['- 2.5', bias, -2.5],
    ['+3', bias, 3],
    ['-0', bias, 0],
    ['40', topK, 40],
    ['1 000', topK, 1000],
    ['1\u00a0000', topK, 1000],
    ['1\u202f000', topK, 1000],
    ['1\u2009000', topK, 1000],
    ["1'000", topK, 1000],
    ['1’000', topK, 1000],
    ['1_000', topK, 1000],
    ['1,000', topK, 1000],
    ['1.000', topK, 1000],
    ['1.000.000', topK, 1_000_000],
    ['1,000,000', topK, 1_000_000],
    ['1 000 000', topK, 1_000_000],
    ['9,99,999', topK, 999_999],
    ['1.000,0', topK, 1000],
    ['1,000.00', topK, 1000],
    ['1e3', topK, 1000],
    ['12.0', topK, 12],
    ['1.234.567,5', { ...wide, max: 1e7 }, 1_234_567.5],
    ["1'234.5", wide, 1234.5],
    ['1 234,5', wide, 1234.5],
    ['1,234.5', wide, 1234.5],
    ['9007199254740991', seeds, Number.MAX_SAFE_INTEGER],
    ['9,007,199,254,740,991', seeds, Number.MAX_SAFE_INTEGER],
  ])('%s', (text, range, value) => expect(read(text, range)).toBe(value));

  test('a point or comma before three digits: the field decides, and says how it read it', () => {
    expect(read('1.000', temperature)).toBe(1);
    expect(saidOf('1.000', temperature)).toBe('“1.000” was read as 1, not as 1,000.');
    expect(read('1,234', bias)).toBe(1.234);
    expect(saidOf('1,234', bias)).toBe('“1,234” was read as 1.234, not as 1,234.');
    expect(saidOf('1.000', topK)).toBe('“1.000” was read as 1,000, not as 1.');
    // In no other locale anything else: nothing to say.
    for (const text of ['1 000', '0.500', '1.50', '1,000.0', '1.000.000'])
      expect(saidOf(text, topK) ?? '').not.toMatch(/was read/);
    // Both would do: neither is taken.
    expect(saidOf('1.500', wide)).toBe('“1.500” can mean 1,500 or 1.5: write one of these; 7 stays.');
  });
});

describe('what is refused', () => {
  test('what is no number', () => {
    const texts = [
      'abc',
      '1e999',
      '--1',
      'NaN',
      'Infinity',
      '0x10',
      '1.2.3',
      '1,2,3',
      '1 5',
      '0 500',
      '10 00',
      '.',
      '5 %',
    ];
    for (const text of texts) expect(saidOf(text, wide), text).toBe(`“${text}” is not a number; 7 stays.`);
    expect(readNumber(' ', wide)).toEqual({ kind: 'empty' });
    expect(saidOf('', wide)).toBeNull();
  });
  test('what is outside, and never the nearest number in its place', () => {
    expect(saidOf('9', temperature)).toBe('9 is outside 0 to 5; 7 stays.');
    expect(saidOf('-0,5', temperature)).toBe('-0,5 is outside 0 to 5; 7 stays.');
    expect(saidOf('0.0005', temperature)).toBe('0.0005 is neither 0 nor at least 0.001; 7 stays.');
    expect(saidOf('2.000.000', topK)).toBe('2.000.000 is outside 0 to 1,000,000; 7 stays.');
    expect(saidOf('4.6', topK)).toBe('“4.6” is not a whole number; 7 stays.');
  });
  test('a seed that the page cannot hold exactly', () => {
    expect(saidOf('9007199254740993', seeds)).toBe('9007199254740993 is outside 0 to 9,007,199,254,740,991; 7 stays.');
    expect(saidOf('9007199254740991.4', seeds)).toMatch(/not a whole number/);
    expect(saidOf('1'.repeat(60), seeds)).toMatch(/^1{23}… is outside/);
  });
});

/** How a locale writes a number, by its separators. */
const LOCALES = [
  { group: ',', point: '.' },
  { group: '.', point: ',' },
  { group: ' ', point: ',' },
  { group: '\u202f', point: ',' },
  { group: '\u00a0', point: ',' },
  { group: '’', point: '.' },
  { group: '', point: '.' },
  { group: '', point: ',' },
];

test('a number in the writing of any locale is read as that number, or refused, or said', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 999_999 }),
      fc.integer({ min: 0, max: 9999 }),
      fc.constantFrom(0, 1, 2, 3, 4),
      fc.constantFrom(...LOCALES),
      fc.constantFrom(topK, wide, temperature, bias),
      (whole, part, digits, { group, point }, range) => {
        const fraction = String(part).padStart(digits, '0').slice(0, digits);
        const grouped = String(whole).replace(/\B(?=(\d{3})+$)/g, group);
        const text = digits === 0 ? grouped : `${grouped}${point}${fraction}`;
        const value = Number(`${whole}.${fraction || '0'}`);
        const reading = readNumber(text, range);
        if (reading.kind !== 'read' || reading.value === value) return;
        expect(readingWords(text, reading, '')).toMatch(/was read as/);
      },
    ),
    { numRuns: 2000 },
  );
});

test('snap lands on the grid and in the range', () => {
  expect(snap(0.1 + 0.2, unit)).toBe(0.3);
  expect(snap(0.96, { min: 0.0001, max: 1, step: 0.01 })).toBe(0.96);
  expect(snap(-0.01, { min: 0.0001, max: 1, step: 0.01 })).toBe(0.0001);
  fc.assert(
    fc.property(fc.double({ min: -5, max: 5, noNaN: true }), value => {
      const snapped = snap(value, { min: 0, max: 2, step: 0.05 });
      expect(snapped).toBeGreaterThanOrEqual(0);
      expect(snapped).toBeLessThanOrEqual(2);
      expect(Math.abs(snapped / 0.05 - Math.round(snapped / 0.05))).toBeLessThan(1e-9);
    }),
  );
});

test('shareOf is 0 at the start, 1 at the end, and 0 for an empty range', () => {
  expect(shareOf(0, unit)).toBe(0);
  expect(shareOf(1, unit)).toBe(1);
  expect(shareOf(3, { min: 3, max: 3, step: 1 })).toBe(0);
});
