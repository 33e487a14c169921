// Ablation on a real adapter against models whose weights are zero where a part is off, which knows nothing of masks; and against means of the oracle.
import { describe, expect, test } from 'vitest';
import { caseOf7, gpt2Names, loadGolden } from '../../../e2e/support/golden.ts';
import { loadOnGpu, openTestGpu } from '../../../e2e/support/gpu-model.ts';
import { randomModel, randomModelFile } from '../../../e2e/support/random-model.ts';
import { referenceWeights } from '../../../e2e/support/reference-weights.ts';
import type { KernelClass } from '../../gpu/device.ts';
import { buildGraph } from '../../model/architectures/architectures.ts';
import type { Graph } from '../../model/ir/graph.ts';
import { maskOf, type Part, withAblation } from '../../model/rewrites/ablation.ts';
import { logsumexp } from '../../reference/ops.ts';
import { run } from '../../reference/run.ts';
import type { ReferenceWeights } from '../../reference/weights.ts';

const TOLERANCE = 5e-5;

const head = (layer: number, h: number): Part => ({ kind: 'head', layer, head: h });
const layer = (l: number): Part[] => [
  { kind: 'attention', layer: l },
  { kind: 'mlp', layer: l },
];

const logprobs = (row: ArrayLike<number>): number[] => {
  const numbers = Float64Array.from(row);
  const z = logsumexp(numbers);
  return Array.from(numbers, l => l - z);
};

function farthest(got: ArrayLike<number>, wanted: ArrayLike<number>): number {
  const [a, b] = [logprobs(got), logprobs(wanted)];
  return a.reduce((most, lp, id) => Math.max(most, Math.abs(lp - b[id]!)), 0);
}

/** The weights of a model in which the parts say nothing: zeros in the projection that reads the head, or that writes the block. */
function silenced(weights: ReferenceWeights, { dims }: Graph, parts: readonly Part[]): ReferenceWeights {
  const changed = new Map(weights);
  const zero = (name: string, from = 0, to?: number): void => {
    const copy = Float64Array.from(changed.get(name) ?? []);
    expect(copy.length, name).toBeGreaterThan(0);
    changed.set(name, copy.fill(0, from, to));
  };
  for (const part of parts) {
    const at = `h.${part.layer}.${part.kind === 'mlp' ? 'mlp' : 'attn'}.c_proj`;
    // Rows of [in, out] are the columns of the heads, side by side.
    const width = dims.head_size * dims.n_embd;
    if (part.kind === 'head') zero(`${at}.weight`, part.head * width, (part.head + 1) * width);
    else for (const name of ['weight', 'bias']) zero(`${at}.${name}`);
  }
  return changed;
}

/** The oracle on the masked graph, with means of its own over `ids`. */
function meanAblated(graph: Graph, weights: ReferenceWeights, ids: Uint32Array, parts: readonly Part[]) {
  const { graph: masked, masks, baselines, masked: places } = withAblation(graph);
  const plain = run(graph, weights, ids);
  const means = new Float64Array(baselines);
  for (const { value, baseline, width } of places) {
    plain.values.get(value)?.forEach((x, i) => {
      means[baseline + (i % width)]! += x / ids.length;
    });
  }
  const numbers = Array.from({ length: masks }, () => 1);
  for (const part of parts) numbers[maskOf(part, graph.dims.n_head)] = 0;
  return run(masked, weights, ids, { masks: numbers, baselines: means });
}

describe.each(gpt2Names)('%s', name => {
  const open = async (kernels: KernelClass) => {
    const golden = await loadGolden(name);
    const { graph } = buildGraph(golden.config);
    const weights = referenceWeights(graph, golden);
    const model = await loadOnGpu(await openTestGpu(kernels), golden.config, { bytes: golden.weightsFile });
    return { golden, graph, weights, model };
  };

  test('whatever is off is as if its weights were zero, and nothing else changes', async () => {
    const { golden, graph, weights, model } = await open('barrier_free');
    using _ = model;
    const ids = Uint32Array.from(caseOf7(golden).tokens);
    const { n_layer, n_head } = graph.dims;
    const sets: Part[][] = [
      layer(0),
      layer(n_layer - 1),
      [{ kind: 'attention', layer: 1 }],
      [{ kind: 'mlp', layer: 0 }],
      [head(0, 0)],
      [head(n_layer - 1, n_head - 1)],
      [head(0, n_head - 1), head(1, 0), { kind: 'mlp', layer: 1 }],
      Array.from({ length: n_layer }, (_each, l) => layer(l)).flat(),
      [],
    ];
    for (const off of sets) {
      const { logits, logprobs: scores } = await model.probes.ablation.run(ids, off, 'zero', 2);
      const wanted = run(graph, silenced(weights, graph, off), ids);
      const words = JSON.stringify(off);
      expect(farthest(logits, wanted.logits(6)), words).toBeLessThan(TOLERANCE);
      expect(scores).toHaveLength(5);
      for (const [i, lp] of scores.entries()) {
        expect(Math.abs(lp - wanted.logprob(i + 1, ids[i + 2]!)), words).toBeLessThan(TOLERANCE);
      }
    }
  });

  test('the mean is over this text alone, whatever was read before it', async () => {
    const { golden, graph, weights, model } = await open('barrier_free');
    using _ = model;
    const long = Uint32Array.from(golden.expected.cases[2]!.tokens);
    const off = [...layer(1), head(0, 1)];
    for (const ids of [long, long.subarray(0, 5), long.subarray(3, 12)]) {
      const { logits } = await model.probes.ablation.run(ids, off, 'mean', ids.length);
      expect(farthest(logits, meanAblated(graph, weights, ids, off).logits(ids.length - 1))).toBeLessThan(TOLERANCE);
    }
    // Zero after mean is zero again.
    const ids = long.subarray(0, 9);
    const { logits } = await model.probes.ablation.run(ids, off, 'zero', ids.length);
    expect(farthest(logits, run(graph, silenced(weights, graph, off), ids).logits(8))).toBeLessThan(TOLERANCE);
  });
});

test('two layers as wide as GPT-2 124M: each of the 12 heads is its own', async () => {
  const config = { model_type: 'gpt2', n_layer: 2, vocab_size: 300, n_positions: 32 };
  const random = randomModel({ config, seed: 5, dtype: 'F16' });
  const bytes = randomModelFile(random);
  const { graph } = random;
  expect(graph.dims).toMatchObject({ n_embd: 768, n_head: 12 });
  const weights = referenceWeights(graph, { weightsFile: bytes });
  using model = await loadOnGpu(await openTestGpu(), config, { bytes });
  const ids = Uint32Array.of(5, 250, 17, 3, 99, 41);
  for (const off of [[head(1, 7)], [head(0, 11)], layer(1)]) {
    const { logits } = await model.probes.ablation.run(ids, off, 'zero', 6);
    const wanted = run(graph, silenced(weights, graph, off), ids).logits(5);
    expect(farthest(logits, wanted), JSON.stringify(off)).toBeLessThan(TOLERANCE);
    const means = meanAblated(graph, weights, ids, off).logits(5);
    expect(farthest((await model.probes.ablation.run(ids, off, 'mean', 6)).logits, means)).toBeLessThan(TOLERANCE);
  }
});
