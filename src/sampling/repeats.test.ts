// Which tokens go on with a repetition: by hand, and against counting token by token.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { repeatedEnds } from './repeats.ts';

const LETTERS = 'abcxyz:\n';
const idsOf = (text: string): Uint32Array => Uint32Array.from(text, letter => LETTERS.indexOf(letter));
const bytesOf = (id: number): Uint8Array => new TextEncoder().encode(LETTERS[id] ?? '');
const bytes = (...texts: string[]): Uint8Array[] => texts.map(text => new TextEncoder().encode(text));
/** Ids by their letters. */
const ends = (text: string, allowed: number, ...breakers: string[]) =>
  Object.fromEntries(
    Array.from(repeatedEnds(idsOf(text), allowed, bytes(...breakers), bytesOf), ([id, length]) => [
      LETTERS[id],
      length,
    ]),
  );

test('of several places the longest counts', () => {
  expect(ends('abccbcyabc', 1)).toEqual({ c: 3, b: 1, y: 2 });
  expect(ends('abccbcyabc', 2)).toEqual({ c: 3, y: 2 });
  expect(ends('abccbcyabc', 4)).toEqual({});
  expect(ends('aaaa', 1)).toEqual({ a: 3 });
  expect(ends('', 1)).toEqual({});
});

describe('breakers', () => {
  test('a repetition reaches back no further than behind the last of them', () => {
    expect(ends('abcxabc', 2)).toEqual({ x: 3 });
    expect(ends('a:bcxa:bc', 2, ':')).toEqual({ x: 2 });
    expect(ends('a:bcxa:bc', 3, ':')).toEqual({});
  });

  test('what is a breaker itself is let through', () => {
    expect(ends('abc:abc', 2, ':')).toEqual({});
    expect(ends('abc:abc', 2)).toEqual({ ':': 3 });
  });

  test('one of several tokens breaks behind its last one; a part of it does not', () => {
    expect(ends('xx:\nbcyx:\nbc', 1, ':\n')).toEqual({ y: 2 });
    expect(ends('a:bcya:bc', 2, ':\n')).toEqual({ y: 4 });
  });

  test('one inside a token breaks behind that token', () => {
    const words = ['say', ' a:b ', 'cat', 'dog'];
    const of = (id: number) => new TextEncoder().encode(words[id] ?? '');
    const ids = Uint32Array.from([0, 1, 2, 3, 0, 1, 2]);
    expect([...repeatedEnds(ids, 1, bytes(':'), of)]).toEqual([[3, 1]]);
    expect([...repeatedEnds(ids, 1, bytes('b cat'), of)]).toEqual([]);
    expect([...repeatedEnds(ids, 1, [], of)]).toEqual([[3, 3]]);
  });
});

test('any text, any breaker: as counted token by token', () => {
  const texts = fc.string({ unit: fc.constantFrom(...'aab:'), maxLength: 40 });
  fc.assert(
    fc.property(texts, fc.integer({ min: 1, max: 4 }), fc.boolean(), (text, allowed, broken) => {
      const most = broken ? text.length - 1 - text.lastIndexOf(':') : text.length;
      const wanted: Record<string, number> = {};
      for (let at = 1; at < text.length; at++) {
        let length = 0;
        while (length < at && text[at - 1 - length] === text[text.length - 1 - length]) length++;
        length = Math.min(length, most);
        const next = text[at]!;
        if (length >= allowed && !(broken && next === ':')) wanted[next] = Math.max(length, wanted[next] ?? 0);
      }
      expect(ends(text, allowed, ...(broken ? [':'] : []))).toEqual(wanted);
    }),
    { numRuns: 500 },
  );
});
