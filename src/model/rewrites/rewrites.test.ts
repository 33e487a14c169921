// Rewrites for views of the inside: they add what is asked for and leave the model's own numbers as they are.
import { describe, expect, test } from 'vitest';
import { caseOf7, goldenNames, loadGolden } from '../../../e2e/support/golden.ts';
import { referenceWeights } from '../../../e2e/support/reference-weights.ts';
import { run } from '../../reference/run.ts';
import { buildGraph } from '../architectures/architectures.ts';
import { allocateValues } from '../ir/allocate.ts';
import { maskOf, withAblation } from './ablation.ts';
import { withAttention } from './attention-weights.ts';
import { fuse } from './fuse.ts';
import { residualStream, withLens } from './lens.ts';

async function open(name: (typeof goldenNames)[number]) {
  const golden = await loadGolden(name);
  const { graph } = buildGraph(golden.config);
  return { graph, weights: referenceWeights(graph, golden), case7: caseOf7(golden) };
}

describe.each(goldenNames)('%s', name => {
  test('the lens sees the golden residual stream through the last norm', async () => {
    const { graph, weights, case7 } = await open(name);
    const lens = withLens(graph);
    const plain = run(graph, weights, case7.tokens);
    const probed = run(fuse(lens.graph, lens.taps), weights, case7.tokens);
    expect(probed.logits(6)).toEqual(plain.logits(6));
    const C = graph.dims.n_embd;
    const lastRow = (value: string) => [...(probed.values.get(value) ?? []).slice(6 * C, 7 * C)];
    const stream = residualStream(graph);
    expect(stream).toHaveLength(graph.dims.n_layer + 1);
    expect(lens.taps).toHaveLength(graph.dims.n_layer);
    // The residual stream itself, where fusion kept its name, against the file; the tap as the norm of it.
    case7.hidden_last?.forEach((hidden, i) => {
      const row = lastRow(stream[i] ?? '');
      for (const [c, wanted] of hidden.entries()) expect(row[c]).toBeCloseTo(wanted, 7);
    });
    expect(lastRow(lens.taps[0] ?? '')).not.toEqual(lastRow('embed'));
  });

  test('attention weights are the golden rows and sum to 1', async () => {
    const { graph, weights, case7 } = await open(name);
    const rewritten = withAttention(graph);
    const probed = run(fuse(rewritten.graph, rewritten.weights.values()), weights, case7.tokens);
    const { n_ctx, n_head } = graph.dims;
    case7.attention_last?.forEach((heads, layer) => {
      const rows = probed.values.get(rewritten.weights.get(layer) ?? '');
      heads.forEach((wanted, head) => {
        const at = (6 * n_head + head) * n_ctx;
        const row = [...(rows ?? []).slice(at, at + n_ctx)];
        for (const [s, weight] of wanted.entries()) expect(row[s]).toBeCloseTo(weight, 7);
        expect(row.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(1, 10);
        expect(row.slice(wanted.length).every(weight => weight === 0)).toBe(true);
      });
    });
  });

  test('masks of 1 change nothing; a head, an attention block or an MLP that is off changes the numbers', async () => {
    const { graph, weights, case7 } = await open(name);
    const { graph: masked, masks, baselines } = withAblation(graph);
    const plain = run(graph, weights, case7.tokens).logits(6);
    const with_ = (off: number[]) => {
      const numbers = Array.from({ length: masks }, (_, i) => (off.includes(i) ? 0 : 1));
      return run(fuse(masked), weights, case7.tokens, {
        masks: numbers,
        baselines: new Float64Array(baselines),
      }).logits(6);
    };
    const same = with_([]);
    for (const [id, logit] of same.entries()) expect(logit).toBeCloseTo(plain[id] ?? Number.NaN, 12);
    const { n_head } = graph.dims;
    const offs = [
      [maskOf({ kind: 'head', layer: 0, head: 1 }, n_head)],
      [maskOf({ kind: 'attention', layer: 1 }, n_head)],
      [maskOf({ kind: 'mlp', layer: 1 }, n_head)],
    ];
    for (const off of offs)
      expect(Math.max(...with_(off).map((logit, id) => Math.abs(logit - plain[id]!)))).toBeGreaterThan(1e-3);
  });
});

test('kept values have buffers of their own, and the plain model has none of them', async () => {
  const { graph } = await open('gpt2-f32');
  const lens = withLens(graph);
  const { slotOf } = allocateValues(fuse(lens.graph, lens.taps), lens.taps);
  const slots = lens.taps.map(tap => slotOf[tap]);
  expect(new Set(slots).size).toBe(lens.taps.length);
  expect(fuse(graph).ops.some(op => op.op === 'mask' || op.op === 'attention_weights')).toBe(false);
});
