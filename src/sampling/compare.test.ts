// The divergence of two rows against its definition over probabilities.
import { expect, test } from 'vitest';
import { divergence, logprobOf } from './compare.ts';
import { rankRow } from './row.ts';

const row = (...logits: number[]) => rankRow(Float32Array.from(logits));
const probabilities = (...ps: number[]) => row(...ps.map(Math.log));

test('log-probabilities are of the whole row', () => {
  const p = row(1, 2, 3);
  expect([0, 1, 2].reduce((sum, id) => sum + Math.exp(logprobOf(p, id)), 0)).toBeCloseTo(1, 10);
  expect(logprobOf(p, 7)).toBe(Number.NEGATIVE_INFINITY);
});

test('the divergence is the sum of p log(p / q)', () => {
  const p = probabilities(0.5, 0.25, 0.25);
  const q = probabilities(0.25, 0.25, 0.5);
  expect(divergence(p, q)).toBeCloseTo(0.5 * Math.log(2) + 0.25 * Math.log(0.5), 6);
  expect(divergence(p, q)).toBeGreaterThan(0);
  expect(divergence(probabilities(0.9, 0.1), probabilities(0.5, 0.5))).not.toBeCloseTo(
    divergence(probabilities(0.5, 0.5), probabilities(0.9, 0.1)),
    3,
  );
});

test('it is 0 for a row and itself, and for logits that differ by a constant', () => {
  const p = row(0.3, -2, 5, 1);
  expect(divergence(p, p)).toBe(0);
  expect(divergence(p, row(10.3, 8, 15, 11))).toBeCloseTo(0, 6);
});

test('what both rule out counts nothing; what only q rules out is infinitely far', () => {
  const never = Number.NEGATIVE_INFINITY;
  expect(divergence(row(1, 1, never), row(1, 1, never))).toBe(0);
  expect(divergence(row(1, 1, never), row(1, 1, 1))).toBeCloseTo(Math.log(1.5), 6);
  expect(divergence(row(1, 1, 1), row(1, 1, never))).toBe(Number.POSITIVE_INFINITY);
});
