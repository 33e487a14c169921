// What the graphs of structurally different families say of themselves, against their papers and configurations.
import { expect, test } from 'vitest';
import LFM2_CONFIG from '../../../e2e/golden/lfm2/config.json' with { type: 'json' };
import QWEN_CONFIG from '../../../e2e/golden/qwen3-5/config.json' with { type: 'json' };
import { buildGraph } from '../architectures/architectures.ts';
import { type Anatomy, anatomyOf } from './anatomy.ts';

const SMALL = {
  hidden_size: 32,
  intermediate_size: 48,
  num_hidden_layers: 4,
  num_attention_heads: 4,
  num_key_value_heads: 2,
  vocab_size: 50,
  max_position_embeddings: 64,
};
const of = (model_type: string, more: object = {}): Anatomy =>
  anatomyOf(buildGraph({ model_type, ...SMALL, ...more }).graph);
const alone = { num_key_value_heads: undefined };

test('GPT-2: two tables, layer norms before a plain MLP', () => {
  const { layers, ...model } = anatomyOf(buildGraph({ model_type: 'gpt2', n_layer: 2, n_embd: 32, n_head: 4 }).graph);
  expect(model).toEqual({
    idTable: 'wte',
    positionTable: 'wpe',
    firstPosition: 0,
    embeddingFactor: 1,
    embeddingNorm: false,
    norm: 'layernorm',
    additive: true,
    logits: { bias: false, scale: 1, softcap: null },
  });
  expect(layers).toHaveLength(2);
  expect(layers[0]).toEqual({
    turn: null,
    alibi: false,
    window: null,
    softcap: null,
    scale: 1 / Math.sqrt(8),
    headNorm: false,
    outputGate: false,
    normBefore: true,
    normAfter: false,
    partFactor: 1,
    parallel: false,
    activation: 'gelu_new',
    gated: false,
    inner: 128,
  });
});

test('Llama: turned heads and a gate', () => {
  const { layers, ...model } = of('llama', { rope_theta: 10_000 });
  expect(model).toMatchObject({ idTable: 'embed_tokens', positionTable: null, norm: 'rmsnorm', additive: true });
  expect(layers[3]).toMatchObject({
    turn: { columns: 8, interleaved: false },
    gated: true,
    activation: 'silu',
    inner: 48,
    normBefore: true,
    normAfter: false,
    headNorm: false,
    parallel: false,
  });
  expect(layers[0]?.turn?.longest).toBeCloseTo(2 * Math.PI * 10_000 ** 0.75, 6);
});

test('Gemma 2: norms before and after, caps, windows by layer, a factor on the embedding', () => {
  const { layers, ...model } = of('gemma2', { sliding_window: 8, head_dim: 8, query_pre_attn_scalar: 8 });
  expect(model).toMatchObject({ norm: 'rmsnorm', additive: true, logits: { scale: 1, softcap: 30 } });
  expect(model.embeddingFactor).toBeCloseTo(Math.sqrt(32), 1);
  expect(layers.map(({ window }) => window)).toEqual([8, null, 8, null]);
  expect(layers[1]).toMatchObject({ normBefore: true, normAfter: true, softcap: 50, gated: true, headNorm: false });
});

test('norms of queries and keys', () => {
  expect(of('qwen3').layers[0]).toMatchObject({ headNorm: true, normBefore: true, normAfter: false });
  expect(of('olmo2').layers[0]).toMatchObject({ headNorm: true, normBefore: false, normAfter: true });
  expect(of('nanochat', { hidden_act: 'relu2' }).layers[0]).toMatchObject({ headNorm: true, activation: 'relu2' });
  expect(of('nanochat').embeddingNorm).toBe(true);
});

test('Granite: four factors', () => {
  const factors = { embedding_multiplier: 12, residual_multiplier: 0.5, attention_multiplier: 0.25, logits_scaling: 8 };
  const { layers, ...model } = of('granite', factors);
  expect(model).toMatchObject({ embeddingFactor: 12, logits: { scale: 1 / 8 }, additive: true });
  expect(layers[0]).toMatchObject({ partFactor: 0.5, scale: 0.25, normAfter: false });
});

test('attention and MLP side by side', () => {
  const neox = of('gpt_neox', { ...alone, rotary_pct: 0.25, use_parallel_residual: true });
  expect(neox).toMatchObject({ norm: 'layernorm', additive: true, idTable: 'embed_in' });
  expect(neox.layers[0]).toMatchObject({ parallel: true, gated: false, turn: { columns: 2, interleaved: false } });
  expect(of('gpt_neox', { ...alone, use_parallel_residual: false }).layers[0]?.parallel).toBe(false);
  const gptj = anatomyOf(
    buildGraph({
      model_type: 'gptj',
      n_layer: 2,
      n_embd: 32,
      n_head: 4,
      rotary_dim: 4,
      n_positions: 64,
      vocab_size: 50,
    }).graph,
  );
  expect(gptj).toMatchObject({ additive: true, logits: { bias: true } });
  expect(gptj.layers[1]).toMatchObject({ parallel: true, turn: { columns: 4, interleaved: true } });
});

test('BLOOM: linear biases, a norm on the embedding, and a stream that is not a sum where the norm is added to', () => {
  const bloom = (more: object = {}) =>
    anatomyOf(
      buildGraph({ model_type: 'bloom', n_layer: 2, hidden_size: 32, n_head: 4, vocab_size: 50, ...more }).graph,
    );
  expect(bloom()).toMatchObject({ positionTable: null, embeddingNorm: true, additive: true, norm: 'layernorm' });
  expect(bloom().layers[0]).toMatchObject({ alibi: true, turn: null, parallel: false });
  expect(bloom({ apply_residual_connection_post_layernorm: true }).additive).toBe(false);
});

test('OPT: positions from the third row of their table; SmolLM3: layers without positions', () => {
  const opt = of('opt', { ...alone, ffn_dim: 48, word_embed_proj_dim: 32, activation_function: 'relu' });
  expect(opt).toMatchObject({ positionTable: 'embed_positions', firstPosition: 2 });
  const { layers } = of('smollm3', { no_rope_layers: [1, 1, 1, 0] });
  expect(layers.map(({ turn }) => turn !== null)).toEqual([true, true, true, false]);
});

test('LFM2 and Qwen 3.5: layers without attention, a gate behind the heads', () => {
  const golden = (json: object) => anatomyOf(buildGraph(json).graph);
  const lfm2 = golden(LFM2_CONFIG);
  expect(lfm2.layers.map(({ scale }) => scale !== null)).toEqual([false, true, false, true]);
  expect(lfm2.layers.map(({ turn }) => turn !== null)).toEqual([false, true, false, true]);
  expect(lfm2.layers[1]).toMatchObject({ headNorm: true, gated: true, normBefore: true, outputGate: false });
  expect(lfm2.layers[0]).toMatchObject({ headNorm: false, gated: true, activation: 'silu', normBefore: true });
  const qwen = golden(QWEN_CONFIG);
  expect(qwen.layers.map(({ outputGate }) => outputGate)).toEqual([false, false, false, true]);
  expect(qwen.layers[3]).toMatchObject({ headNorm: true, gated: true, turn: { columns: 8 } });
  expect([lfm2.additive, qwen.additive]).toEqual([true, true]);
});
