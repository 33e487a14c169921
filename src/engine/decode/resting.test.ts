// Rests after draws that were not proven, counted: they double up to a limit, and a proven draw ends them.
import { expect, test } from 'vitest';
import { Resting } from './resting.ts';

function restsAfter(resting: Resting, proven: boolean): number {
  resting.drawn(proven);
  let count = 0;
  while (resting.rests()) count++;
  return count;
}

test.each([
  { taken: 0, wanted: [1, 2, 4, 8, 15, 15] },
  { taken: 1, wanted: [0, 1, 3, 7, 15, 15] },
] as const)('the rests double where a draw itself takes $taken tokens from rows', ({ taken, wanted }) => {
  const resting = new Resting(taken);
  expect([resting.sure, resting.rests()]).toEqual([true, false]);
  expect(wanted.map(() => restsAfter(resting, false))).toEqual(wanted);
  expect(resting.sure).toBe(false);
  expect([restsAfter(resting, true), resting.sure]).toEqual([0, true]);
  expect(restsAfter(resting, false)).toBe(wanted[0]);
});
