// The vectors of one MLP among those of all layers, which may be of different widths.
import { expect, test } from 'vitest';
import { innerVectors } from './mlp.ts';

const trace = { before: Float32Array.of(1, 2, 3, 4, 5, 6, 7), after: Float32Array.of(10, 20, 30, 40) };
const layers = [
  { gated: true, inner: 2 },
  { gated: false, inner: 1 },
  { gated: true, inner: 1 },
];
const named = (layer: number) => innerVectors(trace, layers, layer).map(({ key, values }) => [key, ...values]);

test('gate, up and product, or before and after, each layer its own', () => {
  expect(named(0)).toEqual([
    ['gate', 1, 2],
    ['up', 3, 4],
    ['product', 10, 20],
  ]);
  expect(named(1)).toEqual([
    ['before', 5],
    ['after', 30],
  ]);
  expect(named(2)).toEqual([
    ['gate', 6],
    ['up', 7],
    ['product', 40],
  ]);
  expect(named(3)).toEqual([]);
});
