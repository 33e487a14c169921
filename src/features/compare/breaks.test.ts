// Lines end at spaces, not within words.
import { expect, test } from 'vitest';
import { breaksBefore } from './breaks.ts';

/** The pieces with a bar wherever a line may end. */
const shown = (pieces: string[]): string => {
  const breaks = breaksBefore(pieces);
  return pieces.map((piece, i) => (breaks[i] ? `|${piece}` : piece)).join('');
};

test('at spaces, before or after them, never within a word or before its full stop', () => {
  expect(shown([' had', ' to', ' s', 'leep', '.', ' She', '\n', 'One'])).toBe(' had| to| sleep.| She|\n|One');
});

test('anywhere in a script without spaces', () => {
  expect(shown(['日本', '語', 'です', 'か'])).toBe('日本|語|です|か');
  expect(shown(['ab', '日'])).toBe('ab|日');
});

test('in what goes on without a space for too long, and a piece without text is no end', () => {
  expect(shown(Array.from({ length: 8 }, () => 'abcdef'))).toBe(`${'abcdef'.repeat(4)}|${'abcdef'.repeat(4)}`);
  expect(shown(['a', '', 'b'])).toBe('ab');
});
