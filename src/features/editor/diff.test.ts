// The replacement found is a replacement indeed, small, and where the caret is.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { diffAround } from './diff.ts';

const apply = (text: string, r: { start: number; end: number; insert: string }) =>
  text.slice(0, r.start) + r.insert + text.slice(r.end);

describe('diffAround', () => {
  test('nothing changed', () => {
    expect(diffAround('abc', 'abc', 1)).toBeNull();
  });

  test('a letter typed among its like is the one before the caret', () => {
    expect(diffAround('aaaa', 'aaaaa', 2)).toEqual({ start: 1, end: 1, insert: 'a' });
    expect(diffAround('aaaa', 'aaaaa', 5)).toEqual({ start: 4, end: 4, insert: 'a' });
  });

  test('deleting backwards and forwards', () => {
    expect(diffAround('fox fox', 'fox fx', 5)).toEqual({ start: 5, end: 6, insert: '' });
    expect(diffAround('aaa', 'aa', 0)).toEqual({ start: 0, end: 1, insert: '' });
  });

  test('a selection typed over', () => {
    expect(diffAround('the red fox', 'the blue fox', 8)).toEqual({ start: 4, end: 7, insert: 'blue' });
  });

  test('surrogate pairs are never parted', () => {
    // U+1F600 and U+1F601 share their first half.
    expect(diffAround('a😀b', 'a😁b', 3)).toEqual({ start: 1, end: 3, insert: '😁' });
  });

  test('makes the new text of the old one, wherever the caret is said to be', () => {
    const letters = fc.string({ unit: fc.constantFrom('a', 'b', ' ', '😀', '😁'), maxLength: 12 });
    fc.assert(
      fc.property(letters, letters, fc.nat(30), (before, next, at) => {
        const r = diffAround(before, next, Math.min(at, next.length));
        if (r === null) expect(before).toBe(next);
        else expect(apply(before, r)).toBe(next);
      }),
    );
  });

  test('finds an insertion exactly where it was made', () => {
    const letters = fc.string({ unit: fc.constantFrom('a', 'b'), maxLength: 12 });
    fc.assert(
      fc.property(
        letters,
        fc.nat(12),
        fc.string({ unit: fc.constantFrom('a', 'b'), minLength: 1, maxLength: 4 }),
        (before, at, insert) => {
          const start = Math.min(at, before.length);
          const next = before.slice(0, start) + insert + before.slice(start);
          const r = diffAround(before, next, start + insert.length);
          expect(r).toEqual({ start, end: start, insert });
        },
      ),
    );
  });
});
