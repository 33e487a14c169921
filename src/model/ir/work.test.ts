// The multiply-adds of a token against the weights of the model, and against the published sizes of GPT-2.
import { expect, test } from 'vitest';
import { gpt2 } from '../architectures/gpt2.ts';
import { type Gpt2Config, parseConfig } from '../architectures/gpt2-config.ts';
import { fuse } from '../rewrites/fuse.ts';
import { elements, parameterCount } from './size.ts';
import { workOf } from './work.ts';

const config = (part: object = {}): Gpt2Config => parseConfig({ model_type: 'gpt2', ...part });

test('GPT-2 small: 12 layers of 12 C² weights, a head of V C, and 2 C a position and layer', () => {
  expect(workOf(gpt2(config()))).toEqual({
    body: 12 * 12 * 768 ** 2,
    head: 50_257 * 768,
    attention: 2 * 12 * 768,
  });
});

test('every matrix but the positions takes part once; a tied embedding is the head', () => {
  for (const part of [{}, { tie_word_embeddings: false }, { n_inner: 1000, n_layer: 3, n_embd: 96, n_head: 6 }]) {
    const graph = gpt2(config(part));
    const { body, head } = workOf(graph);
    const looked = graph.head === 'wte.weight' ? ['wpe.weight'] : ['wpe.weight', 'wte.weight'];
    const unused = graph.weights.filter(spec => spec.shape.length === 1 || looked.includes(spec.name));
    const rest = unused.reduce((sum, spec) => sum + elements(spec), 0);
    expect(body + head).toBe(parameterCount(graph) - rest);
  }
});

test('fusion changes nothing of it', () => {
  const graph = gpt2(config({ n_layer: 2, n_embd: 64, n_head: 4 }));
  expect(workOf(fuse(graph))).toEqual(workOf(graph));
});
