// How a weight is made of tensors of a checkpoint, as data: what matches names, uploads rows and checks numbers reads it.
//
// A weight is a matrix [out, in] or a vector [n]; "rows" are its first axis. A recipe moves whole rows and never changes a number.

import { assert, defined } from '../../lib/assert.ts';

/** [rows, columns] of a matrix, [n] of a vector. */
export type Shape = readonly [number, number] | readonly [number];

/** A tensor of the checkpoint, without what checkpoints put before all names; `shape` as it lies in the file. */
export interface TensorRecipe {
  readonly make: 'tensor';
  readonly name: string;
  readonly shape: Shape;
  /** The shape in the file where it is another: the same numbers in the same order. */
  readonly stored?: readonly number[];
}

export type Recipe =
  | TensorRecipe
  /** A matrix that lies as [in, out]. */
  | { readonly make: 'transpose'; readonly of: TensorRecipe }
  /** Rows of several, one below the other. */
  | { readonly make: 'concat'; readonly parts: readonly Recipe[] }
  /** The same rows in another order: row i is row `order[i]` of `of`, each once. */
  | { readonly make: 'permute'; readonly of: Recipe; readonly order: readonly number[] }
  /** `count` rows from row `from` on: a part of a tensor that holds several weights. */
  | { readonly make: 'rows'; readonly of: Recipe; readonly from: number; readonly count: number };

export const tensor = (name: string, shape: Shape, stored?: readonly number[]): TensorRecipe => ({
  make: 'tensor',
  name,
  shape,
  ...(stored && { stored }),
});
export const transpose = (of: TensorRecipe): Recipe => ({ make: 'transpose', of });
export const stacked = (parts: readonly Recipe[]): Recipe => ({ make: 'concat', parts });
export const concat = (...parts: readonly Recipe[]): Recipe => stacked(parts);
export const permute = (of: Recipe, order: readonly number[]): Recipe => ({ make: 'permute', of, order });
export const rows = (of: Recipe, from: number, count: number): Recipe => ({ make: 'rows', of, from, count });

/** The shape of what a recipe makes. Fails an assertion where its parts do not fit together. */
export function shapeOf(recipe: Recipe): Shape {
  switch (recipe.make) {
    case 'tensor':
      return recipe.shape;
    case 'transpose': {
      const [n, k] = recipe.of.shape;
      assert(k !== undefined, `${recipe.of.name} is a matrix`);
      return [k, n];
    }
    case 'concat': {
      const shapes = recipe.parts.map(shapeOf);
      const [, columns] = defined(shapes[0], 'a part');
      assert(
        shapes.every(shape => shape[1] === columns),
        'parts are equally wide',
      );
      return withRows(
        shapes.reduce((sum, [n]) => sum + n, 0),
        columns,
      );
    }
    case 'permute':
      return shapeOf(recipe.of);
    case 'rows': {
      const [n, columns] = shapeOf(recipe.of);
      assert(recipe.from >= 0 && recipe.from + recipe.count <= n, 'the rows are there');
      return withRows(recipe.count, columns);
    }
    default:
      return recipe satisfies never;
  }
}

const withRows = (n: number, columns: number | undefined): Shape => (columns === undefined ? [n] : [n, columns]);

/** The tensors a recipe reads, each once. */
export function tensorsOf(recipe: Recipe): TensorRecipe[] {
  const leaves = placements(recipe).map(({ tensor: leaf }) => leaf);
  return leaves.filter((leaf, i) => leaves.findIndex(({ name }) => name === leaf.name) === i);
}

/** `count` rows of a tensor from `from` on are the rows of the weight from `to` on. Of a tensor that is transposed: columns. */
export interface RowRun {
  readonly from: number;
  readonly to: number;
  readonly count: number;
}

/** Where the rows of one tensor go. */
export interface Placement {
  readonly tensor: TensorRecipe;
  readonly transposed: boolean;
  /** In the order of the tensor, as long as can be; a row of the tensor is in one of them at most. */
  readonly runs: readonly RowRun[];
}

/** A recipe from the tensors' side: what becomes of each as it is read from the file, whatever their order there. */
export function placements(recipe: Recipe): Placement[] {
  switch (recipe.make) {
    case 'tensor':
      return [{ tensor: recipe, transposed: false, runs: [{ from: 0, to: 0, count: recipe.shape[0] }] }];
    case 'transpose': {
      const [count] = shapeOf(recipe);
      return [{ tensor: recipe.of, transposed: true, runs: [{ from: 0, to: 0, count }] }];
    }
    case 'concat': {
      let at = 0;
      return recipe.parts.flatMap(part => {
        const begin = at;
        at += shapeOf(part)[0];
        return placements(part).map(placed => movedRuns(placed, run => [{ ...run, to: run.to + begin }]));
      });
    }
    case 'permute': {
      const places = inverse(recipe.order, shapeOf(recipe.of)[0]);
      const single = ({ from, to, count }: RowRun): RowRun[] =>
        Array.from({ length: count }, (_, i) => ({ from: from + i, to: defined(places[to + i], 'a row'), count: 1 }));
      return placements(recipe.of).map(placed => movedRuns(placed, single));
    }
    case 'rows': {
      const { from: begin, count: most } = recipe;
      const cut = ({ from, to, count }: RowRun): RowRun[] => {
        const [first, last] = [Math.max(to, begin), Math.min(to + count, begin + most)];
        return first < last ? [{ from: from + first - to, to: first - begin, count: last - first }] : [];
      };
      return placements(recipe.of)
        .map(placed => movedRuns(placed, cut))
        .filter(({ runs }) => runs.length > 0);
    }
    default:
      return recipe satisfies never;
  }
}

function movedRuns(placed: Placement, move: (run: RowRun) => readonly RowRun[]): Placement {
  return { ...placed, runs: joined(placed.runs.flatMap(move)) };
}

/** Neighbours that go on where the one before ended become one run. */
function joined(runs: readonly RowRun[]): RowRun[] {
  const out: RowRun[] = [];
  for (const run of runs) {
    const last = out.at(-1);
    const goesOn = last && last.from + last.count === run.from && last.to + last.count === run.to;
    if (last && goesOn) out[out.length - 1] = { ...last, count: last.count + run.count };
    else out.push(run);
  }
  return out;
}

/** Where each row goes: the inverse of `order`. */
function inverse(order: readonly number[], length: number): number[] {
  const places: number[] = [];
  order.forEach((row, place) => {
    assert(row >= 0 && row < length && places[row] === undefined, `row ${row} is one of ${length} and comes once`);
    places[row] = place;
  });
  assert(order.length === length, `the order names ${length} rows`);
  return places;
}

/** Rows `from` to `to`, without it. */
export interface RowSpan {
  readonly from: number;
  readonly to: number;
}

/** Rows of the weight that runs reach, as spans in order that do not touch. */
export function spansOf(runs: readonly RowRun[]): RowSpan[] {
  const spans: { from: number; to: number }[] = [];
  for (const { to, count } of [...runs].sort((a, b) => a.to - b.to)) {
    const last = spans.at(-1);
    if (last?.to === to) last.to += count;
    else spans.push({ from: to, to: to + count });
  }
  return spans;
}
