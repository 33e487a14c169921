// Walking by token stops at both ends.
import { expect, test } from 'vitest';
import { stepPlace } from './walk.ts';

test('walks through the tokens to the end and back', () => {
  expect(stepPlace(0, 1, 3)).toBe(1);
  expect(stepPlace(2, 1, 3)).toBe('end');
  expect(stepPlace('end', 1, 3)).toBe('end');
  expect(stepPlace('end', -1, 3)).toBe(2);
  expect(stepPlace(0, -1, 3)).toBe(0);
  expect(stepPlace('end', -1, 0)).toBe('end');
});
