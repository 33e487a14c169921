// A model in words: from graphs of several families, whatever their names are.
import { expect, test } from 'vitest';
import { buildGraph } from '../../model/architectures/architectures.ts';
import { anatomyOf } from '../../model/ir/anatomy.ts';
import { mixersOf } from '../../model/ir/mixers.ts';
import {
  groupWords,
  keyHeadOf,
  layersNamed,
  layerWords,
  positionWords,
  type Shape,
  scoreWords,
  spans,
} from './modelWords.ts';

const SMALL = {
  hidden_size: 32,
  intermediate_size: 48,
  num_hidden_layers: 4,
  num_attention_heads: 4,
  num_key_value_heads: 2,
  vocab_size: 50,
  max_position_embeddings: 64,
};
function shape(config: object, base: object = SMALL): Shape {
  const { graph } = buildGraph({ ...base, ...config });
  return { dims: graph.dims, mixers: mixersOf(graph), anatomy: anatomyOf(graph) };
}
const GPT2 = shape({ model_type: 'gpt2', n_layer: 2, n_embd: 32, n_head: 4 }, {});
const NEOX = { model_type: 'gpt_neox', num_key_value_heads: undefined };

test('spans of numbers', () => {
  expect([[0], [0, 1], [0, 2], [0, 1, 2, 3], [0, 1, 2, 5], [1, 3, 5]].map(spans)).toEqual([
    '0',
    '0 and 1',
    '0 and 2',
    '0–3',
    '0–2 and 5',
    '1, 3 and 5',
  ]);
  expect(layersNamed([2], 4)).toBe('layer 2');
  expect(layersNamed([0, 1, 2, 3], 4)).toBe('every layer');
});

test('GPT-2 has nothing to say beyond its norms', () => {
  expect([positionWords(GPT2), groupWords(GPT2.dims), ...scoreWords(GPT2)]).toEqual(['', '']);
  expect(layerWords(GPT2)).toBe('Each part reads the stream through a layer norm.');
});

test('heads share keys', () => {
  const { dims } = shape({ model_type: 'llama' });
  expect(groupWords(dims)).toContain('4 query heads share 2 heads of keys and values, 2 each');
  expect([0, 1, 2, 3].map(head => keyHeadOf(dims, head))).toEqual([0, 0, 1, 1]);
  const one = shape({ model_type: 'llama', num_key_value_heads: 1 });
  expect(groupWords(one.dims)).toBe('All 4 query heads share one head of keys and values.');
});

test('positions: turned, in part, sloped, or none in a layer', () => {
  expect(positionWords(shape({ model_type: 'llama' }))).toMatch(
    /^Queries and keys are turned .* all 8 columns of a head/,
  );
  expect(positionWords(shape({ ...NEOX, rotary_pct: 0.5 }))).toContain('4 of the 8 columns of a head');
  const bloom = shape({ model_type: 'bloom', n_layer: 2, n_head: 4, hidden_size: 32 }, {});
  expect(positionWords(bloom)).toContain('ALiBi');
  const smollm3 = shape({ model_type: 'smollm3', no_rope_layers: [1, 1, 1, 0] });
  expect(positionWords(smollm3)).toContain('In layers 0–2 queries and keys are turned');
  expect(positionWords(smollm3)).toContain('Attention in layer 3 is told no positions');
});

test('scores: caps, windows, norms of heads', () => {
  const gemma = shape({ model_type: 'gemma2', sliding_window: 8, head_dim: 8 });
  expect(scoreWords(gemma)).toEqual([
    'Scores are capped softly at 50: a score s becomes 50 · tanh(s / 50).',
    'In layers 0 and 2 a position sees a window of 8 positions, its own the last.',
  ]);
  expect(layerWords(gemma)).toBe('Each part reads the stream through one RMS norm and gives through another.');
  expect(scoreWords(shape({ model_type: 'qwen3' }))).toEqual([
    'Queries and keys go through a norm of their own first.',
  ]);
});

test('layers: norms after, parts side by side, a factor', () => {
  expect(layerWords(shape({ model_type: 'olmo2' }))).toContain('what it gives goes through an RMS norm');
  expect(layerWords(shape({ ...NEOX, use_parallel_residual: true }))).toContain('side by side');
  expect(layerWords(shape({ model_type: 'granite', residual_multiplier: 0.25 }))).toContain('multiplied by 0.25');
});
