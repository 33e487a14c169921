// The oracle against an independent float64 implementation, on every golden model, to the last decimal of the files.

import { describe, expect, test } from 'vitest';
import {
  caseOf7,
  GOLDEN_ROUNDING,
  type GoldenCase,
  goldenNames,
  gpt2Names,
  LONG_NAME,
  loadGolden,
} from '../../e2e/support/golden.ts';
import { referenceWeights } from '../../e2e/support/reference-weights.ts';
import { buildGraph } from '../model/architectures/architectures.ts';
import { attendingLayers } from '../model/ir/mixers.ts';
import { fuse } from '../model/rewrites/fuse.ts';
import { residualStream } from '../model/rewrites/lens.ts';
import { argmax, logsumexp } from './ops.ts';
import { greedy, type ReferenceRun, run } from './run.ts';

/** The largest distance between two lists of numbers; NaN counts as infinitely far. */
function farthest(found: ArrayLike<number>, expected: ArrayLike<number>): number {
  expect(found.length).toBe(expected.length);
  let most = 0;
  for (let i = 0; i < expected.length; i++) {
    const distance = Math.abs(found[i]! - expected[i]!);
    most = distance <= most ? most : Number.isNaN(distance) ? Number.POSITIVE_INFINITY : distance;
  }
  return most;
}

/** Log-probabilities of the case's own tokens, and the most likely id at every position. */
function scored(result: ReferenceRun, { tokens }: GoldenCase): { logprobs: number[]; best: number[] } {
  const rows = tokens.map((_, t) => result.logits(t));
  const logprobs = tokens.slice(1).map((id, t) => rows[t]![id]! - logsumexp(rows[t]!));
  return { logprobs, best: rows.map(argmax) };
}

describe.each([...goldenNames, LONG_NAME] as const)('%s', async name => {
  const golden = await loadGolden(name);
  const { graph } = buildGraph(golden.config);
  const weights = referenceWeights(graph, golden);
  const { n_layer, n_head, n_embd: C } = graph.dims;
  // transformers writes sqrt(2 / pi) with eight digits in this family's GELU.
  const rounding = name === 'bloom' ? 1e-9 : GOLDEN_ROUNDING;

  test.each(golden.expected.cases.map(c => [c.tokens.length, c] as const))('%d tokens', (T, expected) => {
    const result = run(graph, weights, expected.tokens);
    expect(farthest(result.logits(T - 1), expected.logits_last)).toBeLessThan(rounding);
    const { logprobs, best } = scored(result, expected);
    expect(farthest(logprobs, expected.logprob_of_next)).toBeLessThan(rounding);
    expect(best).toEqual(expected.argmax);
  });

  test('hidden states and attention rows', () => {
    const expected = caseOf7(golden);
    const result = run(graph, weights, expected.tokens);
    const hidden = expected.hidden_last ?? [];
    expect(hidden.length).toBeGreaterThanOrEqual(n_layer);
    for (const [at, wanted] of hidden.entries()) {
      const last = result.values.get(residualStream(graph)[at]!)!.subarray(6 * C, 7 * C);
      expect(farthest(last, wanted)).toBeLessThan(rounding);
    }
    const attending = attendingLayers(graph);
    expect(expected.attention_last).toHaveLength(attending.length);
    for (const [at, heads] of expected.attention_last!.entries()) {
      const layer = attending[at]!;
      expect(heads).toHaveLength(n_head);
      for (const [head, row] of heads.entries()) {
        const from = (head * 7 + 6) * 7;
        expect(farthest(result.attention[layer]!.subarray(from, from + 7), row)).toBeLessThan(rounding);
      }
    }
  });

  test('greedy continuation', () => {
    expect(greedy(graph, weights, caseOf7(golden).tokens, 16)).toEqual(golden.expected.greedy_after_7);
  });

  test('the fused graph computes the same, to the last bit', () => {
    const { tokens } = caseOf7(golden);
    const [plain, fused] = [run(graph, weights, tokens), run(fuse(graph), weights, tokens)];
    expect(fused.values.get(graph.final)).toEqual(plain.values.get(graph.final));
    expect(fused.logits(6)).toEqual(plain.logits(6));
    expect(fused.attention).toEqual(plain.attention);
  });
});

describe.each(gpt2Names)('%s', async name => {
  const golden = await loadGolden(name);
  const weights = referenceWeights(buildGraph(golden.config).graph, golden);

  test.each([
    ['epsilon', { layer_norm_epsilon: 2e-5 }],
    ['attention scale', { scale_attn_weights: false }],
    ['scale by layer', { scale_attn_by_inverse_layer_idx: true }],
    ['activation', { activation_function: name === 'gpt2-wide' ? 'gelu_new' : 'gelu' }],
  ])('a wrong %s is seen', (_, fields) => {
    const wrong = buildGraph({ ...Object(golden.config), ...fields }).graph;
    for (const expected of golden.expected.cases.filter(({ tokens }) => tokens.length > 1).slice(0, 2)) {
      const { logprobs } = scored(run(wrong, weights, expected.tokens), expected);
      const distance = farthest(logprobs, expected.logprob_of_next);
      expect(distance).toBeGreaterThan(1000 * GOLDEN_ROUNDING);
    }
  });
});
