// Weights stored apart, transposed, in another order or as parts of one tensor: the same logits to the last bit, and the oracle's.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type GpuModel, loadGraph, openTestGpu } from '../../e2e/support/gpu-model.ts';
import { randomModel, randomModelFile } from '../../e2e/support/random-model.ts';
import { referenceWeights } from '../../e2e/support/reference-weights.ts';
import { storedByRecipe, storedWays } from '../../e2e/support/stored-by-recipe.ts';
import type { WeightDtype } from '../checkpoint/dtypes.ts';
import type { Gpu } from '../gpu/device.ts';
import { run } from '../reference/run.ts';

/** Nothing is a multiple of four; the head size is even, so that halves can be interleaved. */
const CONFIG = { model_type: 'gpt2', n_layer: 2, n_head: 3, n_embd: 42, n_positions: 16, vocab_size: 37, n_inner: 50 };
const TOKENS = Uint32Array.of(3, 11, 36, 0, 7);
const WAYS = storedWays(3, 14);

let gpu: Gpu;
beforeAll(async () => {
  gpu = await openTestGpu('naive');
});
afterAll(() => gpu.scope[Symbol.dispose]());

async function logitsOf(load: Promise<GpuModel>): Promise<Float32Array> {
  const { session } = await load;
  return session.next(TOKENS);
}

test.each<WeightDtype>(['F32', 'F16'])('%s: every way of storing gives the same logits', async dtype => {
  const plain = randomModel({ config: CONFIG, seed: 5, dtype });
  const weightsFile = randomModelFile(plain);
  const tensors = referenceWeights(plain.graph, { weightsFile });
  const wanted = run(plain.graph, tensors, TOKENS).logits(TOKENS.length - 1);
  // Rows of every matrix in several parts: a row and its place are never in the same one by chance.
  const options = { maxBinding: 2_048 };
  const known = await logitsOf(loadGraph(gpu, plain.graph, { bytes: weightsFile }, options));
  for (const [id, logit] of known.entries()) expect(Math.abs(logit - wanted[id]!)).toBeLessThan(5e-5);
  for (const [way, change] of Object.entries(WAYS)) {
    const floats = new Map([...tensors].map(([name, values]) => [name, Float32Array.from(values)]));
    const { graph, bytes } = storedByRecipe(plain.graph, floats, change, dtype);
    expect(
      [...run(graph, referenceWeights(graph, { weightsFile: bytes }), TOKENS).logits(TOKENS.length - 1)],
      way,
    ).toEqual([...wanted]);
    expect([...(await logitsOf(loadGraph(gpu, graph, { bytes }, options)))], way).toEqual([...known]);
  }
});
