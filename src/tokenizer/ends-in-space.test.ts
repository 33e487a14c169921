// The hint about a space at the end of a prompt.
import { expect, test } from 'vitest';
import { endsInSpace } from './ends-in-space.ts';

test('a space at the end, where words carry their leading space', () => {
  const words = { leadingSpace: true };
  expect(['a ', ' ', 'a  ', '\n '].map(text => endsInSpace(text, words))).toEqual([true, true, true, true]);
  expect(['', 'a', 'a\n', ' a', 'a\u00a0', 'a\t'].some(text => endsInSpace(text, words))).toBe(false);
  expect(endsInSpace('a ', { leadingSpace: false })).toBe(false);
});
