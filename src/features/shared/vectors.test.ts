// Lengths and directions, and a stream that adds up.
import { expect, test } from 'vitest';
import { cosine, dot, largest, largestAddition, norm, plus, streamFacts, sumGap, times } from './vectors.ts';

test('norm, dot product, cosine', () => {
  expect(norm([3, 4])).toBe(5);
  expect(dot([1, 2, 3], [4, 5, 6])).toBe(32);
  expect(cosine([1, 0], [0, 2])).toBe(0);
  expect(cosine([1, 1], [3, 3])).toBeCloseTo(1, 12);
  expect(cosine([1, -1], [-2, 2])).toBeCloseTo(-1, 12);
  expect(cosine([0, 0], [1, 1])).toBeNaN();
  expect([...plus([1, 2], [3, 4])]).toEqual([4, 6]);
  expect([...times([1, 2], [3, 4])]).toEqual([3, 8]);
  expect(largest([[1, -7], [5]])).toBe(7);
});

test('the stream of two layers', () => {
  const traced = {
    type: 'traced' as const,
    run: 1,
    position: 0,
    embedding: Float32Array.of(3, 0),
    positional: Float32Array.of(0, 4),
    residual: Float32Array.of(3, 4, 6, 8, 6, -8),
    attention: Float32Array.of(3, 4, 0, 0),
    mlp: Float32Array.of(0, 0, 0, -16),
    before: Float32Array.of(1, 2),
    after: Float32Array.of(1, 2),
    final: Float32Array.of(1, 1),
    rows: new Float32Array(),
  };
  const facts = streamFacts(traced);
  expect(facts.norms).toEqual([5, 10, 10]);
  expect(facts.attention).toEqual([Number.NaN, 5, 0]);
  expect(facts.mlp).toEqual([Number.NaN, 0, 16]);
  expect(facts.cosines[2]).toBeCloseTo(1, 12);
  expect(facts.cosines[0]).toBeCloseTo((3 * 6 - 4 * 8) / 50, 12);
  expect(largestAddition(facts)).toEqual({ layer: 2, part: 'MLP', norm: 16 });
  expect(sumGap(traced)).toBe(0);
  expect(sumGap({ ...traced, mlp: Float32Array.of(0, 0, 0.5, -16) })).toBe(0.5);
});
