// How many running states a model has room for, and what they take.
import { expect, test } from 'vitest';
import { buildGraph } from '../model/architectures/architectures.ts';
import { fuse } from '../model/rewrites/fuse.ts';
import { LEAST_STATES } from './state-cache.ts';
import { statePlanes, stateRows } from './state-planes.ts';

const MIB = 2 ** 20;
/** A model of the published shape: 24 layers, 18 of them with the delta rule, 16 heads of 128 columns each way. */
const qwen = (more: object = {}) => {
  const layers = { num_hidden_layers: 24, hidden_size: 1024, intermediate_size: 3584, linear_num_value_heads: 16 };
  return fuse(buildGraph({ model_type: 'qwen3_5_text', ...layers, ...more }).graph);
};

test('a state is a matrix a head and the last inputs of the convolution, in every layer with the rule', () => {
  const planes = statePlanes(qwen());
  expect(planes).toHaveLength(36);
  const bytes = planes.reduce((sum, { rowBytes }) => sum + rowBytes, 0);
  expect(bytes).toBe(18 * 4 * (16 * 128 * 128 + 3 * 3 * 16 * 128));
});

test('states take a quarter of a GiB at most, few of them small ones, and no buffer is too large', () => {
  const graph = qwen();
  const bytes = statePlanes(graph).reduce((sum, { rowBytes }) => sum + rowBytes, 0);
  expect(stateRows(graph, 2 ** 30)).toBe(Math.floor((256 * MIB) / bytes));
  expect(stateRows(graph, 5 * MIB)).toBe(5);
  expect(stateRows(qwen({ linear_key_head_dim: 8, linear_value_head_dim: 8 }), 2 ** 30)).toBe(64);
  expect(stateRows(qwen({ linear_num_value_heads: 128, num_hidden_layers: 64 }), 2 ** 30)).toBe(LEAST_STATES);
});

test('a model whose layers look back through keys, values and kept inputs alone has none', () => {
  const layer_types = ['conv', 'full_attention'];
  for (const config of [{ model_type: 'gpt2' }, { model_type: 'lfm2', num_hidden_layers: 2, layer_types }])
    expect(stateRows(buildGraph(config).graph, 2 ** 30)).toBe(0);
});
