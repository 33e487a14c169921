// The strongest head of each layer, with and without the place where heads rest.
import { expect, test } from 'vitest';
import { headWeights, mostLookedAt, strongestLooks } from './looks.ts';

// Two layers of two heads over three positions.
const event = {
  type: 'attention' as const,
  run: 1,
  position: 2,
  weights: Float32Array.of(0.8, 0.1, 0.1, 0.25, 0.5, 0.25, 1, 0, 0, 0.5, 0.125, 0.375),
};

test('with the first position, and without it', () => {
  expect(strongestLooks(event, 2, true).map(({ head, at }) => [head, at])).toEqual([
    [0, 0],
    [0, 0],
  ]);
  expect(strongestLooks(event, 2, false)).toEqual([
    { layer: 0, head: 1, at: 1, weight: 0.5 },
    { layer: 1, head: 1, at: 2, weight: 0.375 },
  ]);
});

test('the first token can only look at itself', () => {
  const alone = { ...event, position: 0, weights: Float32Array.of(1, 1, 1, 1) };
  expect(strongestLooks(alone, 2, false)).toEqual([
    { layer: 0, head: 0, at: 0, weight: 1 },
    { layer: 1, head: 0, at: 0, weight: 1 },
  ]);
});

test('one head and its largest weights', () => {
  expect([...headWeights(event, 2, 1, 1)]).toEqual([0.5, 0.125, 0.375]);
  expect(mostLookedAt(headWeights(event, 2, 1, 1), 2).map(({ at }) => at)).toEqual([0, 2]);
});
