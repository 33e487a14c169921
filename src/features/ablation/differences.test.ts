// Rows of the tables of differences.
import { expect, test } from 'vitest';
import { rankRow } from '../../sampling/row.ts';
import { byChange, candidateChanges, tokenChanges, totalChange } from './differences.ts';

const row = (...ps: number[]) => rankRow(Float32Array.from(ps, Math.log));

test('candidates of both distributions and those asked for, the likelier in either the higher', () => {
  const plain = row(0.5, 0.3, 0.1, 0.06, 0.04);
  const ablated = row(0.05, 0.3, 0.05, 0.55, 0.05);
  const changes = candidateChanges(plain, ablated, 2, [4]);
  expect(changes.map(({ id }) => id)).toEqual([3, 0, 1, 4]);
  const [first] = changes;
  expect(first?.plain).toBeCloseTo(0.06, 6);
  expect(first?.ablated).toBeCloseTo(0.55, 6);
});

test('nothing off, no change', () => {
  const plain = row(0.5, 0.3, 0.2);
  for (const { plain: p, ablated } of candidateChanges(plain, plain, 3, [])) expect(ablated).toBe(p);
});

const measured = (...logprobs: number[]) => ({ row: null, logprobs: Float32Array.of(Number.NaN, ...logprobs) });
const comparison = {
  ids: Uint32Array.of(5, 6, 7, 8),
  position: 2,
  off: [],
  baseline: 'zero' as const,
  plain: measured(-1, -2, -3),
  ablated: measured(-1.5, -2, -1),
};

test('tokens from a place on, their sum, and the order by change', () => {
  expect(tokenChanges(comparison, 0)).toEqual(tokenChanges(comparison, 1));
  const changes = tokenChanges(comparison, 1);
  expect(changes.map(({ position, id, change }) => [position, id, change])).toEqual([
    [1, 6, -0.5],
    [2, 7, 0],
    [3, 8, 2],
  ]);
  expect(byChange(changes).map(({ position }) => position)).toEqual([3, 1, 2]);
  expect(totalChange(changes)).toEqual({ tokens: 3, plain: -6, ablated: -4.5, change: 1.5 });
  expect(totalChange(tokenChanges(comparison, 3))).toMatchObject({ tokens: 1, change: 2 });
  expect(tokenChanges(comparison, 4)).toEqual([]);
});
