// Every field of config.json that changes numbers is honoured or refused by its name.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { NucleusError } from '../../lib/error.ts';
import type { AttentionOp } from '../ir/graph.ts';
import { buildGraph } from './architectures.ts';
import { parseConfig } from './gpt2-config.ts';

const config = { model_type: 'gpt2', n_layer: 3, n_head: 2, n_embd: 8, n_positions: 16, vocab_size: 11 };

function refusal(fields: Record<string, unknown>): { code: string; field: unknown; message: string } {
  try {
    buildGraph({ ...config, ...fields });
  } catch (error) {
    if (!(error instanceof NucleusError)) throw error;
    return { code: error.code, field: error.detail.field, message: error.message };
  }
  throw new Error('nothing was refused');
}

describe('parseConfig', () => {
  test("defaults are those of transformers' GPT2Config", () => {
    expect(parseConfig({ model_type: 'gpt2' })).toEqual({
      model_type: 'gpt2',
      n_layer: 12,
      n_head: 12,
      n_embd: 768,
      n_positions: 1024,
      vocab_size: 50_257,
      n_inner: 3072,
      activation_function: 'gelu_new',
      layer_norm_epsilon: 1e-5,
      scale_attn_weights: true,
      scale_attn_by_inverse_layer_idx: false,
      tie_word_embeddings: true,
      bos_token_id: 50_256,
      eos_token_ids: [50_256],
    });
  });

  test('sizes, under either of their names', () => {
    expect(parseConfig({ ...config, n_inner: null })).toMatchObject({ n_layer: 3, n_inner: 32 });
    expect(parseConfig({ ...config, n_inner: 70 }).n_inner).toBe(70);
    const synonyms = { num_hidden_layers: 5, num_attention_heads: 4, hidden_size: 20, max_position_embeddings: 33 };
    expect(parseConfig({ model_type: 'gpt2', ...synonyms })).toMatchObject({
      n_layer: 5,
      n_head: 4,
      n_embd: 20,
      n_positions: 33,
    });
    expect(refusal({ hidden_size: 16 })).toMatchObject({ code: 'unsupported_config', field: 'n_embd' });
  });

  test('n_positions rules over n_ctx, which counts only alone', () => {
    expect(parseConfig({ ...config, n_ctx: 8 }).n_positions).toBe(16);
    expect(parseConfig({ model_type: 'gpt2', n_ctx: 8 }).n_positions).toBe(8);
  });

  test.each(['mamba', 'gpt_bigcode', 'GPT2', '', null, 7, undefined])('model_type %j is not supported', model_type => {
    const error = refusal({ model_type });
    expect(error).toMatchObject({ code: 'unsupported_model', field: 'model_type' });
    expect(error.message).toContain('supported: gpt2');
  });

  test.each([[null], [[config]], ['gpt2'], [3], [undefined]])('%j is not an object', json => {
    expect(() => parseConfig(json)).toThrow(expect.objectContaining({ code: 'bad_json' }));
  });

  test('activations and their spellings', () => {
    const kind = (activation_function: string) => parseConfig({ ...config, activation_function }).activation_function;
    expect(['gelu_new', 'gelu_pytorch_tanh', 'gelu_fast'].map(kind)).toEqual(['gelu_new', 'gelu_new', 'gelu_new']);
    expect(kind('gelu')).toBe('gelu');
    expect(kind('relu')).toBe('relu');
    for (const name of ['leaky_relu', 'gelu_10', 'tanh', 'toString', '__proto__']) {
      const error = refusal({ activation_function: name });
      expect(error).toMatchObject({ code: 'unsupported_config', field: 'activation_function' });
      expect(error.message).toContain(name);
    }
    expect(refusal({ activation_function: ['gelu'] })).toMatchObject({
      code: 'bad_json',
      field: 'activation_function',
    });
  });

  test('gelu_new, gelu_pytorch_tanh and gelu_fast are one function', () => {
    // The three published forms, in f64: only gelu_fast differs, by the tenth digit of its constant.
    const gelu_new = (x: number) => 0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3)));
    const gelu_pytorch_tanh = (x: number) => {
      const beta = Math.SQRT2 * (2 / Math.sqrt(Math.PI)) * 0.5;
      return 0.5 * x * (1 + Math.tanh(beta * (x + 0.044715 * x * x * x)));
    };
    const gelu_fast = (x: number) => 0.5 * x * (1 + Math.tanh(x * 0.7978845608 * (1 + 0.044715 * x * x)));
    fc.assert(
      fc.property(fc.double({ min: -40, max: 40, noNaN: true }), x => {
        expect(Math.abs(gelu_pytorch_tanh(x) - gelu_new(x))).toBeLessThan(1e-14 * (1 + Math.abs(x)));
        expect(Math.abs(gelu_fast(x) - gelu_new(x))).toBeLessThan(1e-11);
      }),
    );
  });

  test.each([
    ['n_layer', 0],
    ['n_layer', 1e9],
    ['n_head', -2],
    ['n_head', 3],
    ['n_embd', 8.5],
    ['n_embd', 1e7],
    ['n_positions', Number.NaN],
    ['n_positions', 2 ** 53],
    ['vocab_size', 1e12],
    ['n_inner', Number.POSITIVE_INFINITY],
    ['layer_norm_epsilon', 0],
    ['layer_norm_epsilon', -1e-5],
    ['layer_norm_epsilon', 2],
    ['add_cross_attention', true],
    ['is_encoder_decoder', true],
    ['pruned_heads', { 0: [1] }],
    ['quantization_config', { bits: 4 }],
    ['eos_token_id', -1],
    ['bos_token_id', 1.5],
    ['eos_token_id', [3, -4]],
  ])('%s %j is refused', (field, value) => {
    const named = field === 'n_head' && value === 3 ? 'n_embd' : field;
    const error = refusal({ [field]: value });
    expect(error).toMatchObject({ code: 'unsupported_config', field: named });
    expect(error.message).toContain(named);
  });

  test.each([
    ['n_layer', '12'],
    ['n_layer', null],
    ['n_embd', [8]],
    ['vocab_size', {}],
    ['n_inner', 'wide'],
    ['layer_norm_epsilon', '1e-5'],
    ['scale_attn_weights', 1],
    ['scale_attn_by_inverse_layer_idx', 'yes'],
    ['reorder_and_upcast_attn', null],
    ['tie_word_embeddings', 0],
    ['add_cross_attention', 'no'],
    ['bos_token_id', '<s>'],
    ['eos_token_id', [3, '4']],
  ])('%s %j is malformed', (field, value) => {
    expect(refusal({ [field]: value })).toMatchObject({ code: 'bad_json', field });
  });

  test('what changes no numbers is let through', () => {
    const harmless = { attn_pdrop: 0.1, task_specific_params: {}, pruned_heads: {}, quantization_config: null };
    expect(parseConfig({ ...config, ...harmless, reorder_and_upcast_attn: true })).toEqual(parseConfig(config));
  });

  test('ids: one, several, none, and those outside the vocabulary', () => {
    const ids = (fields: object) => {
      const { bos_token_id, eos_token_ids } = parseConfig({ ...config, ...fields });
      return [bos_token_id, eos_token_ids];
    };
    expect(ids({ bos_token_id: 1, eos_token_id: 10 })).toEqual([1, [10]]);
    expect(ids({ bos_token_id: 0, eos_token_id: [3, 4, 3] })).toEqual([0, [3, 4]]);
    expect(ids({ bos_token_id: null, eos_token_id: null })).toEqual([null, []]);
    expect(ids({ bos_token_id: 11, eos_token_id: [50_256, 2] })).toEqual([null, [2]]);
    expect(ids({})).toEqual([null, []]);
  });

  test('any JSON gives a checked configuration or a named error', () => {
    const json = fc.record(
      {
        model_type: fc.constant('gpt2'),
        n_layer: fc.oneof(fc.jsonValue(), fc.integer()),
        n_head: fc.oneof(fc.jsonValue(), fc.integer()),
        n_embd: fc.oneof(fc.jsonValue(), fc.integer()),
        n_inner: fc.jsonValue(),
        activation_function: fc.jsonValue(),
        eos_token_id: fc.jsonValue(),
      },
      { requiredKeys: ['model_type'] },
    );
    fc.assert(
      fc.property(json, value => {
        try {
          const parsed = parseConfig(value);
          expect(parsed.n_embd % parsed.n_head).toBe(0);
          expect(parsed.n_layer).toBeGreaterThan(0);
        } catch (error) {
          expect(error).toBeInstanceOf(NucleusError);
        }
      }),
    );
  });
});

describe('the graph honours the config', () => {
  const scales = (fields: object) =>
    buildGraph({ ...config, ...fields })
      .graph.ops.filter((op): op is AttentionOp => op.op === 'attention')
      .map(op => op.scale);

  test('attention scales', () => {
    expect(scales({})).toEqual([0.5, 0.5, 0.5]);
    expect(scales({ scale_attn_weights: false })).toEqual([1, 1, 1]);
    expect(scales({ scale_attn_by_inverse_layer_idx: true })).toEqual([0.5, 0.25, 0.5 / 3]);
    expect(scales({ scale_attn_weights: false, scale_attn_by_inverse_layer_idx: true })).toEqual([1, 0.5, 1 / 3]);
  });

  test('epsilon, inner width, activation, head', () => {
    const { graph } = buildGraph({
      ...config,
      layer_norm_epsilon: 1e-4,
      n_inner: 70,
      activation_function: 'relu',
      tie_word_embeddings: false,
    });
    const norms = graph.ops.filter(op => op.op === 'layernorm');
    expect(norms).toHaveLength(7);
    expect(norms.every(op => op.eps === 1e-4)).toBe(true);
    expect(graph.widths['h.2.mlp.act']).toBe(70);
    const kinds = graph.ops.filter(op => op.op === 'activation').map(op => op.kind);
    expect(kinds).toEqual(['relu', 'relu', 'relu']);
    expect(graph.head).toBe('lm_head.weight');
    expect(graph.weights.at(-3)).toMatchObject({ name: 'lm_head.weight', shape: [11, 8] });
    expect(buildGraph(config).graph.head).toBe('wte.weight');
  });
});
