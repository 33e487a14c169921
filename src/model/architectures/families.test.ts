// Configurations of the families beside GPT-2: what changes numbers is honoured or refused by its name, with each family's own defaults.

import { describe, expect, test } from 'vitest';
import { NucleusError } from '../../lib/error.ts';
import type { AttentionOp, Graph } from '../ir/graph.ts';
import { mixersOf } from '../ir/mixers.ts';
import { parameterCount } from '../ir/size.ts';
import { fuse } from '../rewrites/fuse.ts';
import { buildGraph } from './architectures.ts';

const SMALL = {
  hidden_size: 32,
  intermediate_size: 48,
  num_hidden_layers: 4,
  num_attention_heads: 4,
  num_key_value_heads: 2,
  vocab_size: 50,
  max_position_embeddings: 64,
};
const graphOf = (model_type: string, more: object = {}): Graph => buildGraph({ model_type, ...SMALL, ...more }).graph;
const attention = (graph: Graph) => graph.ops.filter((op): op is AttentionOp => op.op === 'attention');
const windows = (graph: Graph) => attention(graph).map(({ window }) => window ?? null);

function refusal(build: () => unknown): { code: string; field: unknown; message: string } {
  try {
    build();
  } catch (error) {
    if (error instanceof NucleusError) return { code: error.code, field: error.detail.field, message: error.message };
    throw error;
  }
  throw new Error('nothing was refused');
}

test.each<[string, boolean]>([
  ['llama', false],
  ['mistral', false],
  ['qwen2', false],
  ['qwen3', false],
  ['phi3', false],
  ['smollm3', true],
  ['granite', false],
  ['olmo2', false],
  ['gemma2', true],
  ['gemma3_text', true],
  ['nanochat', false],
  ['starcoder2', true],
  ['lfm2', true],
  ['qwen3_5_text', false],
  ['gpt_neox', false],
])('%s: the head is the embedding unless the file says otherwise: %s', (model_type, tied) => {
  const more = model_type === 'gpt_neox' ? { num_key_value_heads: undefined } : {};
  const isTied = (graph: Graph) => graph.ops.some(op => op.op === 'embedding' && op.table === graph.head);
  expect(isTied(graphOf(model_type, more))).toBe(tied);
  expect(isTied(graphOf(model_type, { ...more, tie_word_embeddings: !tied }))).toBe(!tied);
});

describe('windows', () => {
  test('Mistral: all layers, 4,096 where the file is silent, none where it says null', () => {
    expect(windows(graphOf('mistral', { sliding_window: 5 }))).toEqual([5, 5, 5, 5]);
    expect(windows(graphOf('mistral'))).toEqual([4096, 4096, 4096, 4096]);
    expect(windows(graphOf('mistral', { sliding_window: null }))).toEqual([null, null, null, null]);
  });

  test('Qwen: only if asked for, from a layer on, or as the file lists them', () => {
    const asked = { use_sliding_window: true, sliding_window: 5, max_window_layers: 3 };
    expect(windows(graphOf('qwen2', { sliding_window: 5, max_window_layers: 0 }))).toEqual([null, null, null, null]);
    expect(windows(graphOf('qwen3', asked))).toEqual([null, null, null, 5]);
    const layer_types = ['sliding_attention', 'full_attention', 'full_attention', 'full_attention'];
    expect(windows(graphOf('qwen2', { ...asked, layer_types }))).toEqual([5, null, null, null]);
  });

  test('Gemma: every second layer, or all but every sixth', () => {
    expect(windows(graphOf('gemma2', { sliding_window: 5 }))).toEqual([5, null, 5, null]);
    const pattern = { sliding_window: 5, sliding_window_pattern: 3 };
    expect(windows(graphOf('gemma3_text', pattern))).toEqual([5, 5, null, 5]);
  });

  test('SmolLM3: those without positions', () => {
    const asked = { use_sliding_window: true, sliding_window: 5, no_rope_layers: [1, 0, 1, 1] };
    const graph = graphOf('smollm3', asked);
    expect(windows(graph)).toEqual([null, 5, null, null]);
    expect(graph.ops.filter(op => op.op === 'rotary')).toHaveLength(3);
  });

  test('GPT-Neo: its local layers', () => {
    const sizes = { hidden_size: 32, num_layers: 4, num_heads: 4, vocab_size: 50, max_position_embeddings: 64 };
    const config = { model_type: 'gpt_neo', ...sizes, attention_types: [[['global', 'local'], 2]], window_size: 7 };
    expect(windows(buildGraph(config).graph)).toEqual([null, 7, null, 7]);
    const other = refusal(() => buildGraph({ ...config, attention_types: [[['global'], 3]] }));
    expect(other).toMatchObject({ code: 'unsupported_config', field: 'attention_types' });
  });
});

describe('Gemma 3 as the text part of a larger model', () => {
  const text_config = {
    ...SMALL,
    head_dim: 8,
    model_type: 'gemma3_text',
    sliding_window: 9,
    sliding_window_pattern: 2,
  };
  const { graph, config } = buildGraph({ model_type: 'gemma3', text_config, eos_token_id: [1, 6] });

  test('is read from text_config, ends of text from around it', () => {
    expect(graph.dims).toMatchObject({ n_layer: 4, n_embd: 32, head_size: 8 });
    expect(config.eos_token_ids).toEqual([1, 6]);
  });

  test('has a base a kind of layer', () => {
    expect(graph.rotary.map(({ inv_freq }) => inv_freq[1]!)).toEqual([10_000 ** -0.25, 1_000_000 ** -0.25]);
  });
});

test('factors, caps and scales stand where the family has them', () => {
  const granite = graphOf('granite', {
    embedding_multiplier: 12,
    residual_multiplier: 0.5,
    attention_multiplier: 0.1,
    logits_scaling: 4,
  });
  expect(granite.ops.flatMap(op => (op.op === 'scale' ? [op.factor] : []))).toEqual([
    12,
    ...Array<number>(8).fill(0.5),
  ]);
  expect(attention(granite)[0]!.scale).toBe(0.1);
  expect(granite.logits).toEqual({ scale: 0.25 });
  const gemma = graphOf('gemma2', { query_pre_attn_scalar: 16 });
  expect(attention(gemma)[0]).toMatchObject({ scale: 0.25, softcap: 50 });
  expect(gemma.logits).toEqual({ softcap: 30 });
});

test('dispatches a layer: nine for a Llama, whatever its norms of heads; eleven with norms after; seven of the GPT-2 kind', () => {
  const perLayer = (model_type: string, more: object = {}) =>
    fuse(graphOf(model_type, more)).ops.length -
    fuse(graphOf(model_type, { ...more, num_hidden_layers: 3 })).ops.length;
  expect(perLayer('llama')).toBe(9);
  expect(perLayer('qwen3')).toBe(9);
  expect(perLayer('granite', { residual_multiplier: 0.5 })).toBe(9);
  expect(perLayer('gemma2')).toBe(11);
  expect(perLayer('olmo2', { num_key_value_heads: undefined })).toBe(9);
  expect(perLayer('starcoder2')).toBe(8);
  expect(perLayer('gpt_neox', { num_key_value_heads: undefined })).toBe(8);
});

test('a tensor that several weights, or several rows of one, are made of counts once', () => {
  const [qwen2, qwen3] = [graphOf('qwen2'), graphOf('qwen3', { head_dim: 8 })];
  // Two norms of 8 a layer, and no biases of 64.
  expect(parameterCount(qwen3) - parameterCount(qwen2)).toBe(4 * (16 - 64));
});

describe('refused by name', () => {
  test.each<[string, object, string]>([
    ['llama', { hidden_act: 'mish' }, 'hidden_act'],
    ['llama', { num_key_value_heads: 3 }, 'num_key_value_heads'],
    ['llama', { hidden_size: 30 }, 'hidden_size'],
    ['llama', { partial_rotary_factor: 0.5 }, 'partial_rotary_factor'],
    ['llama', { quantization_config: { quant_method: 'gptq' } }, 'quantization_config'],
    ['qwen2', { layer_types: ['full_attention'] }, 'layer_types'],
    ['qwen2', { layer_types: Array(4).fill('chunked_attention') }, 'layer_types'],
    ['gemma2', { use_bidirectional_attention: true }, 'use_bidirectional_attention'],
    ['opt', { word_embed_proj_dim: 16 }, 'word_embed_proj_dim'],
    ['opt', { do_layer_norm_before: false }, 'do_layer_norm_before'],
    ['opt', { _remove_final_layer_norm: true }, '_remove_final_layer_norm'],
    ['bloom', { n_inner: 17 }, 'n_inner'],
    ['gptj', { rotary_dim: 7 }, 'rotary_dim'],
    ['smollm3', { no_rope_layers: [1] }, 'no_rope_layers'],
  ])('%s with %j', (model_type, more, field) => {
    expect(refusal(() => graphOf(model_type, more))).toMatchObject({ code: 'unsupported_config', field });
  });

  test.each<[string, object]>([
    ['qwen3_moe', { num_experts: 128 }],
    ['mixtral', { num_local_experts: 8 }],
    ['deepseek_v3', { n_routed_experts: 256 }],
    ['llama', { num_local_experts: 4 }],
    ['gemma3', { text_config: { num_experts: 4 } }],
  ])('a mixture of experts: %s with %j', (model_type, more) => {
    const error = refusal(() => graphOf(model_type, more));
    expect(error).toMatchObject({ code: 'unsupported_model' });
    expect(error.message).toMatch(/a mixture of \d+ experts; only dense models are supported/);
  });
});

describe('layers that look back in other ways', () => {
  const weightShape = (graph: Graph, name: string) => graph.weights.find(weight => weight.name === name)?.shape;

  test('LFM2: those named, by number or by kind; all attend where the file names none', () => {
    expect(mixersOf(graphOf('lfm2'))).toEqual(['attention', 'attention', 'attention', 'attention']);
    const byNumber = graphOf('lfm2', { full_attn_idxs: [2] });
    expect(mixersOf(byNumber)).toEqual(['short_conv', 'short_conv', 'attention', 'short_conv']);
    const layer_types = ['full_attention', 'conv', 'conv', 'full_attention'];
    const byKind = graphOf('lfm2', { full_attn_idxs: [2], layer_types });
    expect(mixersOf(byKind)).toEqual(['attention', 'short_conv', 'short_conv', 'attention']);
    const other = refusal(() => graphOf('lfm2', { layer_types: ['conv', 'conv', 'linear_attention', 'conv'] }));
    expect(other).toMatchObject({ code: 'unsupported_config', field: 'layer_types' });
  });

  test('LFM2: the width of the MLP as the file means it', () => {
    const width = (more: object) => weightShape(graphOf('lfm2', more), 'layers.0.feed_forward.w2.weight')?.[1];
    expect(width({ block_auto_adjust_ff_dim: false })).toBe(48);
    expect(width({})).toBe(256);
    expect(width({ block_multiple_of: 5 })).toBe(35);
    expect(width({ block_multiple_of: 5, block_ffn_dim_multiplier: 1.3 })).toBe(45);
    expect(width({ block_ffn_dim_multiplier: null })).toBe(32);
    expect(width({ block_ff_dim: 90, block_multiple_of: 5 })).toBe(60);
  });

  test('LFM2: how many inputs a convolution sees, and biases where the file says so', () => {
    const layer_types = ['conv', 'conv', 'conv', 'full_attention'];
    const of = (more: object) => graphOf('lfm2', { layer_types, ...more });
    expect(weightShape(of({}), 'layers.0.conv.conv.weight')).toEqual([96]);
    expect(weightShape(of({ conv_L_cache: 5 }), 'layers.0.conv.conv.weight')).toEqual([160]);
    const biases = (graph: Graph) => graph.weights.filter(({ name }) => name.endsWith('.bias')).map(({ name }) => name);
    expect(biases(of({}))).toEqual([]);
    const all = ['in_proj', 'conv', 'out_proj'].map(part => `layers.0.conv.${part}.bias`);
    expect(biases(of({ conv_bias: true })).slice(0, 3)).toEqual(all);
  });

  const DELTA = {
    linear_num_key_heads: 2,
    linear_num_value_heads: 4,
    linear_key_head_dim: 6,
    linear_value_head_dim: 10,
  };

  test('Qwen3.5: every fourth layer attends, or every so many, or those named', () => {
    const kinds = (more: object) => mixersOf(graphOf('qwen3_5_text', { ...DELTA, ...more }));
    expect(kinds({})).toEqual(['delta_rule', 'delta_rule', 'delta_rule', 'attention']);
    expect(kinds({ full_attention_interval: 2 })).toEqual(['delta_rule', 'attention', 'delta_rule', 'attention']);
    const layer_types = ['full_attention', 'linear_attention', 'linear_attention', 'linear_attention'];
    expect(kinds({ layer_types })).toEqual(['attention', 'delta_rule', 'delta_rule', 'delta_rule']);
    const odd = refusal(() => graphOf('qwen3_5_text', { ...DELTA, linear_num_key_heads: 3 }));
    expect(odd).toMatchObject({ code: 'unsupported_config', field: 'linear_num_value_heads' });
  });

  test('Qwen3.5: a quarter of a head turns; sizes of the rule and its convolution', () => {
    const graph = graphOf('qwen3_5_text', { ...DELTA, head_dim: 16, linear_conv_kernel_dim: 3 });
    expect(graph.rotary.map(({ inv_freq }) => inv_freq.length)).toEqual([2]);
    expect(weightShape(graph, 'layers.0.linear_attn.conv1d.weight')).toEqual([3 * (2 * 12 + 40)]);
    expect(weightShape(graph, 'layers.0.linear_attn.in_proj.weight')).toEqual([64 + 40 + 8, 32]);
    expect(weightShape(graph, 'layers.3.self_attn.qkv.weight')).toEqual([2 * 64 + 2 * 32, 32]);
  });

  test('Qwen3.5: the text part of a larger model, whose head is tied as the whole says', () => {
    const text_config = { ...SMALL, ...DELTA, model_type: 'qwen3_5_text', tie_word_embeddings: false };
    const tied = (more: object) => {
      const { graph } = buildGraph({ model_type: 'qwen3_5', text_config, ...more });
      expect(graph.dims).toMatchObject({ n_layer: 4, n_embd: 32, head_size: 256 });
      return graph.head === 'embed_tokens.weight';
    };
    expect([tied({}), tied({ tie_word_embeddings: true })]).toEqual([false, true]);
  });
});
