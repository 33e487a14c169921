// A text is too long from one character past the most, and how much it has is said.
import { expect, test } from 'vitest';
import { tooLongWords } from './tooLong.ts';

test('as many as may be are taken, one more is told with both numbers', () => {
  expect(tooLongWords('', 3)).toBeNull();
  expect(tooLongWords('abc', 3)).toBeNull();
  expect(tooLongWords('x'.repeat(1001), 1000)).toBe(
    '1,001 characters are more than 1,000: nothing was taken over. Take a shorter text.',
  );
});
