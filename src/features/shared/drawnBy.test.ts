// Who drew and whose numbers are shown: nothing is said where they are one, both are told apart where they share a name.
import { expect, test } from 'vitest';
import type { ModelIdentity } from '../../lib/model-source.ts';
import { DEFAULT_SETTINGS } from '../../sampling/settings.ts';
import type { Draw } from '../../stores/document/types.ts';
import { drawersOf, drawnByWords } from './drawnBy.ts';

const [A, B]: [ModelIdentity, ModelIdentity] = [
  { name: 'first', digest: 'a1'.repeat(32) },
  { name: 'second', digest: 'b2'.repeat(32) },
];
const draw = (model: ModelIdentity | null): { draw: Draw } => ({
  draw: { settings: DEFAULT_SETTINGS, seed: 1, u: 0.5, pAfter: 0.5, outdated: false, model },
});

test('each model that drew, once, in order', () => {
  expect(drawersOf([{}, draw(B), draw(null), draw(A), draw(B)])).toEqual([B, A]);
});

test.each([
  [[], A, null],
  [[A], A, null],
  [[A], B, 'drawn by first; numbers shown are of second'],
  [[A, B], B, 'drawn by first, second; numbers shown are of second'],
  [[A], null, 'drawn by first'],
  [[A], { ...A, digest: `${A.digest}:int8` }, 'drawn by first; numbers shown are of first in int8'],
  [[{ ...A, name: 'second' }], B, 'drawn by second (a1a1a1a1); numbers shown are of second (b2b2b2b2)'],
] as const)('%j with numbers of %j', (drawers, numbersOf, words) => {
  expect(drawnByWords(drawers, numbersOf)).toBe(words);
});
