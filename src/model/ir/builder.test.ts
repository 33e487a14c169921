// What the builder makes of recipes and roles: an architecture whose queries, keys and values lie apart runs as one whose lie in one matrix.
import { expect, test } from 'vitest';
import { noise } from '../../../e2e/support/kernel-run.ts';
import { run } from '../../reference/run.ts';
import { fuse } from '../rewrites/fuse.ts';
import { withLens } from '../rewrites/lens.ts';
import { GraphBuilder } from './builder.ts';
import type { Graph } from './graph.ts';
import { concat, type Recipe, tensor, tensorsOf } from './recipe.ts';

const C = 6;
const DIMS = { n_layer: 1, n_embd: C, n_head: 2, n_kv_head: 2, head_size: 3, n_ctx: 8, vocab_size: 5 };
const WHOLE = tensor('qkv', [3 * C, C]);
const APART = concat(tensor('q', [C, C]), tensor('k', [C, C]), tensor('v', [C, C]));

function model(qkv: Recipe): Graph {
  const g = new GraphBuilder(DIMS);
  const x = g.embedded(g.embedding('tokens', DIMS.vocab_size, 'id'));
  const made = g.linear('qkv', x, qkv);
  g.kvAppend(0, { value: made, offset: C, width: C }, { value: made, offset: 2 * C, width: C });
  const heads = g.attention('heads', { layer: 0, q: { value: made, offset: 0, width: C }, scale: 0.5 });
  const attention = g.linear('out', heads, tensor('out', [C, C]), tensor('out.bias', [C]));
  const inner = g.activation('act', g.linear('inner', g.add('mid', x, attention), tensor('inner', [4, C])), 'relu');
  const mlp = g.linear('outer', inner, tensor('outer', [C, 4]));
  const residual = g.layer({ heads, attention, mlp, residual: g.add('after', 'mid', mlp) });
  return g.graph('test', g.layernorm('norm', residual, 1e-5), g.head('tokens.weight'));
}

test('apart or whole, with a bias or without, plain or fused: the same logits', () => {
  const [whole, apart] = [model(WHOLE), model(APART)];
  const qkv = noise(3 * C * C, 1);
  const leaves = whole.weights.flatMap(({ from }) => tensorsOf(from));
  const tensors = new Map(leaves.map(({ name, shape: [n, k = 1] }, i) => [name, noise(n * k, i + 2)]));
  tensors.set('qkv', qkv);
  for (const [i, name] of ['q', 'k', 'v'].entries()) tensors.set(name, qkv.slice(i * C * C, (i + 1) * C * C));
  const logits = (graph: Graph) => [...run(graph, tensors, [1, 4, 2]).logits(2)];
  const wanted = logits(whole);
  expect(new Set(wanted).size).toBe(DIMS.vocab_size);
  for (const graph of [apart, fuse(apart), withLens(apart).graph]) expect(logits(graph)).toEqual(wanted);
  expect(apart.weights.find(({ name }) => name === 'qkv.weight')?.shape).toEqual([3 * C, C]);
  expect(fuse(apart).ops.filter(({ op }) => op === 'bias')).toEqual([]);
});

test('a role of the wrong width, a layer without roles and a matrix that does not fit are refused', () => {
  const g = new GraphBuilder(DIMS);
  const x = g.embedded(g.embedding('tokens', DIMS.vocab_size, 'id'));
  expect(() => g.linear('narrow', x, tensor('narrow', [C, C - 1]))).toThrow('takes what');
  const wide = g.linear('wide', x, tensor('wide', [2 * C, C]));
  expect(() => g.layer({ heads: wide, attention: x, mlp: x, residual: x })).toThrow('a column for each head');
  expect(() => g.layer({ heads: x, attention: x, mlp: wide, residual: x })).toThrow('as wide as');
  expect(() => g.graph('test', x, g.head('tokens.weight'))).toThrow('every layer has its roles');
});
