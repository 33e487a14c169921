// Headers as they are found in the wild: prefixes, masks, heads, and what is wrong with bad ones.

import { describe, expect, test } from 'vitest';
import { NucleusError } from '../lib/error.ts';
import { buildGraph } from './architectures/architectures.ts';
import { matchWeights, type TensorShape } from './checkpoint.ts';
import type { Graph } from './ir/graph.ts';
import { tensorsOf } from './ir/recipe.ts';
import { parameterCount } from './ir/size.ts';

const sizes = { model_type: 'gpt2', n_layer: 2, n_head: 2, n_embd: 8, n_positions: 16, vocab_size: 11 };
const { graph: tied } = buildGraph(sizes);
const { graph: untied } = buildGraph({ ...sizes, tie_word_embeddings: false });

const storedTensors = (graph: Graph) => graph.weights.flatMap(({ from }) => tensorsOf(from));

function header(graph: Graph, prefix = '', dtype = 'F32'): Map<string, TensorShape> {
  return new Map(
    storedTensors(graph).map(({ name, shape }) => [name === 'lm_head.weight' ? name : prefix + name, { dtype, shape }]),
  );
}

function thrown(run: () => unknown): NucleusError {
  try {
    run();
  } catch (error) {
    if (error instanceof NucleusError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

describe('matchWeights', () => {
  test.each(['', 'transformer.', 'model.', '_orig_mod.module.transformer.'])(
    'names with the prefix "%s", and masks ignored',
    prefix => {
      const tensors = header(tied, prefix);
      for (const layer of [0, 1]) {
        tensors.set(`${prefix}h.${layer}.attn.bias`, { dtype: 'U8', shape: [1, 1, 16, 16] });
        tensors.set(`${prefix}h.${layer}.attn.masked_bias`, { dtype: 'F32', shape: [] });
      }
      const { tensorOf, unknown } = matchWeights(tied, tensors);
      expect(unknown).toEqual([]);
      expect(tensorOf.size).toBe(4 + 2 * 12);
      for (const spec of tied.weights) expect(tensorOf.get(spec.name)).toBe(prefix + spec.name);
    },
  );

  test('published gpt2: shapes of its header', () => {
    const { graph } = buildGraph({ model_type: 'gpt2' });
    const shapes = new Map(storedTensors(graph).map(({ name, shape }) => [name, shape]));
    expect(shapes.get('wte.weight')).toEqual([50_257, 768]);
    expect(shapes.get('wpe.weight')).toEqual([1024, 768]);
    expect(shapes.get('h.11.attn.c_attn.weight')).toEqual([768, 2304]);
    expect(shapes.get('h.11.mlp.c_fc.weight')).toEqual([768, 3072]);
    expect(shapes.get('h.11.mlp.c_proj.weight')).toEqual([3072, 768]);
    expect(shapes.get('h.11.mlp.c_fc.bias')).toEqual([3072]);
    expect(graph.weights).toHaveLength(148);
  });

  test('an own head must be there, under its own name', () => {
    expect(matchWeights(untied, header(untied, 'transformer.')).tensorOf.get('lm_head.weight')).toBe('lm_head.weight');
    const error = thrown(() => matchWeights(untied, header(tied)));
    expect(error).toMatchObject({ code: 'missing_tensor', detail: { tensor: 'lm_head.weight' } });
  });

  test('a tied head that is stored as well is ignored; stored in place of the embedding it is the embedding', () => {
    const tensors = header(tied, 'transformer.');
    tensors.set('lm_head.weight', { dtype: 'F32', shape: [11, 8] });
    const both = matchWeights(tied, tensors);
    expect(both.tensorOf.get('wte.weight')).toBe('transformer.wte.weight');
    expect(both.unknown).toEqual([]);
    tensors.delete('transformer.wte.weight');
    expect(matchWeights(tied, tensors).tensorOf.get('wte.weight')).toBe('lm_head.weight');
  });

  test('other tensors are listed', () => {
    const tensors = header(tied);
    tensors.set('score.weight', { dtype: 'F32', shape: [2, 8] });
    tensors.set('h.0.attn.bias.weight', { dtype: 'F32', shape: [2, 8] });
    expect(matchWeights(tied, tensors).unknown).toEqual(['score.weight', 'h.0.attn.bias.weight']);
  });

  test('a missing tensor is named, for every one of them', () => {
    for (const { name } of tied.weights) {
      const tensors = header(tied);
      // A second copy of the embedding stands in for nothing else.
      if (name !== 'wte.weight') tensors.set('lm_head.weight', { dtype: 'F32', shape: [11, 8] });
      tensors.delete(name);
      expect(thrown(() => matchWeights(tied, tensors))).toMatchObject({
        code: 'missing_tensor',
        detail: { tensor: name },
      });
    }
  });

  test('a matrix the wrong way round, a wrong rank, a wrong length', () => {
    const cases: [string, number[], string][] = [
      ['h.1.mlp.c_fc.weight', [32, 8], '[8, 32]'],
      ['h.0.ln_1.bias', [8, 1], '[8]'],
      ['wte.weight', [12, 8], '[11, 8]'],
      ['wpe.weight', [], '[16, 8]'],
    ];
    for (const [tensor, shape, expected] of cases) {
      const tensors = header(tied);
      tensors.set(tensor, { dtype: 'F32', shape });
      const found = `[${shape.join(', ')}]`;
      const error = thrown(() => matchWeights(tied, tensors));
      expect(error).toMatchObject({ code: 'bad_tensor', detail: { tensor, expected, found } });
      expect(error.message).toContain(`${found} where config.json implies ${expected}`);
    }
  });

  test('dtypes', () => {
    for (const dtype of ['F32', 'F16', 'BF16']) expect(matchWeights(tied, header(tied, '', dtype)).unknown).toEqual([]);
    const error = thrown(() => matchWeights(tied, header(tied, 'transformer.', 'I8')));
    expect(error).toMatchObject({ code: 'bad_tensor', detail: { tensor: 'transformer.wte.weight', dtype: 'I8' } });
  });
});

describe('other families', () => {
  const SMALL = {
    hidden_size: 16,
    intermediate_size: 24,
    num_hidden_layers: 2,
    num_attention_heads: 2,
    vocab_size: 11,
    max_position_embeddings: 16,
  };
  const read = (model_type: string, more: object = {}) => buildGraph({ model_type, ...SMALL, ...more }).graph;

  test.each<[string, string, object]>([
    ['llama', 'model.', {}],
    ['gpt_neox', 'gpt_neox.', {}],
    ['opt', 'model.decoder.', { ffn_dim: 24 }],
    ['opt', 'decoder.', { ffn_dim: 24 }],
    ['gemma3', 'language_model.model.', { num_key_value_heads: 1, head_dim: 8 }],
    ['gemma3', 'model.language_model.', { num_key_value_heads: 1, head_dim: 8 }],
  ])('%s under %s, beside tensors of its own that no graph reads', (model_type, prefix, more) => {
    const graph = read(model_type, more);
    const tensors = header(graph, prefix);
    tensors.set(`${prefix}layers.0.self_attn.rotary_emb.inv_freq`, { dtype: 'F32', shape: [4] });
    tensors.set(`${prefix}layers.0.attention.masked_bias`, { dtype: 'F32', shape: [] });
    tensors.set('vision_tower.layers.0.weight', { dtype: 'F32', shape: [3, 3] });
    const { tensorOf, unknown } = matchWeights(graph, tensors);
    expect(unknown).toEqual(['vision_tower.layers.0.weight']);
    expect(tensorOf.get('layers.1.mlp.down_proj.weight') ?? tensorOf.get('layers.1.fc2.weight') ?? '').toMatch(
      model_type === 'gpt_neox' ? /^$/ : new RegExp(`^${prefix}layers\\.1`),
    );
  });

  test.each(['embed_out.weight', 'lm_head.weight'])('the head of a GPT-NeoX is called %s', name => {
    const graph = read('gpt_neox');
    const tensors = header(graph, 'gpt_neox.');
    const head = tensors.get('gpt_neox.embed_out.weight')!;
    tensors.delete('gpt_neox.embed_out.weight');
    expect(matchWeights(graph, tensors.set(name, head)).tensorOf.get('embed_out.weight')).toBe(name);
  });
});

describe('size', () => {
  test('parameters of the published Llamas', () => {
    const count = (config: object) => parameterCount(buildGraph(config).graph);
    const smollm2 = { hidden_size: 576, intermediate_size: 1536, num_hidden_layers: 30, num_attention_heads: 9 };
    const heads = { num_key_value_heads: 3, vocab_size: 49_152, tie_word_embeddings: true };
    expect(count({ model_type: 'llama', ...smollm2, ...heads })).toBe(134_515_008);
    const qwen3 = { hidden_size: 1024, intermediate_size: 3072, num_hidden_layers: 28, num_attention_heads: 16 };
    const more = { num_key_value_heads: 8, head_dim: 128, vocab_size: 151_936, tie_word_embeddings: true };
    expect(count({ model_type: 'qwen3', ...qwen3, ...more })).toBe(596_049_920);
  });

  test('parameters of the published models', () => {
    const count = (n_layer: number, n_embd: number, n_head: number) =>
      parameterCount(buildGraph({ model_type: 'gpt2', n_layer, n_embd, n_head }).graph);
    expect(count(12, 768, 12)).toBe(124_439_808);
    expect(count(24, 1024, 16)).toBe(354_823_168);
    expect(count(36, 1280, 20)).toBe(774_030_080);
    expect(count(6, 768, 12)).toBe(81_912_576);
  });
});
