// The replacement found is a replacement indeed, small, and where the caret is.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { between } from '../../lib/text-change.ts';
import { diffAround, rebased } from './diff.ts';

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

describe('between', () => {
  test('is the shortest replacement that makes one text of another', () => {
    expect(between('Once upon', 'Once upon a')).toEqual({ start: 9, end: 9, insert: ' a' });
    expect(between('the red fox', 'the blue fox')).toEqual({ start: 4, end: 7, insert: 'blue' });
    expect(between('same', 'same')).toEqual({ start: 4, end: 4, insert: '' });
    const text = fc.string({ unit: fc.constantFrom('a', 'b', '😀', '\n'), maxLength: 40 });
    fc.assert(
      fc.property(text, text, (before, after) => {
        const made = between(before, after);
        expect(apply(before, made)).toBe(after);
        const kept = (at: number) => before[at] === after[at];
        for (let i = 0; i < made.start; i++) expect(kept(i)).toBe(true);
        if (made.start < Math.min(before.length, after.length)) expect(kept(made.start)).toBe(false);
      }),
    );
  });
});

describe('rebased', () => {
  test('a change finds its place in a text that another hand has changed meanwhile', () => {
    const change = { start: 5, end: 9, insert: 'under' };
    expect(rebased(change, 'Once upon', 'Once upon a time')).toEqual(change);
    expect(apply('Twice upon', rebased(change, 'Once upon', 'Twice upon'))).toBe('Twice under');
    expect(apply('Once', rebased({ start: 9, end: 9, insert: '!' }, 'Once upon', 'Once'))).toBe('Once!');
  });

  test('an insertion takes nothing away of what the other hand has put in', () => {
    const word = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), maxLength: 12 });
    const cut = fc.tuple(fc.nat(12), fc.nat(12));
    fc.assert(
      fc.property(word, cut, fc.nat(12), fc.nat(4), (text, [a, b], at, added) => {
        const of = (x: number, y: number, insert: string) => ({
          start: Math.min(x, y, text.length),
          end: Math.min(Math.max(x, y), text.length),
          insert,
        });
        const theirs = 'X'.repeat(added);
        const now = apply(text, of(a, b, theirs));
        const both = apply(now, rebased(of(at, at, 'mine'), text, now));
        expect(both).toContain('mine');
        expect([...both].filter(letter => letter === 'X')).toHaveLength(added);
      }),
    );
  });
});
