// What recipes say of tensors and of weights is the same thing: rows placed one by one make what the oracle makes.
import { describe, expect, test } from 'vitest';
import { interleaved } from '../../../e2e/support/stored-by-recipe.ts';
import { weight } from '../../reference/weights.ts';
import {
  concat,
  permute,
  placements,
  type Recipe,
  rows,
  shapeOf,
  spansOf,
  tensor,
  tensorsOf,
  transpose,
} from './recipe.ts';

const NUMBERS = new Map(
  [
    ['a', 12],
    ['b', 12],
    ['c', 20],
    ['v', 6],
  ].map(([name, length], i) => [String(name), Float64Array.from({ length: Number(length) }, (_, k) => i * 100 + k)]),
);
const a = tensor('a', [4, 3]);
const b = tensor('b', [3, 4]);
const c = tensor('c', [4, 5]);
const v = tensor('v', [6]);

/** The weight, placed as an upload places it: a row, or a column, of a tensor at a time. */
function placed(recipe: Recipe): Float64Array {
  const [N, K = 1] = shapeOf(recipe);
  const out = new Float64Array(N * K).fill(Number.NaN);
  for (const { tensor: leaf, transposed, runs } of placements(recipe)) {
    const values = NUMBERS.get(leaf.name)!;
    const columns = leaf.shape[1] ?? 1;
    for (const { from, to, count } of runs)
      for (let i = 0; i < count; i++)
        for (let k = 0; k < K; k++)
          out[(to + i) * K + k] = values[transposed ? k * columns + from + i : (from + i) * columns + k]!;
  }
  return out;
}

const CASES: [string, Recipe, number][] = [
  ['one', a, 1],
  ['a vector', v, 1],
  ['transposed', transpose(b), 1],
  ['one below the other', concat(a, transpose(b)), 2],
  ['in another order', permute(a, [2, 0, 3, 1]), 1],
  ['some rows', rows(a, 1, 2), 1],
  ['some rows across two', rows(concat(a, transpose(b)), 3, 4), 2],
  ['rows of rows', rows(rows(v, 1, 4), 1, 2), 1],
  ['an order over two, one transposed', permute(concat(a, transpose(b)), [7, 0, 6, 1, 5, 2, 4, 3]), 2],
  ['two slices of one in another order', concat(rows(c, 2, 2), permute(rows(c, 0, 2), [1, 0])), 2],
];

describe.each(CASES)('%s', (_, recipe, count) => {
  test('placed from the tensors is what the oracle makes', () => {
    expect([...placed(recipe)]).toEqual([...weight(recipe, NUMBERS)]);
    expect(placements(recipe)).toHaveLength(count);
  });

  test('runs go up, and spans hold each row of the weight once', () => {
    for (const { runs } of placements(recipe)) {
      for (const [i, run] of runs.entries()) expect(run.from).toBeGreaterThanOrEqual((runs[i - 1]?.from ?? -1) + 1);
    }
    const reached = placements(recipe)
      .flatMap(({ runs }) => spansOf(runs))
      .flatMap(({ from, to }) => Array.from({ length: to - from }, (__, i) => from + i));
    expect(reached.sort((x, y) => x - y)).toEqual(Array.from({ length: shapeOf(recipe)[0] }, (__, i) => i));
  });
});

test('rows that stay together are one run, and spans join what touches', () => {
  const [only] = placements(permute(permute(a, [1, 0, 3, 2]), [1, 0, 3, 2]));
  expect(only?.runs).toEqual([{ from: 0, to: 0, count: 4 }]);
  const [whole] = placements(permute(a, [3, 2, 1, 0]));
  expect(whole?.runs).toHaveLength(4);
  expect(spansOf(whole?.runs ?? [])).toEqual([{ from: 0, to: 4 }]);
});

test('a tensor that serves twice is read once', () => {
  expect(tensorsOf(concat(rows(c, 0, 1), a, rows(c, 3, 1))).map(({ name }) => name)).toEqual(['c', 'a']);
});

test('interleaved halves: the order of the rows of rotary heads in GGUF files', () => {
  expect(interleaved(8, 4)).toEqual([0, 2, 1, 3, 4, 6, 5, 7]);
});

test.each<[string, Recipe]>([
  ['parts of two widths', concat(a, c)],
  ['rows that are not there', rows(a, 3, 2)],
  ['a vector transposed', transpose(v)],
  ['an order that names a row twice', permute(a, [0, 0, 1, 2])],
  ['an order that is too short', permute(a, [0, 1])],
])('%s are refused', (_, recipe) => {
  expect(() => [shapeOf(recipe), placements(recipe)]).toThrow();
});
