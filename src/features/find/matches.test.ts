// What is found is what a plain search finds, in steps whose number grows with the text alone.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { matchesIn, matchFrom, type Query } from './matches.ts';

function all(text: string, query: Query, from = 0): { readonly starts: number[]; readonly steps: number } {
  const starts: number[] = [];
  let steps = 0;
  for (const _ of matchesIn(text, query, from, starts)) steps++;
  return { starts, steps };
}

/** One after the other, none over another. */
function plain(text: string, words: string): number[] {
  const starts: number[] = [];
  for (let at = text.indexOf(words); at >= 0; at = text.indexOf(words, at + words.length)) starts.push(at);
  return starts;
}

test('plain text, in any text', () => {
  const piece = fc.constantFrom('a', 'b', 'A', ' ', '.', '*', '(', '\n', 'é', '😀', '\\', '[');
  const texts = fc.array(piece, { maxLength: 60 }).map(parts => parts.join(''));
  const words = fc.array(piece, { minLength: 1, maxLength: 3 }).map(parts => parts.join(''));
  fc.assert(
    fc.property(texts, words, (text, wanted) => {
      expect(all(text, { words: wanted, cased: true }).starts).toEqual(plain(text, wanted));
      const folded = all(text, { words: wanted, cased: false }).starts;
      expect(folded).toEqual(plain(text.toLowerCase(), wanted.toLowerCase()));
    }),
  );
});

test('across the stretches of a long text, with as many steps as there are stretches', () => {
  const long = `${'x'.repeat(65_530)}needle, ${'y'.repeat(65_536 * 2)}Needle${'z'.repeat(500_000)}needle`;
  const found = all(long, { words: 'needle', cased: false });
  expect(found.starts).toEqual([65_530, long.indexOf('Needle'), long.length - 6]);
  expect(found.steps).toBe(Math.ceil(long.length / 65_536));
  expect(all(long, { words: 'needle', cased: true }, 65_531).starts).toEqual([long.length - 6]);
  // Matches that lie over the end of a stretch are not found twice, nor over each other.
  const many = 'ab'.repeat(300_000);
  expect(all(many, { words: 'aba', cased: true }).starts).toEqual(plain(many, 'aba'));
  expect(all('text', { words: '', cased: true }).starts).toEqual([]);
});

test('a letter takes as many units as its other case, wherever the search takes it for the same', () => {
  for (let code = 0; code < 0x1_1000; code++) {
    if (code >= 0xd800 && code < 0xe000) continue;
    const letter = String.fromCodePoint(code);
    for (const other of [letter.toLowerCase(), letter.toUpperCase()]) {
      if (other.length !== letter.length) expect(all(other, { words: letter, cased: false }).starts).toEqual([]);
    }
  }
});

test('the next match is the first from a place on, and behind the last one the first', () => {
  expect(matchFrom([3, 9, 20], 9)).toBe(1);
  expect(matchFrom([3, 9, 20], 10)).toBe(2);
  expect(matchFrom([3, 9, 20], 21)).toBe(0);
  expect(matchFrom([], 4)).toBe(-1);
});
