// Which continuation stands in the text.
import { expect, test } from 'vitest';
import { belongs, takenIn } from './taken.ts';

const tokens = (...ids: number[]) =>
  ids.map(id => ({ id, bytes: new Uint8Array(), special: false, origin: 'drawn' as const }));
const BASE = tokens(1, 2);
const ADDED = [tokens(3), tokens(3, 4), [], tokens(5), tokens(5)];

test.each([
  ['the base alone', [1, 2], [], false, true],
  ['one, whole', [1, 2, 3], [0], true, true],
  ['one, and the text goes on', [1, 2, 3, 9], [0], false, false],
  ['the longest of two', [1, 2, 3, 4], [1], true, true],
  ['two that are alike', [1, 2, 5], [3, 4], true, true],
  ['none', [1, 2, 6], [], false, false],
  ['another base', [7, 2, 3], [], false, false],
  ['a text that is shorter', [1], [], false, false],
] as const)('%s', (_, ids, places, whole, belonging) => {
  expect(takenIn(BASE, ADDED, tokens(...ids))).toEqual({ places, whole });
  expect(belongs(BASE, ADDED, tokens(...ids))).toBe(belonging);
});
