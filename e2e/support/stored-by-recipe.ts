// The same weights stored in other ways: for a graph with other recipes, the tensors that make the numbers it had.

import { fromFloat32, type WeightDtype } from '../../src/checkpoint/dtypes.ts';
import { writeSafetensors } from '../../src/checkpoint/write-safetensors.ts';
import type { Graph } from '../../src/model/ir/graph.ts';
import {
  concat,
  permute,
  type Recipe,
  rows,
  type Shape,
  shapeOf,
  tensor,
  transpose,
} from '../../src/model/ir/recipe.ts';
import { weight as weightOf } from '../../src/reference/weights.ts';

type Stored = Map<string, { readonly shape: Shape; readonly values: Float64Array }>;

/** Writes the tensors from which `recipe` makes `values`: the inverse of what a recipe does, leaf by leaf. */
function store(recipe: Recipe, values: ArrayLike<number>, stored: Stored): void {
  const [N, K = 1] = shapeOf(recipe);
  const row = (i: number) => Array.from({ length: K }, (_, k) => values[i * K + k]!);
  switch (recipe.make) {
    case 'tensor':
      stored.set(recipe.name, { shape: recipe.shape, values: Float64Array.from(values) });
      return;
    case 'transpose':
      store(
        recipe.of,
        Array.from({ length: N * K }, (_, i) => values[(i % N) * K + Math.floor(i / N)]!),
        stored,
      );
      return;
    case 'concat': {
      let at = 0;
      for (const part of recipe.parts) {
        const [count] = shapeOf(part);
        store(part, Array.from({ length: count }, (_, i) => row(at + i)).flat(), stored);
        at += count;
      }
      return;
    }
    case 'permute': {
      const before: number[][] = [];
      recipe.order.forEach((from, i) => {
        before[from] = row(i);
      });
      store(recipe.of, before.flat(), stored);
      return;
    }
    case 'rows': {
      const { of } = recipe;
      if (of.make !== 'tensor') throw new Error('rows of a tensor');
      const known = stored.get(of.name)?.values ?? new Float64Array(of.shape[0] * K).fill(Number.NaN);
      known.set(Float64Array.from(values), recipe.from * K);
      store(of, known, stored);
      return;
    }
    default:
      recipe satisfies never;
  }
}

/** A graph whose weights have the recipes of `change` by name, and the file it reads: the weights are those of `tensors` under `graph`. */
export function storedByRecipe(
  graph: Graph,
  tensors: ReadonlyMap<string, Float32Array>,
  change: (name: string, shape: Shape) => Recipe | undefined,
  dtype: WeightDtype,
): { readonly graph: Graph; readonly bytes: Uint8Array<ArrayBuffer> } {
  const stored: Stored = new Map();
  const weights = graph.weights.map(spec => {
    const from = change(spec.name, spec.shape) ?? spec.from;
    store(from, weightOf(spec.from, tensors), stored);
    return { ...spec, from };
  });
  const bytes = writeSafetensors(
    [...stored].map(([name, { shape, values }]) => ({
      name,
      dtype,
      shape,
      bytes: fromFloat32(Float32Array.from(values), dtype),
    })),
  );
  return { graph: { ...graph, weights }, bytes };
}

/** Rows of heads whose halves are stored interleaved: row 2 * i of a head is row i of its first half, row 2 * i + 1 of its second. */
export function interleaved(count: number, headSize: number): number[] {
  return Array.from({ length: count }, (_, row) => {
    const [head, at] = [Math.floor(row / headSize), row % headSize];
    return head * headSize + (at % (headSize / 2)) * 2 + Math.floor(at / (headSize / 2));
  });
}

/** Three matrices head by head, as fused products of other families lie: head 0's queries, keys, values, then head 1's. */
function headByHead(heads: number, headSize: number): number[] {
  return Array.from({ length: 3 * heads * headSize }, (_, row) => {
    const [which, rest] = [Math.floor(row / (heads * headSize)), row % (heads * headSize)];
    return (Math.floor(rest / headSize) * 3 + which) * headSize + (rest % headSize);
  });
}

const third = (name: string, which: 'q' | 'k' | 'v', shape: Shape) =>
  tensor(name.replace('c_attn', `${which}_proj`), shape);

/** Ways to store the fused matrices and vectors of a GPT-2 with `heads` heads of `headSize`. */
export function storedWays(heads: number, headSize: number): Record<string, Parameters<typeof storedByRecipe>[2]> {
  const C = heads * headSize;
  const isFused = (name: string) => name.includes('.attn.c_attn.');
  const whiches = ['q', 'k', 'v'] as const;
  return {
    'as it lies': tensor,
    'queries, keys and values apart': (name, [, K]) =>
      isFused(name)
        ? concat(...whiches.map(which => (K === undefined ? third(name, which, [C]) : third(name, which, [C, K]))))
        : undefined,
    'apart and transposed': (name, [, K]) =>
      isFused(name) && K !== undefined
        ? concat(...whiches.map(which => transpose(third(name, which, [K, C]))))
        : undefined,
    'head by head': (name, [N, K]) =>
      isFused(name)
        ? permute(K === undefined ? tensor(name, [N]) : tensor(name, [N, K]), headByHead(heads, headSize))
        : undefined,
    'head by head and transposed': (name, [N, K]) =>
      isFused(name) && K !== undefined
        ? permute(transpose(tensor(name, [K, N])), headByHead(heads, headSize))
        : undefined,
    'apart, queries and keys interleaved, two of three transposed': (name, [, K]) => {
      if (!isFused(name) || K === undefined) return undefined;
      const mixed = (which: 'q' | 'k') => permute(transpose(third(name, which, [K, C])), interleaved(C, headSize));
      return concat(mixed('q'), mixed('k'), third(name, 'v', [C, K]));
    },
    'two matrices, and all norms, in one tensor': (name, [N, K]) => {
      if (K !== undefined && /\.attn\.c_proj\./.test(name)) {
        return rows(tensor('projections', [2 * N, K]), name.startsWith('h.0') ? 0 : N, N);
      }
      const norm = /^h\.([01])\.ln_([12])\.(weight|bias)$/.exec(name);
      if (!norm) return undefined;
      const place = Number(norm[1]) * 4 + (Number(norm[2]) - 1) * 2 + (norm[3] === 'bias' ? 1 : 0);
      return rows(tensor('norms', [8 * N]), place * N, N);
    },
  };
}
