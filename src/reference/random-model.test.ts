// Random models: files that parse, numbers of a sane size, and the oracle on sizes that no golden model has.

import { describe, expect, test } from 'vitest';
import { tensorsOf } from '../../e2e/support/golden.ts';
import { GPT2_124M_CONFIG, ODD_CONFIG, randomModel, randomModelFile } from '../../e2e/support/random-model.ts';
import { referenceWeights } from '../../e2e/support/reference-weights.ts';
import { fuse } from '../model/rewrites/fuse.ts';
import { run } from './run.ts';

const TOKENS = [3, 100, 0, 55, 55, 7, 21, 98, 64, 1, 33];

function model(options: Partial<Parameters<typeof randomModel>[0]> = {}) {
  const made = randomModel({ config: ODD_CONFIG, seed: 1, ...options });
  const weightsFile = randomModelFile(made);
  return { ...made, weightsFile, weights: referenceWeights(made.graph, { weightsFile }) };
}

describe('randomModel', () => {
  test.each(['F32', 'F16', 'BF16'] as const)('a file of %s parses, and holds what the stream yields', dtype => {
    const { weightsFile, graph, tensors: stream } = model({ dtype, prefix: 'transformer.' });
    const tensors = tensorsOf(weightsFile);
    expect(tensors.size).toBe(graph.weights.length);
    for (const tensor of stream()) {
      const { begin, end, shape, dtype: stored } = tensors.get(tensor.name)!;
      expect([stored, shape]).toEqual([dtype, tensor.shape]);
      expect(weightsFile.slice(begin, end)).toEqual(tensor.bytes);
    }
  });

  test('the same seed gives the same bytes, another seed and another tensor others', () => {
    expect(model().weightsFile).toEqual(model().weightsFile);
    const [one, two] = [model().weights, model({ seed: 2 }).weights];
    expect(one.get('wte.weight')).not.toEqual(two.get('wte.weight'));
    expect(one.get('h.0.attn.c_attn.weight')).not.toEqual(one.get('h.1.attn.c_attn.weight'));
  });

  test('an own head', () => {
    const { weights } = model({ config: { ...ODD_CONFIG, tie_word_embeddings: false }, prefix: 'transformer.' });
    expect(weights.get('lm_head.weight')).toHaveLength(101 * 50);
  });

  test('values between ops and logits are neither tiny nor huge, and rows differ', () => {
    const { graph, weights } = model();
    const result = run(graph, weights, TOKENS);
    for (const [name, value] of result.values) {
      const deviation = Math.sqrt(value.reduce((sum, x) => sum + x * x, 0) / value.length);
      expect([name, deviation > 0.05 && deviation < 20]).toEqual([name, true]);
    }
    const best = TOKENS.map((_, t) => result.logprob(t, 5));
    expect(new Set(best).size).toBe(TOKENS.length);
  });

  test('GPT-2 124M: the size of the published file, and its first parts without the rest', () => {
    const { byteLength, parts, graph } = randomModel({ config: GPT2_124M_CONFIG, seed: 1, dtype: 'F16' });
    const [header, wte] = [...take(parts(), 2)];
    expect(graph.weights[0]!.name).toBe('wte.weight');
    expect(wte).toHaveLength(50_257 * 768 * 2);
    expect(byteLength).toBe(header!.length + 2 * 124_439_808);
  });
});

test('the oracle runs the odd model fused and plain alike', () => {
  const { graph, weights } = model();
  const [plain, fused] = [run(graph, weights, TOKENS), run(fuse(graph), weights, TOKENS)];
  expect(fused.values.get('ln_f')).toEqual(plain.values.get('ln_f'));
  expect(fused.values.size).toBeLessThan(plain.values.size);
  // Queries stay in their value; what went to the cache can be read there alone.
  const [qkv, whole] = [fused.values.get('h.0.attn.c_attn')!, plain.values.get('h.0.attn.c_attn')!];
  expect(qkv.slice(150, 200)).toEqual(whole.slice(150, 200));
  expect(qkv.slice(200, 300).every(Number.isNaN)).toBe(true);
});

test('a row does not depend on the tokens after it', () => {
  const { graph, weights } = model();
  const [short, long] = [run(graph, weights, TOKENS.slice(0, 4)), run(graph, weights, TOKENS)];
  for (let t = 0; t < 4; t++) expect(short.logits(t)).toEqual(long.logits(t));
  expect(short.logprob(3, 9)).toBe(long.logprob(3, 9));
});

test('the oracle refuses what it cannot run', () => {
  const { graph, weights } = model();
  expect(() => run(graph, weights, [])).toThrow('1 to 75 tokens');
  expect(() => run(graph, weights, new Uint32Array(76))).toThrow('1 to 75 tokens');
  expect(() => run(graph, weights, [101])).toThrow(RangeError);
  expect(() => run(graph, new Map([...weights].slice(1)), [1])).toThrow('wte.weight');
  expect(() => run(graph, weights, [1]).logits(1)).toThrow('position 1');
});

function* take<T>(items: Iterable<T>, count: number): Generator<T> {
  let left = count;
  for (const item of items) {
    yield item;
    left -= 1;
    if (left === 0) return;
  }
}
