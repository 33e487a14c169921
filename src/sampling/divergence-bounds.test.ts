// Bounds of a divergence hold the exact one whatever is known of both rows, and come close where much is known.
import { expect, test } from 'vitest';
import { divergence } from './compare.ts';
import { divergenceBounds, type KnownRow } from './divergence-bounds.ts';
import { rankRow, topOf } from './row.ts';

const V = 60;
const row = (seed: number, spread: number): Float32Array =>
  Float32Array.from({ length: V }, (_, id) => spread * Math.sin(seed * 12.9898 + id * 78.233) * 3);

const whole = (logits: Float32Array): KnownRow => ({ kind: 'whole', logits, logZ: rankRow(logits).logZ });
const top = (logits: Float32Array, count: number): KnownRow => ({
  kind: 'top',
  ...topOf(logits, count),
  logZ: rankRow(logits).logZ,
});

test('of two whole rows it is the divergence itself', () => {
  for (let seed = 1; seed < 20; seed++) {
    const [p, q] = [row(seed, 1), row(seed + 50, 0.5)];
    const exact = divergence(rankRow(p), rankRow(q));
    const { least, most } = divergenceBounds(whole(p), whole(q));
    expect(least).toBe(most);
    expect(least).toBeCloseTo(exact, 12);
  }
});

test('with parts alone the exact one lies between both', () => {
  let finite = 0;
  for (let seed = 1; seed < 60; seed++) {
    const [p, q] = [row(seed, 0.3 + (seed % 4)), row(seed + 7, 0.2 + (seed % 3))];
    const exact = divergence(rankRow(p), rankRow(q));
    for (const [a, b] of [
      [top(p, 8), whole(q)],
      [whole(p), top(q, 8)],
      [top(p, 8), top(q, 12)],
      [top(p, V), whole(q)],
    ] as const) {
      const { least, most } = divergenceBounds(a, b);
      expect(least).toBeLessThanOrEqual(exact + 1e-6);
      expect(most).toBeGreaterThanOrEqual(exact - 1e-6);
      if (Number.isFinite(most)) finite++;
      else expect(b.kind).toBe('top');
    }
    const all = divergenceBounds(top(p, V), whole(q));
    expect(all.most - all.least).toBeLessThan(1e-5);
  }
  expect(finite).toBe(59 * 2);
});

test('a corner is reached: the untold mass on what the other one likes least', () => {
  const logits = Float32Array.from([2, 1, 1, 1]);
  const q = Float32Array.from([2, 1, 0, -5]);
  // p tells of id 0 and 1; ids 2 and 3 hold as much as id 1 each, and no more.
  const exact = divergence(rankRow(logits), rankRow(q));
  expect(divergenceBounds(top(logits, 2), whole(q)).most).toBeCloseTo(exact, 5);
});

test('what the other one rules out costs without end, equal rows nothing', () => {
  const p = row(3, 1);
  const q = p.slice();
  q[5] = Number.NEGATIVE_INFINITY;
  expect(divergenceBounds(whole(p), whole(q)).least).toBe(Number.POSITIVE_INFINITY);
  expect(divergenceBounds(top(p, 10), top(p, 10))).toEqual({ least: 0, most: Number.POSITIVE_INFINITY });
});
