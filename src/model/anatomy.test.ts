// What is said of each family's layers is what its golden model is made of.
import { describe, expect, test } from 'vitest';
import { type GoldenName, goldenNames, loadGolden } from '../../e2e/support/golden.ts';
import { type Anatomy, anatomyOf, keyHeadOf } from './anatomy.ts';
import { buildGraph } from './architectures/architectures.ts';

async function read(name: GoldenName): Promise<Anatomy> {
  return anatomyOf(buildGraph((await loadGolden(name)).config).graph);
}

test.each<[GoldenName, object]>([
  ['gpt2-f32', { positions: 'learned', window: null, headNorms: null, pairs: 0 }],
  ['llama-gqa', { positions: 'rotary', window: null, headNorms: null, pairs: 8, interleaved: false }],
  ['mistral-window', { positions: 'rotary', window: 24, pairs: 12 }],
  ['qwen3', { positions: 'rotary', headNorms: 'head', pairs: 16 }],
  ['olmo2', { positions: 'rotary', headNorms: 'row' }],
  ['phi3', { positions: 'rotary', pairs: 6 }],
  ['gemma2', { positions: 'rotary', window: 16, softcap: 50 }],
  ['gptj', { positions: 'rotary', interleaved: true, pairs: 4 }],
  ['bloom', { positions: 'linear biases', pairs: 0 }],
  ['opt', { positions: 'learned' }],
])('attention of %s: %j', async (name, wanted) => {
  expect((await read(name)).layers[0]?.attention).toMatchObject(wanted);
});

test('layers of a kind of their own', async () => {
  const kinds = async (name: GoldenName) => (await read(name)).layers.map(({ attention }) => attention);
  expect((await kinds('smollm3')).map(each => each?.positions)).toEqual(['rotary', 'rotary', 'rotary', 'none']);
  expect((await kinds('gpt-neo')).map(each => each?.window)).toEqual([null, 16]);
  expect((await kinds('gemma3')).map(each => each?.window)).toEqual([16, 16, null, 16, 16, null]);
});

test.each<[GoldenName, object]>([
  ['gpt2-f32', { gated: false, activation: 'gelu_new', width: 128 }],
  ['llama-gqa', { gated: true, activation: 'silu', width: 160 }],
  ['gemma2', { gated: true, activation: 'gelu_new', width: 112 }],
  ['nanochat', { gated: false, activation: 'relu2', width: 144 }],
])('MLP of %s: %j', async (name, wanted) => {
  const { graph } = buildGraph((await loadGolden(name)).config);
  const { mlp } = anatomyOf(graph).layers[1]!;
  expect(mlp).toMatchObject(wanted);
  expect(graph.widths[mlp.first]).toBe(mlp.gated ? 2 * mlp.width : mlp.width);
});

describe('norms', () => {
  const has = async (name: GoldenName) => {
    const { norm, layers } = await read(name);
    const norms = layers[1]!.norms;
    return [norm, ...Object.values(norms).map(value => value !== null)];
  };

  test('before, after, both, and which kind', async () => {
    expect(await has('gpt2-f32')).toEqual(['layernorm', true, false, true, false]);
    expect(await has('llama-gqa')).toEqual(['rmsnorm', true, false, true, false]);
    expect(await has('olmo2')).toEqual(['rmsnorm', false, true, false, true]);
    expect(await has('gemma2')).toEqual(['rmsnorm', true, true, true, true]);
    expect(await has('gptj')).toEqual(['layernorm', true, false, true, false]);
  });
});

test('parallel parts, and heads that share keys', async () => {
  const parallel = async (name: GoldenName) => (await read(name)).layers.map(layer => layer.parallel);
  expect(await parallel('gptj')).toEqual([true, true]);
  expect(await parallel('gpt-neox')).toEqual([true, true]);
  expect(await parallel('llama-gqa')).toEqual([false, false]);
  const smollm2 = await read('smollm2');
  expect(Array.from({ length: 9 }, (_, head) => keyHeadOf(head, smollm2))).toEqual([0, 0, 0, 1, 1, 1, 2, 2, 2]);
});

test.each(goldenNames)('%s can be read whole', async name => {
  const { graph } = buildGraph((await loadGolden(name)).config);
  const { layers } = anatomyOf(graph);
  expect(layers).toHaveLength(graph.dims.n_layer);
  for (const { norms, mlp } of layers)
    for (const value of [...Object.values(norms), mlp.first, mlp.activated])
      if (value !== null) expect(graph.widths).toHaveProperty([value]);
});
