// What a step has to move and to compute, counted by hand for small models and against the layout of their weights, in Node.
import { expect, test } from 'vitest';
import { allIn } from '../../../e2e/support/kernel-run.ts';
import { GPT2_124M_CONFIG } from '../../../e2e/support/random-model.ts';
import { layoutWeights, partBytes, type WeightLayouts } from '../../gpu/layout.ts';
import { type BodyKind, bodyKinds, bodyPlan, headPlan } from '../../gpu/session-plans.ts';
import type { StorageName } from '../../gpu/storage/storages.ts';
import { buildGraph } from '../../model/architectures/architectures.ts';
import type { Graph } from '../../model/ir/graph.ts';
import { fuse } from '../../model/rewrites/fuse.ts';
import { withKv } from '../../model/rewrites/half-keys.ts';
import { type Cost, costsOf, headCosts } from './cost.ts';

const GPU = { kernelClass: 'barrier_free', lanes: 0, tuned: new Map(), off: new Set<string>() } as const;
const LLAMA = {
  model_type: 'llama',
  hidden_size: 64,
  intermediate_size: 96,
  num_hidden_layers: 3,
  num_attention_heads: 4,
  num_key_value_heads: 2,
  max_position_embeddings: 4096,
  vocab_size: 256,
  rms_norm_eps: 1e-5,
  hidden_act: 'silu',
  tie_word_embeddings: false,
};
const GEMMA = { ...LLAMA, model_type: 'gemma2', head_dim: 16, hidden_act: 'gelu_pytorch_tanh' };

interface Counted {
  readonly graph: Graph;
  readonly weights: WeightLayouts;
  readonly costs: readonly (Cost & { readonly label: string })[];
}

function count(
  config: object,
  kind: BodyKind,
  positions: readonly number[],
  { storage = 'f16', limit = 2 ** 31, kv }: { storage?: StorageName; limit?: number; kv?: 'f16' } = {},
): Counted {
  const graph = fuse(withKv(buildGraph(config).graph, kv));
  const weights = layoutWeights(graph, allIn(storage), limit);
  const step = { graph, weights, positions };
  const head = headPlan(GPU, graph, weights);
  const planned = bodyPlan(GPU, graph, weights, kind);
  const labels = [...planned.flatMap(({ dispatches }) => dispatches), ...head].map(({ label }) => label);
  const costs = [...planned.flatMap(each => costsOf(step, each)), ...headCosts(step, head.length)];
  expect(costs).toHaveLength(labels.length);
  return { graph, weights, costs: costs.map((cost, i) => ({ ...cost, label: labels[i] ?? '' })) };
}

const total = ({ costs }: Counted, key: keyof Cost) => costs.reduce((sum, cost) => sum + cost[key], 0);
const named = ({ costs }: Counted, start: string) => costs.filter(({ label }) => label.startsWith(start));

/** Bytes of a matrix, all its parts. */
function matrixBytes({ weights }: Counted, name: string): number {
  const matrix = weights.matrices.get(name);
  if (!matrix) throw new Error(name);
  return matrix.parts.reduce((sum, part) => sum + partBytes(matrix, part), 0);
}

/** All of every matrix and vector, but of the embeddings `rows` rows each. */
function wanted(counted: Counted, tables: readonly string[], rows: number): number {
  const { weights } = counted;
  const vectors = [...weights.vectors.values()].reduce((sum, { length }) => sum + 4 * length, 0);
  const matrices = [...weights.matrices.values()].reduce((sum, { name, cols, parts }) => {
    const row = parts[0]?.storage.strideBytes(cols) ?? 0;
    const used = tables.includes(name) ? rows * row : 0;
    return sum + used + (tables.includes(name) && name !== counted.graph.head ? 0 : matrixBytes(counted, name));
  }, 0);
  return matrices + vectors;
}

test('a decode step reads every weight once, of embeddings a row, and the keys and values up to its own', () => {
  for (const storage of ['f32', 'f16', 'q8_0', 'q4_0'] as const) {
    const gpt2 = count(GPT2_124M_CONFIG, 'row', [9], { storage });
    expect(total(gpt2, 'weightBytes')).toBe(wanted(gpt2, ['wte.weight', 'wpe.weight'], 1));
    expect(total(gpt2, 'cacheBytes')).toBe(12 * 10 * 2 * 768 * 4);
  }
  // Two operations a weight, a little more for norms, biases and attention.
  const { costs } = count(GPT2_124M_CONFIG, 'row', [0]);
  const flops = costs.reduce((sum, cost) => sum + cost.flops, 0);
  const products = 2 * (12 * 12 * 768 ** 2 + 50_257 * 768);
  expect(flops).toBeGreaterThan(products);
  expect(flops).toBeLessThan(1.01 * products);
});

test('a product and its gate in one dispatch; keys in stretches; keys and values in half the bytes', () => {
  const llama = count(LLAMA, 'row', [100]);
  const pair = llama.costs.find(({ label }) => label.endsWith('(linear_gated_row)'));
  // x in, the gated product out: what lies between is in no buffer.
  expect(pair).toMatchObject({ valueBytes: 4 * (64 + 96), flops: 2 * 192 * 64 + 5 * 96 });
  expect(total(llama, 'cacheBytes')).toBe(3 * 101 * 2 * 2 * 16 * 4);
  // Output and residual in, their sum and its norm out, two rows of factors.
  const norms = count(GEMMA, 'row', [100]).costs.find(({ label }) => label.endsWith('(rmsnorm_twice)'));
  expect(norms).toMatchObject({ valueBytes: 4 * 4 * 64, weightBytes: 2 * 4 * 64, flops: 2 * 5 * 64 });

  expect(bodyKinds(GPU, llama.graph)).toEqual(['row', 'long', 'tile']);
  const long = count(LLAMA, 'long', [1000], { kv: 'f16' });
  const [cut, join] = long.costs.filter(({ label }) => /\(attention_(split|join)/.test(label));
  expect([cut?.cacheBytes, join?.cacheBytes]).toEqual([1001 * 2 * 2 * 16 * 2, 0]);
  expect(total(long, 'weightBytes')).toBe(total(llama, 'weightBytes'));
});

test('a matrix in parts costs what it costs whole, but that each part reads the row; a prefill reads each weight once', () => {
  const whole = count(GPT2_124M_CONFIG, 'row', [3]);
  const parts = count(GPT2_124M_CONFIG, 'row', [3], { limit: 2 ** 20 });
  const of = (counted: Counted) => named(counted, 'h.5.mlp.c_fc');
  expect(of(parts).length).toBeGreaterThan(1);
  const sum = (key: keyof Cost) => of(parts).reduce((all, cost) => all + cost[key], 0);
  const [one] = of(whole);
  expect(sum('weightBytes')).toBeCloseTo(one?.weightBytes ?? 0, 6);
  expect(sum('flops')).toBe(one?.flops);
  expect(sum('valueBytes')).toBe((one?.valueBytes ?? 0) + (of(parts).length - 1) * 4 * 768);

  const rows = Array.from({ length: 16 }, (_, i) => i);
  const prefill = count(GPT2_124M_CONFIG, 'tile', rows);
  expect(total(prefill, 'weightBytes')).toBe(wanted(prefill, ['wte.weight', 'wpe.weight'], 16));
  // Of the cache all rows together see 16 positions; row t scores t + 1 of them.
  const [attention] = named(prefill, 'h.0.attn (');
  expect(attention).toMatchObject({ cacheBytes: 16 * 2 * 768 * 4, flops: 12 * 136 * (4 * 64 + 5) });
});

test('a window bounds what is read', () => {
  const mistral = count({ ...LLAMA, model_type: 'mistral', sliding_window: 32 }, 'row', [100]);
  expect(total(mistral, 'cacheBytes')).toBe(3 * 32 * 2 * 2 * 16 * 4);
});
